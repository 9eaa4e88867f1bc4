"""One way of saying which rows are wrong: the count, and the first five by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

ROWS_NAMED = 5


class RowFault(NamedTuple):
    """Rows with one kind of fault: what it is, how many, and the names of the first five."""

    what: str
    n_rows: int
    first: tuple[str, ...]

    def __str__(self) -> str:
        more = ", ..." if self.n_rows > len(self.first) else ""
        return f"{self.n_rows} row(s): {self.what}: {', '.join(self.first)}{more}"


def row_fault(
    bad: ArrayLike, what: str, names: Sequence[Any] | NDArray[Any] | None = None
) -> RowFault | None:
    """Return the fault of the rows where `bad` is true, None if it is true of none.

    Examples
    --------
    >>> print(row_fault([True, False, True], "negative figure", ["a", "b", "c"]))
    2 row(s): negative figure: a, c
    """
    where = np.flatnonzero(np.asarray(bad))
    if where.size == 0:
        return None
    named = (str(i) if names is None else str(names[i]) for i in where[:ROWS_NAMED])
    return RowFault(what, int(where.size), tuple(named))


def merge_faults(faults: Iterable[RowFault]) -> list[RowFault]:
    """Return one fault of each kind, with all its rows counted; in the order they came.

    Examples
    --------
    >>> [str(f) for f in merge_faults([RowFault("bad", 1, ("a",)), RowFault("bad", 2, ("b", "c"))])]
    ['3 row(s): bad: a, b, c']
    """
    merged: dict[str, RowFault] = {}
    for what, count, first in faults:
        known = merged.get(what, RowFault(what, 0, ()))
        merged[what] = RowFault(what, known.n_rows + count, (*known.first, *first)[:ROWS_NAMED])
    return list(merged.values())


def refuse_faults(faults: Iterable[RowFault | None]) -> None:
    """Raise one ValueError that lists every fault; do nothing if there is none."""
    found = [str(fault) for fault in faults if fault is not None]
    if found:
        raise ValueError("; ".join(found))


def refuse(bad: ArrayLike, what: str, names: Sequence[Any] | NDArray[Any] | None = None) -> None:
    """Raise ValueError naming the first five rows where `bad` is true; do nothing if none is."""
    refuse_faults([row_fault(bad, what, names)])


def one_of(value: object, allowed: Iterable[str], what: str) -> str:
    """Return `value` if it is one of `allowed`, else raise ValueError with the nearest."""
    options = list(allowed)
    if isinstance(value, str) and value in options:
        return value
    from difflib import get_close_matches

    near = get_close_matches(str(value), options, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"unknown {what} {value!r}: expected one of {', '.join(options)}{hint}")


def level_tails(level: float) -> tuple[float, float]:
    """Return the two equal-tailed probabilities of an interval of that level."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    return (1 - level) / 2, (1 + level) / 2


def probabilities(q: ArrayLike) -> FloatArray:
    """Return `q` as floats, refusing anything outside 0..1."""
    values = np.asarray(q, dtype=float)
    refuse(~((values >= 0) & (values <= 1)).ravel(), "probability outside 0..1 at position")
    return values


def need_columns(table: Any, columns: Iterable[str], what: str) -> None:
    """Raise ValueError naming the columns a table lacks."""
    absent = [name for name in columns if name not in table.columns]
    if absent:
        raise ValueError(f"{what} lacks column(s): {', '.join(absent)}")


def row_names(table: Any) -> NDArray[Any]:
    """Return the incident_id of each row, or the index where there is none."""
    if "incident_id" in table.columns:
        return np.asarray(table["incident_id"].to_numpy(dtype=object))
    return np.asarray(table.index.to_numpy(dtype=object))
