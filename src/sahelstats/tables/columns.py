"""From text to typed columns: dates, integers with gaps, categories."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sahelstats.tables.schema import Column, Table

PATTERNS = {
    # Longer than any count, shorter than what an Int64 cannot hold.
    "integer": r"-?\d{1,15}",
    "number": r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?",
    "boolean": r"True|False",
    "date": r"\d{4}-\d{2}-\d{2}",
    "partial_date": r"\d{4}(?:-\d{2}(?:-\d{2})?)?",
}

REMEDIES = {
    "integer": "Write a whole number with digits only, or leave the cell empty.",
    "number": "Write a number with a decimal point.",
    "boolean": "Write True or False.",
    "date": "Write the day as YYYY-MM-DD.",
    "partial_date": "Write YYYY-MM-DD, YYYY-MM or YYYY.",
}


def typed(text: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Convert a frame of text to the types of its schema.

    Parameters
    ----------
    text : DataFrame of str
        As ``read_text`` returns it.
    table : Table
        Gives the kind of each column.

    Returns
    -------
    frame : DataFrame
        Dates as datetime64, counts as Int64, numbers as float64, flags as boolean, enumerations
        as category, text as string with ``<NA>`` for empty cells.
    bad : DataFrame of bool
        True where a cell has text that its kind does not allow; such cells are missing in `frame`.
    """
    columns: dict[str, Any] = {}
    bad: dict[str, Any] = {}
    for column in table.columns:
        # Once for each different cell: a table of a producer's events repeats them by thousands.
        codes, cells = pd.factorize(text[column.name])
        values = pd.Series(cells, dtype="str")
        converted = _convert(values, column)
        columns[column.name] = converted.array.take(codes)
        bad[column.name] = ((values != "") & converted.isna()).to_numpy()[codes]
    return pd.DataFrame(columns, index=text.index), pd.DataFrame(bad, index=text.index)


def _convert(cells: pd.Series, column: Column) -> pd.Series:
    """Return one column converted, with a missing value where its text does not fit."""
    if column.kind == "category":
        allowed = cells.where(cells.isin(list(column.values)))
        return allowed.astype(pd.CategoricalDtype(list(column.values)))
    if column.kind == "text":
        return cells.mask(cells == "", pd.NA).astype("string")
    fits = cells.str.fullmatch(PATTERNS[column.kind])
    cells = cells.where(fits, None)
    if column.kind == "integer":
        return pd.to_numeric(cells, errors="coerce").astype("Int64")
    if column.kind == "number":
        return pd.to_numeric(cells, errors="coerce").astype("float64")
    if column.kind == "boolean":
        return cells.map({"True": True, "False": False}).astype("boolean")
    return pd.to_datetime(
        cells.map(first_day, na_action="ignore"), format="%Y-%m-%d", errors="coerce"
    )


def first_day(text: str) -> str:
    """Return the first day of a date of which the day or month may be missing.

    Examples
    --------
    >>> first_day("2022-03"), first_day("2022"), first_day("2022-03-27")
    ('2022-03-01', '2022-01-01', '2022-03-27')
    """
    return text + "-01-01"[3 * text.count("-") :] if len(text) < 10 else text


def last_day(text: pd.Series) -> pd.Series:
    """Return the last day that dates of which the day or month may be missing can mean.

    Parameters
    ----------
    text : Series of str
        ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD`` or empty.

    Returns
    -------
    Series of datetime64
        NaT where empty.

    Examples
    --------
    >>> last_day(pd.Series(["2024-02", "2024", "2024-05-07"])).dt.strftime("%F").tolist()
    ['2024-02-29', '2024-12-31', '2024-05-07']
    """
    known = text.where(text.str.fullmatch(PATTERNS["partial_date"]).fillna(False), None)
    first = pd.to_datetime(
        known.map(first_day, na_action="ignore"), format="%Y-%m-%d", errors="coerce"
    )
    length = known.str.len()
    last = first.where(length != 7, first + pd.offsets.MonthEnd(0))
    return last.where(length != 4, first + pd.offsets.YearEnd(0))
