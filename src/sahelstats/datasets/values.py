"""From the text of cells to numbers and days, whatever a spreadsheet made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

#: How days written with slashes are read: as the file shows, day first or month first.
DateOrder = Literal["auto", "dmy", "mdy"]

NUMBER = r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*"
#: A whole number as a spreadsheet shows a long one: its last digits are lost.
ROUNDED = r"\d+[.,]?\d*[eE]\+?\d+"
COMMA_NUMBER = r"\s*[+-]?\d*,\d+\s*"

_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_ISO = rf"\s*(\d{{4}})[-/](\d{{1,2}})[-/](\d{{1,2}}){_TIME}\s*"
_YEAR_LAST = rf"\s*(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}){_TIME}\s*"
_NAMED = rf"\s*(\d{{1,2}})[ -]([A-Za-z]{{3,9}})[ -](\d{{4}}){_TIME}\s*"
#: English only, and whole: other languages have months that begin alike and are others.
_MONTHS = {
    name: number
    for number, whole in enumerate(
        [
            "january", "february", "march", "april", "may", "june", "july", "august", "september",
            "october", "november", "december",
        ],
        start=1,
    )
    for name in (whole, whole[:3])
} | {"sept": 9}  # fmt: skip
#: A point before each three digits: where numbers have a decimal comma, it marks thousands.
_THOUSANDS = r"\s*[+-]?\d{1,3}(?:\.\d{3})+\s*"


class MixedDatesError(ValueError):
    """Days that cannot be told from months; ``value`` is an example."""

    def __init__(self, message: str, value: str) -> None:
        super().__init__(message)
        self.value = value


def by_unique(cells: pd.Series) -> tuple[np.ndarray, pd.Series]:
    """Return a column as positions in the list of its different values, and that list.

    What is done to a cell is then done once for each different value: tables of events repeat
    theirs a hundredfold.

    Parameters
    ----------
    cells : Series of str
        No missing values.

    Returns
    -------
    codes : array of int, shape (n,)
        Position of each cell's value.
    values : Series of str
        Different values, in order of first appearance.

    Examples
    --------
    >>> codes, values = by_unique(pd.Series(["a", "b", "a"]))
    >>> codes.tolist(), values.tolist()
    ([0, 1, 0], ['a', 'b'])
    """
    codes, values = pd.factorize(cells)
    return codes, pd.Series(values, dtype="str")


def numbers(cells: pd.Series, decimal_comma: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return cells as numbers.

    Parameters
    ----------
    cells : Series of float or str
        As read; an empty cell is ``""`` or NaN.
    decimal_comma : bool
        Whether ``12,5`` is twelve and a half.

    Returns
    -------
    values : array of float
        NaN where the cell is empty or no number.
    bad : array of bool
        True where there is text that is no number.

    Examples
    --------
    >>> numbers(pd.Series(["1.000"]), decimal_comma=True)
    (array([nan]), array([ True]))
    >>> numbers(pd.Series(["1.0", "", "12,5", "x"]), decimal_comma=True)
    (array([ 1. ,  nan, 12.5,  nan]), array([False, False, False,  True]))
    """
    if cells.dtype == np.float64:
        values = cells.to_numpy()
        infinite = np.isinf(values)
        return np.where(infinite, np.nan, values), infinite
    codes, texts = by_unique(cells)
    plain = texts.str.replace(",", ".", regex=False) if decimal_comma else texts
    fits = plain.str.fullmatch(NUMBER).to_numpy(bool)
    if decimal_comma:
        # 1.000 is a thousand there, or one: nobody can tell.
        fits = fits & ~texts.str.fullmatch(_THOUSANDS).to_numpy(bool)
    found = pd.to_numeric(plain.where(fits, None), errors="coerce").to_numpy(float, na_value=np.nan)
    empty = (texts.str.strip() == "").to_numpy(bool)
    return found[codes], (np.isnan(found) & ~empty)[codes]


