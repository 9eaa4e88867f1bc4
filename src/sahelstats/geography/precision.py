"""Keep the incidents placed precisely enough, and say how many that leaves."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.geography.coordinates import name_rows, require_columns
from sahelstats.geography.weights import deaths_of

SITE, NEARBY, SECOND_LEVEL, FIRST_LEVEL, COARSER = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Shown:
    """How much of a table is shown: N of M incidents, K of L deaths.

    Attributes
    ----------
    n_shown, n_total : int
        Incidents.
    deaths_shown, deaths_total : int or None
        Sums of killed_best; None if the table has no tolls.
    no_coordinates, no_precision, too_coarse : int
        Why the others are left out; an incident is counted under the first that applies.
    """

    n_shown: int
    n_total: int
    deaths_shown: int | None
    deaths_total: int | None
    too_coarse: int = 0
    no_precision: int = 0
    no_coordinates: int = 0

    def __str__(self) -> str:
        text = f"{self.n_shown:,} of {self.n_total:,} incidents"
        if self.deaths_total is not None:
            text += f", {self.deaths_shown:,} of {self.deaths_total:,} deaths"
        return f"{text} shown"

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers and the sentence, ready for JSON and DataFrame.attrs."""
        return {**asdict(self), "text": str(self)}


def _precision_codes(table: pd.DataFrame) -> NDArray[np.float64]:
    require_columns(table, ["geo_precision"])
    codes = np.asarray(table["geo_precision"].to_numpy(float, na_value=np.nan))
    bad = ~(np.isnan(codes) | ((codes >= 1) & (codes == np.floor(codes))))
    if bad.any():
        raise ValueError(
            f"geo_precision must be a whole number from 1 up; it is not in "
            f"{int(bad.sum()):,} rows: {name_rows(table, bad)}"
        )
    return codes


def precision_mask(
    table: pd.DataFrame, max_geo_precision: int | None, need_coordinates: bool = True
) -> tuple[NDArray[np.bool_], Shown]:
    """Return which rows are precise enough, and the summary; None keeps any precision."""
    coarse = unknown = np.zeros(len(table), dtype=bool)
    if max_geo_precision is not None:
        if max_geo_precision < 1:
            raise ValueError(f"max_geo_precision is {max_geo_precision}: give 1 (exact) or more")
        codes = _precision_codes(table)
        unknown = np.isnan(codes)
        coarse = codes > max_geo_precision
    missing = np.zeros(len(table), dtype=bool)
    if need_coordinates:
        require_columns(table, ["latitude", "longitude"])
        missing = table[["latitude", "longitude"]].isna().any(axis=1).to_numpy(bool)
    keep = ~(missing | unknown | coarse)
    deaths = np.nan_to_num(deaths_of(table)) if "killed_best" in table.columns else None
    return keep, Shown(
        n_shown=int(keep.sum()),
        n_total=len(table),
        deaths_shown=None if deaths is None else int(deaths[keep].sum()),
        deaths_total=None if deaths is None else int(deaths.sum()),
        too_coarse=int((coarse & ~missing).sum()),
        no_precision=int((unknown & ~missing).sum()),
        no_coordinates=int(missing.sum()),
    )


def precision_filter(
    table: pd.DataFrame, max_geo_precision: int | None = NEARBY
) -> tuple[pd.DataFrame, Shown]:
    """Keep the incidents whose place is known at least this precisely.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude, geo_precision; killed_best if deaths are to be counted.
    max_geo_precision : int or None
        Coarsest code kept: 1 exact site, 2 within about 25 km, 3 second-level division,
        4 first-level division, 5 coarser. None keeps every row that has coordinates.

    Returns
    -------
    kept : DataFrame
        The rows kept, in their order. Rows without coordinates or (unless None) without
        a precision are left out.
    shown : Shown
        N of M incidents, K of L deaths (killed_best), and why the others are left out;
        str(shown) is the sentence for captions.

    Raises
    ------
    ValueError
        A column is lacking, a code is not a whole number from 1 up, max_geo_precision < 1.

    Notes
    -----
    Codes as in the codebook; UCDP's where_prec uses the same scale, and goes to 7.

    Examples
    --------
    >>> table = pd.DataFrame({"latitude": [12.6, 14.0], "longitude": [-8.0, 0.5],
    ...                       "geo_precision": [1, 4], "killed_best": [77, 20]})
    >>> kept, shown = precision_filter(table, 2)
    >>> print(shown)
    1 of 2 incidents, 77 of 97 deaths shown
    """
    keep, shown = precision_mask(table, max_geo_precision)
    return table.loc[keep], shown


def count_shown(kept: pd.DataFrame, table: pd.DataFrame) -> Shown:
    """Count a part of a table that was chosen by other means than its precision.

    Parameters
    ----------
    kept, table : DataFrame
        The part shown and the whole; killed_best if deaths are to be counted.

    Returns
    -------
    Shown
        N of M incidents, K of L deaths.

    Raises
    ------
    ValueError
        The part is larger than the whole.

    Examples
    --------
    >>> table = pd.DataFrame({"killed_best": [3, 4]})
    >>> print(count_shown(table[:1], table))
    1 of 2 incidents, 3 of 7 deaths shown
    """
    if len(kept) > len(table):
        raise ValueError(f"{len(kept):,} incidents cannot be a part of {len(table):,}")
    sums: list[int | None] = [None, None]
    if "killed_best" in table.columns:
        sums = [int(np.nan_to_num(deaths_of(part)).sum()) for part in (kept, table)]
    return Shown(len(kept), len(table), sums[0], sums[1])
