"""One cell at a time: from what a person types to what the table holds."""

from __future__ import annotations

import re
from datetime import date

from sahelstats.tables.columns import PATTERNS, REMEDIES, first_day
from sahelstats.tables.schema import Column


def resolve(column: Column, answer: str) -> str:
    """Return an answer as the cell's text.

    Parameters
    ----------
    column : Column
        What the cell must hold.
    answer : str
        As typed: blanks around it do not matter, and the unique beginning of an allowed value
        stands for it.

    Returns
    -------
    str
        Empty where the column may be and nothing was typed.

    Raises
    ------
    ValueError
        Says what is wrong and what to type.

    Examples
    --------
    >>> from sahelstats.tables.schema import CLAIMS
    >>> resolve(CLAIMS["qualifier"], " at ")
    'at_least'
    >>> resolve(CLAIMS["claim_no"], "0")
    Traceback (most recent call last):
    ...
    ValueError: 0 is too small: 1 or more.
    """
    text = answer.strip()
    if not text:
        if column.required:
            raise ValueError(f"A value is needed. {column.meaning}")
        return ""
    if column.kind == "category":
        return _choice(column, text)
    if column.kind in PATTERNS:
        _check_kind(column, text)
    if column.minimum is not None and float(text) < column.minimum:
        raise ValueError(f"{text} is too small: {column.minimum:g} or more.")
    if column.maximum is not None and float(text) > column.maximum:
        raise ValueError(f"{text} is too large: {column.maximum:g} or less.")
    if column.pattern is not None and not re.fullmatch(column.pattern, text):
        what = "a web address" if column.name == "url" else f"of the form {column.pattern}"
        raise ValueError(f"{text!r} is not well formed: it must be {what}.")
    return text


def _choice(column: Column, text: str) -> str:
    """Return the allowed value that a text names or begins."""
    wanted = text.casefold().replace(" ", "_")
    found = [value for value in column.values if value.casefold() == wanted]
    found = found or [value for value in column.values if value.casefold().startswith(wanted)]
    if len(found) == 1:
        return found[0]
    state = "could be " + " or ".join(found) if found else "is not one of the values"
    raise ValueError(f"{text!r} {state}.")


def _check_kind(column: Column, text: str) -> None:
    """Raise an error when a text is no number or date of the column's kind."""
    fits = re.fullmatch(PATTERNS[column.kind], text) is not None
    if fits and column.kind in ("date", "partial_date"):
        try:
            date.fromisoformat(first_day(text))
        except ValueError:
            fits = False
    if not fits:
        raise ValueError(f"{text!r} does not fit. {REMEDIES[column.kind]}")
