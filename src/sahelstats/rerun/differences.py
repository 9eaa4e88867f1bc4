"""Where two results differ: the first row and column, the values, the share of pixels."""

from __future__ import annotations

import csv
import io
import itertools
import json
from pathlib import Path
from typing import Any

_MOST_VALUES = 10
_LONGEST = 60


def difference(kind: str, old: bytes, new: bytes) -> str:
    """Return in words where two files of a figure differ.

    Parameters
    ----------
    kind : str
        ``csv``, ``png`` or ``svg``.
    old, new : bytes
        Their contents.

    Returns
    -------
    str
        Empty when they are the same.
    """
    if old == new:
        return ""
    return {"csv": csv_difference, "png": png_difference}.get(kind, byte_difference)(old, new)


def csv_difference(old: bytes, new: bytes) -> str:
    r"""Return the first cell in which two CSV files differ.

    Parameters
    ----------
    old, new : bytes
        Their contents, with a header.

    Returns
    -------
    str
        Row 1 is the first below the header.

    Examples
    --------
    >>> csv_difference(b"year,dead\n2012,7\n", b"year,dead\n2012,8\n")
    "row 1, column 'dead': '7' -> '8'"
    >>> csv_difference(b"year\n2012\n", b"year\n2012\n2013\n")
    'row 2 is new: 2013 (1 row -> 2)'
    """
    before, after = _rows(old), _rows(new)
    if before[:1] != after[:1]:
        return f"columns: {', '.join(_head(before))} -> {', '.join(_head(after))}"
    counts = (len(before) - 1, len(after) - 1)
    rows = "" if counts[0] == counts[1] else f" ({_count(counts[0])} -> {counts[1]:,})"
    for number, (was, now) in enumerate(itertools.zip_longest(before, after)):
        if was == now:
            continue
        if was is None or now is None:
            what = "is new" if was is None else "is gone"
            return f"row {number} {what}: {_short(','.join(was or now or []))}{rows}"
        for column, (one, other) in enumerate(itertools.zip_longest(was, now)):
            if one != other:
                head = _head(before)
                name = repr(head[column]) if column < len(head) else str(column + 1)
                return f"row {number}, column {name}: {_short(one)!r} -> {_short(other)!r}{rows}"
    return byte_difference(old, new)


def png_difference(old: bytes, new: bytes) -> str:
    """Return the share of pixels in which two PNG files differ.

    Parameters
    ----------
    old, new : bytes
        Their contents.

    Returns
    -------
    str
        A share, with the size where the two are not of the same.
    """
    import matplotlib.image
    import numpy as np

    try:
        before, after = (matplotlib.image.imread(io.BytesIO(file), "png") for file in (old, new))
    except (OSError, ValueError, SyntaxError) as error:
        return f"cannot be read as a picture ({error})"
    if before.shape != after.shape:
        sizes = [f"{shape[1]} x {shape[0]}" for shape in (before.shape, after.shape)]
        return f"{sizes[0]} -> {sizes[1]} pixels"
    differ = (before != after).reshape(*before.shape[:2], -1).any(axis=2)
    if not differ.any():
        return "the same pixels, stored in other bytes"
    rows, columns = np.nonzero(differ)
    return (
        f"{differ.mean():.2%} of the pixels ({differ.sum():,}), from row {rows.min()},"
        f" column {columns.min()} to row {rows.max()}, column {columns.max()}"
    )


def byte_difference(old: bytes, new: bytes) -> str:
    r"""Return the first line in which two texts differ.

    Parameters
    ----------
    old, new : bytes
        Their contents.

    Returns
    -------
    str
        Its number and both sizes.

    Examples
    --------
    >>> byte_difference(b"<svg>\n<g/>\n</svg>", b"<svg>\n<g />\n</svg>")
    'from line 2 on (17 -> 18 bytes)'
    """
    lines = itertools.zip_longest(old.split(b"\n"), new.split(b"\n"))
    first = next((n for n, (was, now) in enumerate(lines, start=1) if was != now), 0)
    return f"from line {first} on ({len(old):,} -> {len(new):,} bytes)"


def value_differences(old: bytes, new: bytes) -> list[str]:
    """Return which values of two values files differ.

    Parameters
    ----------
    old, new : bytes
        Contents of two ``values.json``.

    Returns
    -------
    list of str
        One line each, the first ten; how many more there are is said in the last.

    Examples
    --------
    >>> value_differences(b'{"values": {"n": 1, "m": 2}}', b'{"values": {"n": 3, "m": 2}}')
    ['n: 1 -> 3']
    """
    before, after = _values(old), _values(new)
    found = [
        f"{name}: {_shown(before, name)} -> {_shown(after, name)}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name) or (name in before) != (name in after)
    ]
    more = len(found) - _MOST_VALUES
    return found[:_MOST_VALUES] + ([f"and {more:,} more"] if more > 0 else [])


def count_values(path: Path) -> int:
    """Return how many values a values file holds.

    Parameters
    ----------
    path : Path
        A ``values.json``.

    Returns
    -------
    int
        The answer's lines are not counted.
    """
    return len(json.loads(path.read_text(encoding="utf-8"))["values"])


def _values(content: bytes) -> dict[str, Any]:
    """Return the values, the lines of the answer among them."""
    loaded = json.loads(content)
    answer = {f"answer, line {n}": line for n, line in enumerate(loaded.get("answer", []), 1)}
    skipped = {f"figure {name} skipped": why for name, why in loaded.get("skipped", {}).items()}
    return loaded.get("values", {}) | answer | skipped


def _shown(values: dict[str, Any], name: str) -> str:
    if name not in values:
        return "none"
    return _short(json.dumps(values[name], ensure_ascii=False))


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8", errors="replace"), newline="")))


def _head(rows: list[list[str]]) -> list[str]:
    return rows[0] if rows else []


def _count(rows: int) -> str:
    return f"{rows:,} row{'' if rows == 1 else 's'}"


def _short(text: str | None) -> str:
    text = text or ""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
