"""From a CSV file to a frame of text, with a clear word about files that are none."""

from __future__ import annotations

import csv
import difflib
from pathlib import Path

import pandas as pd

from sahelstats.paths import shown
from sahelstats.tables.faults import Fault, TableError, file_fault, shorten
from sahelstats.tables.schema import Table

#: Longest text a cell may hold; real notes stay below a tenth of it.
MAX_CELL = 10_000
#: Bytes of the start of a file that must tell whether it can be a table at all.
START = 100_000


def read_text(path: Path | str, table: Table) -> pd.DataFrame:
    """Read a table as text, every cell as it stands in the file.

    Parameters
    ----------
    path : Path or str
        CSV file in UTF-8.
    table : Table
        What the file shall hold; its columns are required, in any order.

    Returns
    -------
    DataFrame of str
        Columns in the schema's order, empty cells as ``""``; row ``i`` is row ``i + 2`` of a
        spreadsheet.

    Raises
    ------
    TableError
        When the file is missing, empty, not UTF-8, not comma-separated, or lacks or adds columns.
    """
    path = Path(path)
    _check_is_text(path)
    try:
        faults = _structure_faults(path, table)
    except UnicodeDecodeError as error:
        faults = [_encoding_fault(path, error)]
    if faults:
        raise TableError(faults)
    frame = pd.read_csv(
        path, dtype=str, keep_default_na=False, encoding="utf-8-sig", index_col=False,
        skip_blank_lines=False, engine="c", low_memory=False,
    )  # fmt: skip
    return frame[table.column_names]


def _check_is_text(path: Path) -> None:
    """Raise the fault of a path that is no text file at all."""
    remedy = "Give the path of a CSV file, or run `make data` to rebuild the project's own."
    if not path.exists():
        raise TableError([file_fault(path, "there is no such file", remedy)])
    if path.is_dir():
        raise TableError([file_fault(path, "is a folder, not a file", remedy)])
    with path.open("rb") as stream:
        start = stream.read(START)
    if not start.strip(b"\xef\xbb\xbf\r\n\t "):
        raise TableError([file_fault(path, "is empty", "Restore it from git or run `make data`.")])
    if fault := _binary_fault(path, start):
        raise TableError([fault])


def _binary_fault(path: Path, start: bytes) -> Fault | None:
    """Return what is wrong with a file that is no text, if it is none."""
    remedy = "Save it as comma-separated text (CSV, UTF-8)."
    if start[:4] == b"PK\x03\x04":
        return file_fault(path, "is a workbook or zip archive, not a CSV file", remedy)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return file_fault(path, "is UTF-16 text, not UTF-8", remedy)
    if b"\x00" in start:
        return file_fault(path, "is a binary file, not a CSV file", remedy)
    if len(start) == START and b"\n" not in start and b"\r" not in start:
        rule = f"has no line end in its first {START:,} bytes, so it is no table"
        return file_fault(path, rule, remedy)
    return None


