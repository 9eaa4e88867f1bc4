"""Shares of each year's attacks: in the coastal states, near a capital, or any other."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sahelstats.geography.coordinates import name_rows, positions, require_columns
from sahelstats.geography.distances import distance_km
from sahelstats.geography.places import capitals as known_capitals
from sahelstats.geography.places import locate
from sahelstats.geography.selection import Selection, select, year_range, years_of
from sahelstats.geography.weights import Weights

FloatArray = NDArray[np.float64]
COASTAL_STATES = ("BEN", "TGO", "GHA", "CIV")


def truth_values(table: pd.DataFrame, inside: ArrayLike) -> NDArray[np.bool_]:
    """Return one truth value per incident, or raise ValueError where any is missing."""
    flags = pd.Series(np.asarray(inside, object))
    if len(flags) != len(table):
        raise ValueError(f"inside has {len(flags)} values for {len(table):,} incidents")
    unknown = flags.isna().to_numpy(bool)
    if unknown.any():
        raise ValueError(
            f"inside is missing for {int(unknown.sum()):,} rows: {name_rows(table, unknown)}"
        )
    return flags.to_numpy(bool)


def _mixture_quantile(a: FloatArray, b: FloatArray, q: float) -> float:
    """Quantile of an equal mixture of beta distributions, by bisection."""
    from scipy.special import betainc

    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if betainc(a, b, middle).mean() < q:
            low = middle
        else:
            high = middle
    return round((low + high) / 2, 9)


def share_of(
    draws: FloatArray, inside: NDArray[np.bool_], level: float
) -> tuple[float, float, float]:
    """Share of the weight inside, and its interval (Jeffreys', with Kish's effective number)."""
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: give a probability between 0 and 1, such as 0.9")
    total = draws.sum(axis=1)
    draws, total = draws[total > 0], total[total > 0]
    if not len(draws):
        return np.nan, np.nan, np.nan
    within = draws[:, inside].sum(axis=1)
    share = within.sum() / total.sum()
    # Kish: weights that differ carry the information of fewer, equal ones.
    effective = total**2 / (draws**2).sum(axis=1)
    part = within / total
    a, b = part * effective + 0.5, (1 - part) * effective + 0.5
    tail = (1 - level) / 2
    # Jeffreys' interval by convention reaches 0 or 1 where the share does.
    low = 0.0 if not within.any() else _mixture_quantile(a, b, tail)
    high = 1.0 if np.array_equal(within, total) else _mixture_quantile(a, b, 1 - tail)
    return float(share), low, high


def _by_year(chosen: Selection, inside: NDArray[np.bool_], level: float) -> pd.DataFrame:
    years = years_of(chosen.table)
    rows = []
    for year in year_range(years):
        mine = years == year
        draws, hits = chosen.draws[:, mine], inside[mine]
        mean = draws.mean(axis=0)
        sums = (round(float(mean.sum()), 6), round(float(mean[hits].sum()), 6))
        counts = (int(mine.sum()), int(hits.sum()))
        rows.append((int(year), *counts, *sums, *share_of(draws, hits, level)))
    columns = ["year", "n_incidents", "n_inside", "weight", "weight_inside", "share", "low", "high"]
    result = pd.DataFrame(rows, columns=columns)
    result.attrs["shown"] = chosen.shown.as_dict()
    return result


def yearly_share(
    table: pd.DataFrame,
    inside: ArrayLike,
    weights: Weights = "incidents",
    *,
    level: float = 0.9,
    max_geo_precision: int | None = None,
) -> pd.DataFrame:
    """Share, per year, of the incidents (or deaths) for which something holds.

    Parameters
    ----------
    table : DataFrame
        n incidents; year or date_start, and geo_precision if it is to be limited.
    inside : array of bool, shape (n,)
        For which incidents it holds, in the table's order.
    weights : "incidents", "deaths" or array of shape (n,) or (n_draws, n)
        See `weight_draws`.
    level : float
        Coverage of the intervals.
    max_geo_precision : int or None
        Coarsest precision used; None uses every row, coordinates or not.

    Returns
    -------
    DataFrame
        Per year from first to last: year, n_incidents, n_inside, weight, weight_inside,
        share, low, high. NaN for a year without incidents or weight.
        ``attrs["shown"]`` says N of M.

    Raises
    ------
    ValueError
        Wrong lengths, missing truth values, no year, bad weights, nothing left.

    Notes
    -----
    Jeffreys' interval (Brown, Cai and DasGupta 2001, Statistical Science 16, 101-133); for
    unequal weights with Kish's effective number of incidents, and with draws as the mixture
    of the draws' posteriors, so that the toll's uncertainty is in the interval.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2020] * 10})
    >>> yearly_share(table, [True] * 3 + [False] * 7).round(3)[["share", "low", "high"]].values
    array([[0.3  , 0.117, 0.558]])
    """
    flags = truth_values(table, inside)
    chosen = select(table, weights, max_geo_precision, need_coordinates=False)
    return _by_year(chosen, flags[chosen.keep], level)


def coastal_share(
    table: pd.DataFrame,
    weights: Weights = "incidents",
    *,
    states: Sequence[str] = COASTAL_STATES,
    level: float = 0.9,
    max_geo_precision: int | None = None,
) -> pd.DataFrame:
    """Share, per year, of attacks (or deaths) in Benin, Togo, Ghana and Cote d'Ivoire.

    Parameters
    ----------
    table : DataFrame
        Columns country (ISO alpha-3), and year or date_start.
    weights : "incidents", "deaths" or array of shape (n,) or (n_draws, n)
        See `weight_draws`.
    states : sequence of str
        ISO alpha-3 codes of the coastal states.
    level : float
        Coverage of the intervals.
    max_geo_precision : int or None
        Coarsest precision used. None by default: the country is known at any precision.

    Returns
    -------
    DataFrame
        As `yearly_share`.

    Raises
    ------
    ValueError
        As `yearly_share`; or the country is missing in some rows.

    Notes
    -----
    By the country column, not by coordinates. Nigeria is left out on purpose: its conflict
    is another one. Interval as in `yearly_share`.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2020, 2020, 2021], "country": ["MLI", "BEN", "TGO"]})
    >>> coastal_share(table).share.tolist()
    [0.5, 1.0]
    """
    require_columns(table, ["country"])
    missing = table["country"].isna().to_numpy(bool)
    if missing.any():
        raise ValueError(
            f"country is missing in {int(missing.sum()):,} rows: {name_rows(table, missing)}"
        )
    inside = table["country"].isin(list(states))
    return yearly_share(table, inside, weights, level=level, max_geo_precision=max_geo_precision)


def capital_share(
    table: pd.DataFrame,
    weights: Weights = "incidents",
    *,
    km: float = 100.0,
    capitals: Sequence[str] = ("Bamako", "Ouagadougou", "Niamey"),
    level: float = 0.9,
    max_geo_precision: int | None = 2,
) -> pd.DataFrame:
    """Share, per year, of attacks (or deaths) within a distance of each capital.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude, geo_precision, and year or date_start.
    weights : "incidents", "deaths" or array of shape (n,) or (n_draws, n)
        See `weight_draws`.
    km : float
        Geodesic distance, in kilometres.
    capitals : sequence of str
        Names of places.csv.
    level : float
        Coverage of the intervals.
    max_geo_precision : int or None
        Coarsest precision used.

    Returns
    -------
    DataFrame
        As `yearly_share`, with columns capital and country in front; one block per capital.
        Attacks across a border count too.

    Raises
    ------
    ValueError
        Unknown capital; `km` not positive; otherwise as `yearly_centres`.

    Notes
    -----
    Interval as in `yearly_share`.

    Examples
    --------
    >>> table = pd.DataFrame({"year": 2022, "latitude": [12.74, 16.27], "longitude": [-8.07, 0.0],
    ...                       "geo_precision": 1})
    >>> capital_share(table, capitals=["Bamako"]).share.tolist()
    [0.5]
    """
    if not km > 0:
        raise ValueError(f"km is {km}: give a positive distance")
    chosen = select(table, weights, max_geo_precision)
    lat, lon = positions(chosen.table)
    codes = {name: code for name, (code, _, _) in known_capitals().items()}
    blocks = []
    for capital in capitals:
        near = distance_km(*locate(capital), lat, lon) <= km
        block = _by_year(chosen, near, level)
        block.insert(0, "country", codes.get(capital, ""))
        block.insert(0, "capital", capital)
        blocks.append(block)
    result = pd.concat(blocks, ignore_index=True)
    result.attrs["shown"] = chosen.shown.as_dict()
    return result
