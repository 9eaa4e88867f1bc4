"""From a CSV file to a frame of text, with a clear word about files that are none."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import pandas as pd

from sahelstats.paths import shown
from sahelstats.tables.faults import Fault, TableError, file_fault
from sahelstats.tables.schema import Table

#: Longest text a cell may hold; real notes stay below a tenth of it.
MAX_CELL = 10_000


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
    header = _header(path, table)
    try:
        frame = pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig", index_col=False,
            on_bad_lines="error", engine="c", low_memory=False,
        )  # fmt: skip
    except UnicodeDecodeError as error:
        raise TableError([_encoding_fault(path, error)]) from None
    except pd.errors.ParserError as error:
        raise TableError([_parser_fault(path, error)]) from None
    faults = _row_faults(path, frame, header)
    if faults:
        raise TableError(faults)
    return frame[table.column_names]


def _header(path: Path, table: Table) -> list[str]:
    """Return the header's names after checking that the file is a table at all."""
    remedy = "Give the path of a CSV file, or run `make data` to rebuild the project's own."
    if not path.exists():
        raise TableError([file_fault(path, "there is no such file", remedy)])
    if path.is_dir():
        raise TableError([file_fault(path, "is a folder, not a file", remedy)])
    with path.open("rb") as stream:
        start = stream.read(100_000)
    if not start.strip():
        raise TableError([file_fault(path, "is empty", "Restore it from git or run `make data`.")])
    fault = _binary_fault(path, start)
    if fault:
        raise TableError([fault])
    try:
        first = start.decode("utf-8-sig", errors="strict" if len(start) < 100_000 else "ignore")
    except UnicodeDecodeError as error:
        raise TableError([_encoding_fault(path, error)]) from None
    line = re.split(r"\r\n|\r|\n", first, maxsplit=1)[0]
    return _check_columns(path, line, table)


def _binary_fault(path: Path, start: bytes) -> Fault | None:
    """Return what is wrong with a file that is no text, if it is none."""
    remedy = "Save it as comma-separated text (CSV, UTF-8)."
    if start[:4] == b"PK\x03\x04":
        return file_fault(path, "is a workbook or zip archive, not a CSV file", remedy)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return file_fault(path, "is UTF-16 text, not UTF-8", remedy)
    if b"\x00" in start:
        return file_fault(path, "is a binary file, not a CSV file", remedy)
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


def _check_columns(path: Path, line: str, table: Table) -> list[str]:
    """Return the names in a header line after comparing them with the schema's."""
    names = [name.strip().strip('"') for name in line.split(",")]
    if len(names) == 1 and len(table.columns) > 1:
        for mark, word in ((";", "semicolons"), ("\t", "tabs")):
            if mark in line:
                rule = f"is separated by {word}, not by commas"
                remedy = (
                    "Save it as CSV with commas; spreadsheets ask for the separator when saving."
                )
                raise TableError([file_fault(path, rule, remedy)])
    faults = [
        _missing_column(path, name, names) for name in table.column_names if name not in names
    ]
    for name in names:
        if name not in table.column_names:
            rule, remedy = f"column {name!r} is not in the schema", "Remove it or correct its name."
            faults.append(file_fault(path, rule, remedy))
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.append(file_fault(path, f"column {name!r} stands there twice", "Keep one of them."))
    if faults:
        raise TableError(faults)
    return names


def _missing_column(path: Path, name: str, names: list[str]) -> Fault:
    """Return the fault of a column that is not there, with the nearest name that is."""
    near = difflib.get_close_matches(name, names, n=1)
    remedy = (
        f"Rename {near[0]!r} if that is meant."
        if near
        else "Add it; data/README.md says what it holds."
    )
    return file_fault(path, f"column {name!r} is missing", remedy)


def _parser_fault(path: Path, error: pd.errors.ParserError) -> Fault:
    """Return what the CSV reader tripped over, in plain words."""
    text = str(error)
    if found := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", text):
        expected, row, saw = found.groups()
        rule = f"has {saw} cells where the header has {expected}"
        remedy = "Quote the cell that holds a comma, or remove the extra one."
        return Fault(shown(path), int(row), "", "", rule, remedy)
    if found := re.search(r"EOF inside string starting at row (\d+)", text):
        row = int(found.group(1)) + 1
        return Fault(
            shown(path), row, "", "", "opens a quotation mark that never closes", "Close it."
        )
    return file_fault(path, "cannot be read as CSV", "Compare it with the version in git.", text)


def _row_faults(path: Path, frame: pd.DataFrame, header: list[str]) -> list[Fault]:
    """Return rows that are too short and cells that are too long to be meant."""
    faults: list[Fault] = []
    if frame.empty:
        faults.append(file_fault(path, "has a header but no rows", "Restore it from git."))
    short = frame.isna().any(axis=1)
    for row in frame.index[short]:
        rule = f"has fewer cells than the header ({len(header)})"
        faults.append(Fault(shown(path), int(row) + 2, "", "", rule, "Add the missing commas."))
    for name in frame.columns:
        lengths = frame[name].str.len()
        for row in frame.index[lengths > MAX_CELL]:
            rule = f"holds {int(lengths[row]):,} characters, more than {MAX_CELL:,}"
            value = str(frame.at[row, name])[:60]
            remedy = "Shorten it; often a quotation mark before it is not closed."
            faults.append(Fault(shown(path), int(row) + 2, str(name), value, rule, remedy))
    return faults
