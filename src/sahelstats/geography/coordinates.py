"""Which rows of a table have coordinates one can use, and what is wrong with the rest."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.boundaries import load_boundaries

# The fourteen countries with a margin at sea: south, north, west, east (degrees).
REGION_BOX = (0.0, 38.5, -19.0, 25.0)
# A point this far outside its country's bounding box cannot be a border village.
COUNTRY_MARGIN = 1.0


def require_columns(table: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise ValueError naming the columns a table lacks."""
    lacking = [n for n in names if n not in table.columns]
    if lacking:
        raise ValueError(f"the table lacks the columns {lacking}")


def name_rows(table: pd.DataFrame, bad: NDArray[np.bool_], limit: int = 5) -> str:
    """Name the first few bad rows, by incident_id where there is one, and count them."""
    ids = table["incident_id"] if "incident_id" in table.columns else table.index.to_series()
    first = ", ".join(str(v) for v in ids.to_numpy()[bad][:limit])
    rest = int(bad.sum()) - limit
    return f"{first} and {rest:,} more" if rest > 0 else first


def positions(table: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the latitude and longitude columns as floats (missing is NaN)."""
    require_columns(table, ["latitude", "longitude"])
    pair = []
    for name in ("latitude", "longitude"):
        try:
            pair.append(table[name].to_numpy(float, na_value=np.nan))
        except (TypeError, ValueError):
            bad = pd.to_numeric(table[name], errors="coerce").isna() & table[name].notna()
            raise ValueError(
                f"{name} is not a number in {int(bad.sum())} rows: "
                f"{name_rows(table, bad.to_numpy(bool))}"
            ) from None
    return pair[0], pair[1]


def _in_box(
    lat: NDArray[np.float64], lon: NDArray[np.float64], box: NDArray[np.float64]
) -> NDArray[np.bool_]:
    return (lat >= box[..., 0]) & (lat <= box[..., 1]) & (lon >= box[..., 2]) & (lon <= box[..., 3])


def _country_boxes(table: pd.DataFrame) -> NDArray[np.float64]:
    """Give each row its country's box with a margin, or the region's if unknown."""
    import shapely

    boxes = np.tile(np.array(REGION_BOX, float), (len(table), 1))
    if "country" not in table.columns:
        return boxes
    countries = load_boundaries("country")
    which, codes = pd.factorize(table["country"])
    for k, code in enumerate(codes):
        if code in countries.iso3:
            west, south, east, north = shapely.total_bounds(
                countries.geometry[countries.iso3 == code]
            )
            m = COUNTRY_MARGIN
            boxes[which == k] = (south - m, north + m, west - m, east + m)
    return boxes


def coordinate_faults(table: pd.DataFrame) -> pd.Series:
    """Say what is wrong with each row's coordinates.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude (WGS84 degrees) and, if known, country (ISO alpha-3).

    Returns
    -------
    Series of str
        Indexed like the table: "" (usable), "missing", "impossible" (no such point),
        "zero_zero" (both zero: a blank in disguise), "swapped" (latitude and longitude
        exchanged would lie in the stated country, as they stand they do not) or
        "outside" (not in the region, 0 to 38.5 N, 19 W to 25 E). A swap that lands inside
        the stated country cannot be seen (Nigeria straddles the diagonal).

    Raises
    ------
    ValueError
        A column is lacking, or holds text that is no number.

    Notes
    -----
    Own rules; the countries' boxes come from Natural Earth with one degree of margin.

    Examples
    --------
    >>> table = pd.DataFrame({"latitude": [12.6, -8.0, 0.0, 48.9], "country": "MLI",
    ...                       "longitude": [-8.0, 12.6, 0.0, 2.3]})
    >>> coordinate_faults(table).tolist()
    ['', 'swapped', 'zero_zero', 'outside']
    """
    lat, lon = positions(table)
    boxes = _country_boxes(table)
    swapped = ~_in_box(lat, lon, boxes) & _in_box(lon, lat, boxes)
    fault = np.full(len(table), "", dtype=object)
    fault[~_in_box(lat, lon, np.array(REGION_BOX))] = "outside"
    fault[swapped] = "swapped"
    fault[((np.abs(lat) > 90) | (np.abs(lon) > 180)) & ~swapped] = "impossible"
    fault[(lat == 0) & (lon == 0)] = "zero_zero"
    fault[np.isnan(lat) | np.isnan(lon)] = "missing"
    return pd.Series(fault, index=table.index, name="coordinate_fault", dtype=str)


def in_region(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the incidents of the region's countries, without those whose point cannot be theirs.

    Parameters
    ----------
    table : DataFrame
        Columns country, latitude and longitude.

    Returns
    -------
    DataFrame
        Rows of `table`, in its order, numbered anew; those without coordinates among them.

    Raises
    ------
    ValueError
        A column is lacking, or holds text that is no number.

    Notes
    -----
    For tables of the whole world, and imported ones with broken points: the plane, the borders and
    the divisions are those of the region's fourteen countries.

    Examples
    --------
    >>> table = pd.DataFrame({"country": ["MLI", "MLI", "SYR"], "latitude": [12.6, -8.0, 36.2],
    ...                       "longitude": [-8.0, 12.6, 37.2]})
    >>> in_region(table)["latitude"].tolist()
    [12.6]
    """
    require_columns(table, ["country"])
    held = table["country"].isin(set(load_boundaries("country").iso3))
    return table[held & coordinate_faults(table).isin(["", "missing"])].reset_index(drop=True)


def require_coordinates(table: pd.DataFrame) -> None:
    """Raise one ValueError naming every kind of unusable coordinate, if there is any."""
    faults = coordinate_faults(table).to_numpy(object)
    if not (faults != "").any():
        return
    kinds = [k for k in pd.unique(faults) if k]
    details = "; ".join(
        f"{int((faults == k).sum()):,} {k}: {name_rows(table, faults == k)}" for k in kinds
    )
    raise ValueError(
        f"{int((faults != '').sum()):,} of {len(table):,} rows have unusable coordinates "
        f"({details}). See coordinate_faults(table)."
    )
