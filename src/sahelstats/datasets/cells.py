"""The cells of one file that an import needs, before anything is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from sahelstats.datasets.layouts import Layout
from sahelstats.datasets.opening import Source
from sahelstats.datasets.values import DateOrder, MixedDatesError, days, numbers
from sahelstats.tables.faults import TableError, file_fault


@dataclass
class Cells:
    """The cells of one file that an import needs, and what was met on the way to them.

    Attributes
    ----------
    source : Source
        Where they come from.
    layout : Layout
        What the header says.
    frame : DataFrame
        One row per record: numbers as float64 or text, the rest as text, ``""`` where empty.
    first_row : int
        Row of the first record as a spreadsheet shows it.
    notes : list of str
        Quirks of the file as a whole, one sentence each.
    unused : list of str
        Columns of the file that nothing is taken from.
    decimal_comma : bool
        Whether numbers are written with a comma.
    too_long : array of int
        Positions of records with more cells than the header.
    native : bool
        Whether the file is as the producer writes it rather than a spreadsheet's copy.
    """

    source: Source
    layout: Layout
    frame: pd.DataFrame
    first_row: int = 2
    notes: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    decimal_comma: bool = False
    native: bool = True
    too_long: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))

    def numbers(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return a column as numbers (NaN where empty), and where its text is no number."""
        if name not in self.frame:
            nothing = np.full(len(self.frame), np.nan)
            return nothing, np.zeros(len(nothing), dtype=bool)
        return numbers(self.frame[name], self.decimal_comma)

    def text(self, name: str) -> pd.Series:
        """Return a column as text without blanks around it; empty text where it is not there."""
        if name not in self.frame:
            return pd.Series("", index=self.frame.index, dtype=object)
        return self.frame[name]

    def days(
        self, names: Sequence[str], order: DateOrder = "auto"
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return columns as days (NaT where empty), and where their text is no date."""
        default: DateOrder = "mdy" if self.layout.month_first and self.native else "auto"
        try:
            found, used = days([self.frame[name] for name in names], order, default)
        except MixedDatesError as error:
            remedy = "Say which comes first: --dates dmy or --dates mdy."
            where = f"column {names[0]}: {error}"
            raise TableError([file_fault(self.source.path, where, remedy, error.value)]) from None
        if used and not (used == "mdy" and self.layout.month_first):
            self.notes.append(f"Dates are read as {'day' if used == 'dmy' else 'month'} first.")
        return found


def refuse_twins(path: Path, names: Sequence[str], layout: Layout) -> None:
    """Raise when a column that is needed stands in the header twice.

    Parameters
    ----------
    path : Path
        The file, for the message.
    names : sequence of str
        Columns in the names of the adapters.
    layout : Layout
        Says which are needed.

    Raises
    ------
    TableError
        Names every such column.
    """
    twins = sorted({name for name in layout.used if list(names).count(name) > 1})
    if twins:
        raise TableError(
            [file_fault(path, f"column {name!r} stands there twice", "Keep one.") for name in twins]
        )
