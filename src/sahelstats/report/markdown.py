"""Tables, paragraphs and lists as Markdown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd


def rows_of(frame: pd.DataFrame) -> Iterable[tuple[Any, list[Any]]]:
    """Return the rows of a frame, each with its label."""
    return zip(frame.index, frame.to_numpy().tolist(), strict=True)


def as_table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a Markdown table; a column of numbers only is set to the right."""
    cells = [[cell(value) for value in row] for row in rows]
    numeric = [
        all(re.fullmatch(r"[\d,.%() ]*", row[place]) for row in cells)
        for place in range(len(names))
    ]
    rule = ["--:" if right else "---" for right in numeric]
    lines = [f"| {' | '.join(row)} |" for row in ([*names], *cells)]
    lines.insert(1, f"|{'|'.join(rule)}|")
    return "\n".join(lines)


def cell(value: Any) -> str:
    """Return a value as a cell shows it."""
    if value is pd.NA or value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}" if value > 9999 else str(value)
    return str(value).replace("|", "\\|")


def paragraph(text: str) -> str:
    """Return text in lines of at most 110 characters."""
    return textwrap.fill(text, 110, break_long_words=False, break_on_hyphens=False)


def item(text: str) -> str:
    """Return text as an item of a list."""
    return textwrap.fill(
        f"* {text}", 110, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
