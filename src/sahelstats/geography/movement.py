"""Where the centre of the attacks lies, year by year."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.geography.centres import mean_centre, median_centre, replicate_centres
from sahelstats.geography.coordinates import positions
from sahelstats.geography.ellipses import deviational_ellipse
from sahelstats.geography.projection import project, unproject
from sahelstats.geography.selection import select, year_range, years_of
from sahelstats.geography.weights import Weights, interval

FloatArray = NDArray[np.float64]
CENTRES = ("mean", "median")
_COLUMNS = [
    "year", "n_incidents", "weight",
    *(f"{c}_{axis}{end}" for c in CENTRES for axis in ("latitude", "longitude")
      for end in ("", "_low", "_high")),
    "major_km", "minor_km", "angle_deg",
]  # fmt: skip


def _bounds(name: str, replicates: FloatArray, level: float) -> dict[str, float]:
    """Intervals of replicates in the plane, as latitudes and longitudes."""
    degrees = np.column_stack(unproject(replicates[:, 0], replicates[:, 1]))
    low, high = interval(degrees, level)
    row = {}
    for k, axis in enumerate(("latitude", "longitude")):
        row[f"{name}_{axis}_low"], row[f"{name}_{axis}_high"] = float(low[k]), float(high[k])
    return row


def _one_year(
    x: FloatArray, y: FloatArray, draws: FloatArray, n_boot: int, level: float,
    rng: np.random.Generator,
) -> dict[str, float]:  # fmt: skip
    """Centres, intervals and ellipse of one year's incidents."""
    w = draws.mean(axis=0)
    row: dict[str, float] = {"n_incidents": len(x), "weight": round(float(w.sum()), 6)}
    if not w.sum() > 0:
        return row
    for name, centre in (("mean", mean_centre(x, y, w)), ("median", median_centre(x, y, w))):
        latitude, longitude = unproject(*centre)
        row[f"{name}_latitude"] = round(float(latitude), 6)
        row[f"{name}_longitude"] = round(float(longitude), 6)
    row["major_km"], row["minor_km"], row["angle_deg"] = deviational_ellipse(x, y, w)
    # One incident says nothing of the spread: no interval rather than one of no width.
    if n_boot and np.count_nonzero(w) > 1:
        replicates = replicate_centres(x, y, draws, n_boot, rng)
        for name, points in zip(CENTRES, replicates, strict=True):
            row |= _bounds(name, points, level)
    return row


def yearly_centres(
    table: pd.DataFrame,
    weights: Weights = "incidents",
    *,
    rng: np.random.Generator,
    n_boot: int = 1_000,
    level: float = 0.9,
    max_geo_precision: int | None = 3,
) -> pd.DataFrame:
    """Mean and median centre of each year's attacks, with intervals and an ellipse.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude, geo_precision, and year or date_start.
    weights : "incidents", "deaths" or array of shape (n,) or (n_draws, n)
        See `weight_draws`. With draws the interval carries the toll's uncertainty as well
        as the sampling of incidents; the centre itself is that of the mean weights.
    rng : numpy.random.Generator
        Source of the bootstrap samples; the same seed gives the same table.
    n_boot : int
        Bootstrap replicates; 0 for no intervals.
    level : float
        Coverage of the intervals.
    max_geo_precision : int or None
        Coarsest precision used. 3 by default: an error of some tens of km in single places
        hardly moves a centre, and dropping them would drop the remotest attacks.

    Returns
    -------
    DataFrame
        One row per year from first to last: year, n_incidents, weight (sum),
        mean_latitude, mean_longitude, median_latitude, median_longitude, each with _low and
        _high (degrees), and the standard deviational ellipse: major_km, minor_km, angle_deg
        (see `deviational_ellipse`). The median centre is the geometric median. A year
        without incidents, or without weight, has NaN; a single incident has a centre but no
        interval and no ellipse. ``attrs["shown"]`` says N of M.

    Raises
    ------
    ValueError
        Nothing left to use; coordinates that are swapped, zero or outside the region; no
        year; bad weights.

    Notes
    -----
    Computed in the equal-area plane. Percentile bootstrap of incidents within years (Efron
    and Tibshirani 1993, ch. 13); above 2,000 incidents a year each counts twice or not at all
    (Owen and Eckles 2012), and above 500 the median's replicates are linearised.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2020, 2020, 2022], "latitude": [14.0, 16.0, 12.0],
    ...                       "longitude": [0.0, 0.0, 0.0], "geo_precision": 1})
    >>> centres = yearly_centres(table, rng=np.random.default_rng(1))
    >>> centres[["year", "n_incidents"]].values.tolist()
    [[2020, 2], [2021, 0], [2022, 1]]
    >>> centres.mean_latitude.round(2).tolist()
    [15.0, nan, 12.0]
    """
    chosen = select(table, weights, max_geo_precision)
    years = years_of(chosen.table)
    x, y = project(*positions(chosen.table))
    rows = []
    for year in year_range(years):
        mine = np.flatnonzero(years == year)
        row = _one_year(x[mine], y[mine], chosen.draws[:, mine], n_boot, level, rng)
        rows.append({"year": int(year), **row})
    result = pd.DataFrame(rows).reindex(columns=_COLUMNS)
    result.attrs["shown"] = chosen.shown.as_dict()
    return result