def days(
    columns: Sequence[pd.Series], order: DateOrder = "auto", default: DateOrder = "auto"
) -> tuple[list[tuple[np.ndarray, np.ndarray]], str]:
    """Return columns of dates as days; one order of day and month holds for all of them.

    Parameters
    ----------
    columns : sequence of Series of str
        ``YYYY-MM-DD``, ``DD/MM/YYYY``, ``MM/DD/YYYY``, ``DD.MM.YYYY`` or ``5 July 2021``, each
        with or without a time of day, which is left out.
    order : {"auto", "dmy", "mdy"}
        Of dates with the year last; ``auto`` lets the dates decide of which the day is over 12.
    default : {"auto", "dmy", "mdy"}
        What holds where no date decides; ``auto`` refuses to guess.

    Returns
    -------
    list of (array of datetime64[D], array of bool)
        For each column the days (NaT where there is none) and where text is no date.
    str
        Order that was used: ``dmy``, ``mdy``, or empty where no date needed one.

    Raises
    ------
    MixedDatesError
        When the dates contradict each other, or none decides and there is no default.

    Examples
    --------
    >>> [(found, bad)], used = days([pd.Series(["26/05/2016 00:00", "3/5/2016", "soon"])])
    >>> found.astype(str).tolist(), bad.tolist(), used
    (['2016-05-26', '2016-05-03', 'NaT'], [False, False, True], 'dmy')
    """
    parts = [by_unique(column) for column in columns]
    texts = pd.concat([values for _, values in parts]).drop_duplicates()
    used = _order_of(texts, order, default)
    known = pd.Series(_parsed(texts, used), index=texts.to_numpy())
    result = []
    for codes, values in parts:
        found = known.reindex(values).to_numpy("datetime64[D]")
        empty = (values.str.strip() == "").to_numpy(bool)
        result.append((found[codes], (np.isnat(found) & ~empty)[codes]))
    return result, used


def _order_of(texts: pd.Series, order: DateOrder, default: DateOrder) -> str:
    """Return whether day or month comes first in dates that end in the year."""
    parts = texts.str.extract("^" + _YEAR_LAST + "$").dropna()
    if parts.empty:
        return ""
    first, second = parts[0].astype(int), parts[1].astype(int)
    day_first, month_first = first > 12, second > 12
    if order != "auto":
        against = month_first if order == "dmy" else day_first
        if against.any():
            raise MixedDatesError(f"dates do not fit the order {order}", texts[against.idxmax()])
        return order
    if day_first.any() and month_first.any():
        examples = f"{texts[day_first.idxmax()]} and {texts[month_first.idxmax()]}"
        raise MixedDatesError("dates mix day first and month first", examples)
    if day_first.any() or month_first.any():
        return "dmy" if day_first.any() else "mdy"
    if default == "auto":
        raise MixedDatesError("days cannot be told from months", texts[parts.index[0]])
    return default


def _parsed(texts: pd.Series, order: str) -> np.ndarray:
    """Return the day of each text, NaT where it is none."""
    found = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[D]")
    iso = texts.str.extract("^" + _ISO + "$")
    last = texts.str.extract("^" + _YEAR_LAST + "$")
    named = texts.str.extract("^" + _NAMED + "$")
    named[1] = named[1].str.lower().map(_MONTHS)
    day, month = (0, 1) if order != "mdy" else (1, 0)
    for parts, (y, m, d) in ((iso, (0, 1, 2)), (last, (2, month, day)), (named, (2, 1, 0))):
        rows = parts.notna().all(axis=1).to_numpy()
        if rows.any():
            frame = parts[rows].astype(int).set_axis(range(3), axis=1)
            dates = pd.to_datetime(
                pd.DataFrame({"year": frame[y], "month": frame[m], "day": frame[d]}),
                errors="coerce",
            )
            found[rows] = dates.to_numpy("datetime64[D]")
    return found
