"""The common beginning: filter by precision, check what is left, align the weights."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.geography.coordinates import name_rows, require_columns, require_coordinates
from sahelstats.geography.precision import Shown, precision_mask
from sahelstats.geography.weights import Weights, weight_draws


@dataclass(frozen=True)
class Selection:
    """Rows precise enough to use, their weights, and what was left out."""

    table: pd.DataFrame
    draws: NDArray[np.float64]
    shown: Shown
    keep: NDArray[np.bool_]


def select(
    table: pd.DataFrame,
    weights: Weights = "incidents",
    max_geo_precision: int | None = None,
    need_coordinates: bool = True,
) -> Selection:
    """Return the usable rows with weights aligned, or raise one clear error."""
    draws = weight_draws(table, weights)
    keep, shown = precision_mask(table, max_geo_precision, need_coordinates)
    kept = table.loc[keep]
    if kept.empty:
        raise ValueError(f"no incidents left: {shown} (max_geo_precision={max_geo_precision})")
    if need_coordinates:
        require_coordinates(kept)
    return Selection(kept, draws[:, keep], shown, keep)


def years_of(table: pd.DataFrame) -> NDArray[np.int64]:
    """Return each row's year, from year or else date_start."""
    if "year" in table.columns:
        years = np.asarray(table["year"].to_numpy(float, na_value=np.nan))
    else:
        require_columns(table, ["date_start"])
        years = pd.to_datetime(table["date_start"]).dt.year.to_numpy(float, na_value=np.nan)
    bad = np.isnan(years)
    if bad.any():
        raise ValueError(f"{int(bad.sum()):,} rows have no year: {name_rows(table, bad)}")
    return years.astype(np.int64)


def year_range(years: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return every year from first to last, the empty ones too."""
    return np.arange(years.min(), years.max() + 1)


def dates_of(table: pd.DataFrame) -> NDArray[np.int64]:
    """Return date_start as whole days since 1970."""
    require_columns(table, ["date_start"])
    dates = pd.to_datetime(table["date_start"])
    bad = dates.isna().to_numpy(bool)
    if bad.any():
        raise ValueError(f"{int(bad.sum()):,} rows have no date_start: {name_rows(table, bad)}")
    return np.asarray(dates.to_numpy("datetime64[D]").astype(np.int64))