def _encoding_fault(path: Path, error: UnicodeDecodeError) -> Fault:
    """Return the fault of bytes that are not UTF-8, with the row they stand in."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                found = line.decode("cp1252", errors="replace").strip()
                rule = "holds text that is not UTF-8, probably Windows-1252"
                return Fault(shown(path), number, "", found, rule, "Save the file as CSV UTF-8.")
    return file_fault(path, "is not UTF-8 text", "Save the file as CSV UTF-8.", str(error.reason))


def _column_faults(path: Path, names: list[str], table: Table) -> list[Fault]:
    """Return what is wrong with the names in a header."""
    if len(names) == 1 and len(table.columns) > 1:
        for mark, word in ((";", "semicolons"), ("\t", "tabs")):
            if mark in names[0]:
                rule = f"is separated by {word}, not by commas"
                remedy = (
                    "Save it as CSV with commas; spreadsheets ask for the separator when saving."
                )
                return [file_fault(path, rule, remedy)]
    if len(names) > 10 * len(table.columns):
        rule = f"has {len(names):,} columns where the schema has {len(table.columns)}"
        return [file_fault(path, rule, "Give the path of the table that is meant.")]
    faults = [
        _missing_column(path, name, names) for name in table.column_names if name not in names
    ]
    for name in names:
        if name not in table.column_names:
            rule = f"column {shorten(name)!r} is not in the schema"
            faults.append(file_fault(path, rule, "Remove it or correct its name."))
    for name in sorted({name for name in names if names.count(name) > 1}):
        rule = f"column {shorten(name)!r} stands there twice"
        faults.append(file_fault(path, rule, "Keep one of them."))
    return faults


def _missing_column(path: Path, name: str, names: list[str]) -> Fault:
    """Return the fault of a column that is not there, with the nearest name that is."""
    near = difflib.get_close_matches(name, names, n=1)
    remedy = (
        f"Rename {shorten(near[0])!r} if that is meant."
        if near
        else "Add it; data/README.md says what it holds."
    )
    return file_fault(path, f"column {name!r} is missing", remedy)


def _structure_faults(path: Path, table: Table) -> list[Fault]:
    """Return what keeps a text file from being this table, read record by record.

    The reader of pandas is quick but lenient: it drops blank lines and surplus cells of the first
    row, fills short rows and cuts text at a NUL. Here each of these is a fault.
    """
    faults: list[Fault] = []
    row = 0  # the last one that was read
    with path.open(encoding="utf-8-sig", newline="") as stream:
        records = csv.reader(stream, strict=True)
        try:
            names = next(records)
            if faults := _column_faults(path, names, table):
                return faults
            row = 1
            for row, cells in enumerate(records, start=2):
                faults += _record_faults(path, row, cells, names)
        except csv.Error as error:
            # Nothing after this point can be told apart into cells.
            return [*faults, _reader_fault(path, row + 1, str(error))]
    if row == 1:
        faults.append(file_fault(path, "has a header but no rows", "Restore it from git."))
    return faults


def _record_faults(path: Path, row: int, cells: list[str], names: list[str]) -> list[Fault]:
    """Return a row's wrong number of cells, or its cells that cannot be meant."""
    width = len(names)
    if len(cells) != width:
        rule = f"has {len(cells)} cells where the header has {width}"
        remedy = "Add the missing commas."
        if not cells:
            rule, remedy = "is a blank line", "Remove it."
        elif len(cells) > width:
            remedy = "Quote the cell that holds a comma, or remove the extra one."
        return [Fault(shown(path), row, "", "", rule, remedy)]
    if max(map(len, cells)) <= MAX_CELL and "\0" not in "".join(cells):
        return []
    faults = []
    for name, cell in zip(names, cells, strict=True):
        if len(cell) > MAX_CELL:
            rule = f"holds {len(cell):,} characters, more than {MAX_CELL:,}"
            remedy = "Shorten it; often a quotation mark before it is not closed."
            faults.append(Fault(shown(path), row, name, cell[:60], rule, remedy))
        elif "\0" in cell:
            rule, remedy = "holds a NUL character, which no text has", "Type the cell anew."
            faults.append(Fault(shown(path), row, name, cell, rule, remedy))
    return faults


def _reader_fault(path: Path, row: int, error: str) -> Fault:
    """Return what the CSV reader tripped over, in plain words."""
    if "field larger" in error:
        rule = f"holds a cell of more than {csv.field_size_limit():,} characters"
        remedy = "Shorten it; often a quotation mark in this row is not closed."
    elif "end of data" in error:
        rule, remedy = "opens a quotation mark that never closes", "Close it."
    else:
        rule = "has text behind a closing quotation mark"
        remedy = "Close the quotation mark that opened before, or double one that is text."
    return Fault(shown(path), row, "", "", rule, remedy)
