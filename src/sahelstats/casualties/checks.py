"""One way of saying which rows are wrong: the count, and the first five by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

ROWS_NAMED = 5


def refuse(bad: ArrayLike, what: str, names: Sequence[Any] | NDArray[Any] | None = None) -> None:
    """Raise ValueError naming the first five rows where `bad` is true; do nothing if none is."""
    where = np.flatnonzero(np.asarray(bad))
    if where.size == 0:
        return
    shown = where[:ROWS_NAMED]
    named = [str(i) if names is None else str(names[i]) for i in shown]
    more = ", ..." if where.size > ROWS_NAMED else ""
    raise ValueError(f"{where.size} row(s): {what}: {', '.join(named)}{more}")


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
