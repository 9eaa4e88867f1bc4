"""Deaths by first-level division: envelope, and an interval under a stated assumption."""

import numpy as np
import pandas as pd

from sahelstats.casualties.grouped import total_by
from sahelstats.casualties.tolls import toll_ranges
from sahelstats.casualties.totals import Dependence
from sahelstats.geography.coordinates import require_columns

KEYS = ["country", "region"]
TOLLS = ["low", "best", "high", "mean", "lower", "upper"]


def deaths_by_division(
    assigned: pd.DataFrame,
    model: str = "triangular",
    dependence: Dependence = "independent",
    *,
    level: float = 0.9,
    claims: pd.DataFrame | None = None,
    basis: str = "excl_attackers",
) -> pd.DataFrame:
    """Incidents and deaths by first-level division, most deaths first.

    Parameters
    ----------
    assigned : DataFrame
        Tidy incidents with region, as `assign_regions` returns them; those without a division
        are left out.
    model : str
        Distribution of one incident's toll, as in `casualties.total_by`.
    dependence : "independent", "comonotonic" or float between 0 and 1
        How the errors of a division's incidents hang together, as in `casualties.total_by`.
    level : float
        Coverage of the interval.
    claims : DataFrame, optional
        For model "claims": the pooled reports.
    basis : {"excl_attackers", "incl_attackers"}
        What a toll counts.

    Returns
    -------
    DataFrame
        One row per division: country, region, incidents, without_figure, low, best, high (sums:
        bounds, no interval), mean, interval_low, interval_high, open_above (whether a source
        left one of its highs open). Where no incident has a figure there are no tolls.

    Raises
    ------
    ValueError
        As `casualties.total_by`; or a column is lacking; or no incident has a division.

    Notes
    -----
    The interval is that of the sum under the model and the dependence given, and of nothing
    else: it does not count incidents that are not in the table.

    Examples
    --------
    >>> tolls = dict.fromkeys(["killed_low", "killed_best"], [3, 4]) | {"killed_high": [9, 4]}
    >>> table = pd.DataFrame({"country": "MLI", "region": ["Gao", "Mopti"], **tolls})
    >>> found = deaths_by_division(table.assign(killed_open_above=False), "uniform")
    >>> found[["region", "best", "interval_low", "interval_high"]].values.tolist()
    [['Mopti', 4, 4.0, 4.0], ['Gao', 3, 3.0, 9.0]]
    """
    opened = "killed_incl_open_above" if basis == "incl_attackers" else "killed_open_above"
    require_columns(assigned, [*KEYS, opened])
    placed = assigned[assigned["region"].notna()]
    if placed.empty:
        raise ValueError(f"none of the {len(assigned):,} incidents has a first-level division")
    if toll_ranges(placed, "killed", basis).missing.all():
        found = placed.groupby(KEYS, observed=True).size().rename("n_incidents").reset_index()
        found = found.assign(n_missing=found["n_incidents"], **dict.fromkeys(TOLLS, np.nan))
    else:
        found = total_by(placed, KEYS, model, dependence, level, claims, basis)
    found = found.rename(
        columns={
            "n_incidents": "incidents", "n_missing": "without_figure",
            "lower": "interval_low", "upper": "interval_high",
        }
    )  # fmt: skip
    flags = placed.groupby(KEYS, observed=True)[opened].agg(lambda cells: bool(cells.any()))
    found = found.merge(flags.rename("open_above").reset_index(), on=KEYS)
    columns = [
        *KEYS, "incidents", "without_figure", "low", "best", "high", "mean", "interval_low",
        "interval_high", "open_above",
    ]  # fmt: skip
    order = found.sort_values(["best", "incidents", *KEYS], ascending=[False, False, True, True])
    return order[columns].reset_index(drop=True)
