"""The one policy for ranges whose bounds a producer left out of order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sahelstats.tables.schema import BASES, OUTCOMES, range_column


def contain_best(table: pd.DataFrame) -> pd.DataFrame:
    """Return a tidy table in which every range runs from low over best to high.

    Imported tables keep a producer's figures as they are, even where its low lies above its best
    or its high below it (column ``quirk`` names those rows). Statistics cannot use such a range:
    this widens it by its own figures, and by nothing else, so that it contains best. Low becomes
    the smallest and high the largest of the figures that are there; best stays, and what is empty
    stays empty.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents, as ``load_incidents`` returns them.

    Returns
    -------
    DataFrame
        A copy with the same rows and columns; `table` itself where every range is in order.

    Examples
    --------
    >>> columns = {"low": [9, 1], "best": [5, pd.NA], "high": [7, pd.NA]}
    >>> table = pd.DataFrame(columns).add_prefix("killed_").astype("Int64")
    >>> contain_best(table)["killed_low"].tolist(), contain_best(table)["killed_high"].tolist()
    ([5, 1], [9, <NA>])
    """
    changed: dict[str, pd.Series] = {}
    for outcome in OUTCOMES:
        for basis in BASES:
            names = [range_column(outcome, basis, part) for part in ("low", "best", "high")]
            if set(names) <= set(table.columns):
                figures = table[names].to_numpy(dtype=float, na_value=np.nan)
                rows = _out_of_order(figures)
                if rows.any():
                    changed |= _widened(table, names, figures, rows)
    return table.assign(**changed) if changed else table


def _out_of_order(figures: np.ndarray) -> np.ndarray:
    """Return rows in which a figure lies above one that must not be below it."""
    low, best, high = figures.T
    return (low > best) | (best > high) | (low > high)


def _widened(
    table: pd.DataFrame, names: list[str], figures: np.ndarray, rows: np.ndarray
) -> dict[str, pd.Series]:
    """Return the columns of low and high with the rows out of order mended."""
    low, high = table[names[0]].copy(), table[names[2]].copy()
    own_low, own_high = (rows & ~np.isnan(figures[:, column]) for column in (0, 2))
    low[own_low] = np.nanmin(figures[own_low], axis=1).astype(int)
    high[own_high] = np.nanmax(figures[own_high], axis=1).astype(int)
    return {names[0]: low, names[2]: high}
