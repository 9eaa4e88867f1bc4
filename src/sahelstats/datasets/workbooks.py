"""From a workbook (XLSX) to cells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from sahelstats.datasets.cells import Cells, refuse_twins
from sahelstats.datasets.layouts import Layout, clean_name, recognise
from sahelstats.datasets.opening import Source, damaged
from sahelstats.tables.faults import Fault, TableError, file_fault


def from_workbook(source: Source, producer: str) -> Cells:
    """Read the columns an import needs from the first sheet that has a known header.

    Parameters
    ----------
    source : Source
        As ``open_source`` returns it.
    producer : str
        Whose layout it must be; any when empty.

    Returns
    -------
    Cells
        Text as a CSV file would hold it.

    Raises
    ------
    TableError
        When the workbook is damaged, or none of its sheets has a known layout.
    """
    try:
        return _first_known_sheet(source, producer)
    except TableError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts do
        raise damaged(source, error) from None


def _first_known_sheet(source: Source, producer: str) -> Cells:
    from openpyxl import load_workbook

    book = load_workbook(source.path, read_only=True, data_only=True)
    problems: list[Fault] = []
    known = []
    try:
        for sheet in book.worksheets:
            rows = sheet.iter_rows(values_only=True)
            names = [clean_name(_as_text(cell)) for cell in next(rows, ())]
            try:
                known.append((sheet.title, recognise(names, source.path, producer), names, rows))
            except TableError as error:
                problems += error.faults
        if len(known) > 1:
            listed = ", ".join(title for title, *_ in known)
            rule = f"is a workbook with {len(known)} sheets that hold such a table"
            raise TableError([file_fault(source.path, rule, "Save each as a file.", listed)])
        for _, layout, names, rows in known:
            adapter_names = [layout.renames.get(name, name) for name in names]
            refuse_twins(source.path, adapter_names, layout)
            return _cells_of_sheet(source, layout, adapter_names, rows)
    finally:
        book.close()
    nothing = file_fault(source.path, "is a workbook without a sheet", "Save it as CSV.")
    raise TableError(problems[:1] or [nothing])


def _cells_of_sheet(source: Source, layout: Layout, names: list[str], rows: Iterable[Any]) -> Cells:
    used = {name: names.index(name) for name in layout.used if name in names}
    records: list[list[str]] = []
    blank = 0
    for row in rows:
        if all(cell is None for cell in row):
            blank += 1
            continue
        # Blank rows count where others follow; those at the end are only formatted.
        records += [[""] * len(used) for _ in range(blank)]
        blank = 0
        # A row ends with its last filled cell.
        records.append(
            [_as_text(row[place]) if place < len(row) else "" for place in used.values()]
        )
    frame = pd.DataFrame(records, columns=list(used), dtype=object)
    tags = bool(len(frame)) and any(str(cell).startswith("#") for cell in frame.iloc[0])
    notes = ["Read from a workbook (XLSX)."]
    if tags:
        frame = frame.iloc[1:].reset_index(drop=True)
        notes.append("Row 2 holds HXL tags; it is no record.")
    unused = [name for name in names if name not in used]
    return Cells(source, layout, frame, 2 + tags, notes, unused, native=False)


def _as_text(cell: object) -> str:
    """Return a cell of a workbook as a CSV file would hold it."""
    if cell is None:
        return ""
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat())[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
