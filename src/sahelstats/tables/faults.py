"""Faults in a table, and the one error that lists them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sahelstats.paths import shown

#: How many faults a message spells out; the rest is counted, so that a screen is enough.
SHOWN_IN_MESSAGE = 40


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a table.

    Attributes
    ----------
    file : str
        File as a message shows it.
    row : int or None
        Row as a spreadsheet shows it (the header is row 1); None for the file as a whole.
    column, value, rule, remedy : str
        Where, what was found, what was broken and what to do.
    """

    file: str
    row: int | None
    column: str
    value: str
    rule: str
    remedy: str

    def __str__(self) -> str:
        """Return the fault as one line."""
        where = self.file
        if self.row is not None:
            where += f", row {self.row}"
        if self.column:
            where += f", column {self.column}"
        found = f" (found {shorten(self.value)!r})" if self.value else ""
        return f"{where}: {self.rule}{found}. {self.remedy}"


class TableError(ValueError):
    r"""A table that cannot be used as it is; lists every fault.

    Parameters
    ----------
    faults : sequence of Fault
        All that is wrong, in file order.

    Examples
    --------
    >>> str(TableError([Fault("a.csv", 3, "low", "-1", "is negative", "Count from 0.")]))
    "1 fault in a.csv:\n  a.csv, row 3, column low: is negative (found '-1'). Count from 0."
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        files = sorted({fault.file for fault in self.faults})
        count = len(self.faults)
        lines = [f"{count:,} fault{'s' if count != 1 else ''} in {', '.join(files)}:"]
        lines += [f"  {fault}" for fault in self.faults[:SHOWN_IN_MESSAGE]]
        if count > SHOWN_IN_MESSAGE:
            lines.append(f"  ... and {count - SHOWN_IN_MESSAGE:,} more: run `sahelstats validate`")
        super().__init__("\n".join(lines))


def file_fault(path: Path | str, rule: str, remedy: str, value: str = "") -> Fault:
    """Return a fault of a file as a whole."""
    return Fault(shown(path), None, "", value, rule, remedy)


def shorten(text: str, width: int = 60) -> str:
    """Return a cell's text cut to a width that fits a line.

    Examples
    --------
    >>> shorten("x" * 100, 10)
    'xxxxxxx...'
    """
    return text if len(text) <= width else text[: width - 3] + "..."
