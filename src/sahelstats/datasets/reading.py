"""From a producer's file, or a spreadsheet's copy of it, to the cells that an import needs."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from sahelstats.datasets.layouts import LAYOUTS, Layout, clean_name, recognise
from sahelstats.datasets.opening import Source, damaged, head, open_source
from sahelstats.datasets.values import COMMA_NUMBER, DateOrder, MixedDatesError, days, numbers
from sahelstats.paths import shown
from sahelstats.tables.faults import Fault, TableError, file_fault

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

#: Enough for the header and some records, with all their notes.
HEAD = 1024 * 1024

_SAVE_UTF8 = "Save the file as CSV UTF-8."
_MULTIBYTE = rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"


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


def read_cells(path: Path | str, producer: str = "") -> Cells:
    """Read the cells of a producer's file that an import needs.

    Parameters
    ----------
    path : Path or str
        CSV or XLSX; plain, zipped or gzipped.
    producer : str
        Whose layout it must be; any when empty.

    Returns
    -------
    Cells
        Text and numbers as the file has them; nothing is dropped.

    Raises
    ------
    TableError
        When the file is no table, damaged, of no known layout, or ambiguous.
    """
    source = open_source(path)
    cells = _from_workbook(source, producer) if source.kind == "xlsx" else _from_csv(source, producer)
    if cells.frame.empty:
        fault = file_fault(path, "has a header but no rows", "Get the file anew from its producer.")
        raise TableError([fault])
    if source.packing:
        cells.notes.append(f"Read from a {source.packing} file.")
    cells.decimal_comma = _decimal_comma(cells)
    if cells.decimal_comma:
        cells.native = False
        cells.notes.append("Numbers are written with a decimal comma.")
    return cells


@dataclass(frozen=True)
class _Form:
    """How a CSV file is written."""

    separator: str
    skip: int
    names: list[str]
    extra: int
    tags: bool
    bom: bool


def _from_csv(source: Source, producer: str) -> Cells:
    start = head(source, HEAD)
    form = _form_of(start, source.path)
    layout = recognise(form.names, source.path, producer)
    adapter_names = [layout.renames.get(name, name) for name in form.names]
    _refuse_twins(source.path, adapter_names, layout)
    adapter_names += [f"+{number}" for number in range(1, form.extra + 1)]
    frame, encoding = _read_frame(source, form, layout, adapter_names)
    notes = _notes(form, encoding)
    frame, extra_note = _without_extra(source.path, frame, form)
    first_row = form.skip + form.tags + 2
    unused = [name for name in adapter_names if name not in layout.used and name[:1] != "+"]
    native = form.separator == "," and encoding == "utf-8" and not form.bom
    return Cells(source, layout, frame, first_row, notes + extra_note, unused, native=native)


def _notes(form: _Form, encoding: str) -> list[str]:
    """Return what is unusual about how the file is written."""
    notes = []
    if form.separator != ",":
        notes.append(f"Separated by {SEPARATORS[form.separator]}.")
    if form.bom:
        notes.append("Begins with a byte-order mark.")
    if encoding == "cp1252":
        notes.append("Read as Windows-1252: its text is not UTF-8.")
    if form.tags:
        notes.append("Row 2 holds HXL tags; it is no record.")
    if form.names[0] == "":
        notes.append("Has a leading index column without a name.")
    return notes


def _form_of(start: bytes, path: Path) -> _Form:
    """Return how a CSV file is written, from its beginning."""
    text = start.decode("utf-8-sig", errors="replace")
    skip = 0
    if re.match(r"sep=.\r?\n", text):
        skip, text = 1, text.split("\n", 1)[1]
    known = {name for layout in LAYOUTS for name in (*layout.required, *layout.used)}

    def likeness(separator: str) -> int:
        names = [clean_name(name) for name in _records(text, separator, 1)[0]]
        return len(known.intersection(names))

    separator = max(SEPARATORS, key=likeness)
    records = _records(text, separator, 40)
    names = [clean_name(name) for name in records[0]]
    if len(names) == 1:
        rule = "has a header of one column: it is no table, or its separator is unknown"
        raise TableError([file_fault(path, rule, "Save it as CSV with commas.", names[0])])
    # The last record of the beginning may be cut.
    whole = records[1:-1] or records[1:]
    tags = bool(whole) and any(re.fullmatch(r"#[a-z]+([+ ].*)?", cell) for cell in whole[0])
    extra = max((len(record) - len(names) for record in whole), default=0)
    while names and names[-1] == "":
        # The header itself ends in separators.
        names, extra = names[:-1], extra + 1
    return _Form(separator, skip, names, max(extra, 0), tags, start[:3] == b"\xef\xbb\xbf")


def _records(text: str, separator: str, count: int) -> list[list[str]]:
    """Return the first records of a text."""
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    records = []
    try:
        for record in reader:
            if record:
                records.append(record)
            if len(records) == count:
                break
    except csv.Error:
        pass
    return records or [[""]]


def _refuse_twins(path: Path, names: list[str], layout: Layout) -> None:
    twins = sorted({name for name in layout.used if names.count(name) > 1})
    if twins:
        raise TableError(
            [file_fault(path, f"column {name!r} stands there twice", "Keep one.") for name in twins]
        )


def _read_frame(
    source: Source, form: _Form, layout: Layout, names: list[str]
) -> tuple[pd.DataFrame, str]:
    """Return the columns in use and the encoding they were read with.

    Numbers are first parsed by the reader itself, which is much quicker; where some cell is none,
    all is read again as text, so that the cell can be told.
    """
    try:
        return _parse(source, form, layout, names, "utf-8", as_numbers=True), "utf-8"
    except UnicodeDecodeError as error:
        _refuse_unless_cp1252(source, error)
        return _parse(source, form, layout, names, "cp1252", as_numbers=False), "cp1252"
    except ValueError:
        pass
    try:
        return _parse(source, form, layout, names, "utf-8", as_numbers=False), "utf-8"
    except UnicodeDecodeError as error:
        _refuse_unless_cp1252(source, error)
        return _parse(source, form, layout, names, "cp1252", as_numbers=False), "cp1252"


def _parse(
    source: Source, form: _Form, layout: Layout, names: list[str], encoding: str, as_numbers: bool
) -> pd.DataFrame:
    used = [name for name in names if name in layout.used or name.startswith("+")]
    kinds = {
        name: np.dtype(float) if as_numbers and name in layout.numbers else np.dtype(object)
        for name in used
    }
    blanks = {name: [""] for name in used if kinds[name].kind == "f"}
    # A path lets the reader work without going through Python for each block.
    target = source.path if not source.packing else source.open()
    try:
        frame = pd.read_csv(
            target, sep=form.separator, names=_unique(names), header=0, usecols=used, dtype=kinds,
            skiprows=[*range(form.skip), *([form.skip + 1] if form.tags else [])],
            keep_default_na=False, na_values=blanks, encoding=encoding, engine="c",
            index_col=False, on_bad_lines="error", compression=None,
        )  # fmt: skip
    except pd.errors.ParserError as error:
        raise TableError([_parser_fault(source.path, error)]) from None
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip_error()) as error:
        raise damaged(source, error) from None
    finally:
        if not isinstance(target, Path):
            target.close()
    # Only rows that are too short leave a text missing, and they lack their last cells first.
    texts = [name for name in used if kinds[name].kind == "O"]
    if texts and frame[used[-1]].isna().any():
        frame[texts] = frame[texts].fillna("")
    return frame


def gzip_error() -> type[Exception]:
    """Return the error of a gzip that is none."""
    import gzip

    return gzip.BadGzipFile


def _unique(names: list[str]) -> list[str]:
    """Return names with a number behind those that nothing is taken from and that come twice."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        count = seen[name] = seen.get(name, -1) + 1
        result.append(f"{name}.{count}" if count else name)
    return result


def _parser_fault(path: Path, error: pd.errors.ParserError) -> Fault:
    text = str(error)
    if found := re.search(r"EOF inside string starting at row (\d+)", text):
        rule = "opens a quotation mark that never closes"
        return Fault(
            shown(path), int(found.group(1)) + 2, "", "", rule,
            "Get the file anew; the download may have been cut.",
        )  # fmt: skip
    return file_fault(path, "cannot be read as CSV", "Get the file anew from its producer.", text)


def _without_extra(
    path: Path, frame: pd.DataFrame, form: _Form
) -> tuple[pd.DataFrame, list[str]]:
    """Return the frame without the cells beyond the header, which must be empty."""
    extra = [f"+{number}" for number in range(1, form.extra + 1)]
    if not extra:
        return frame, []
    first = form.skip + form.tags + 2
    filled = (frame[extra] != "").any(axis=1)
    if filled.any():
        rule = f"has more cells than the header ({len(form.names)})"
        remedy = "Quote the cell that holds a separator, or get the file anew."
        raise TableError(
            [
                Fault(shown(path), int(row) + first, "", frame.at[row, extra[0]], rule, remedy)
                for row in frame.index[filled]
            ]
        )
    return frame.drop(columns=extra), ["Every row ends in a separator."]


def _refuse_unless_cp1252(source: Source, error: UnicodeDecodeError) -> None:
    """Raise unless all bytes that are not ASCII can only be Windows-1252."""
    with source.open() as stream:
        data = stream.read()
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        rule = "holds text that is neither UTF-8 nor Windows-1252"
    else:
        valid = len(re.findall(_MULTIBYTE, data))
        if not valid:
            return
        rule = f"mixes UTF-8 ({valid:,} letters) with bytes that are not UTF-8"
    line = data.count(b"\n", 0, _first_bad(data)) + 1
    fault = file_fault(source.path, f"line {line:,}: {rule}", _SAVE_UTF8, str(error.reason))
    raise TableError([fault])


def _first_bad(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _decimal_comma(cells: Cells) -> bool:
    """Return whether coordinates are written with a comma, which they must all be or none."""
    names = [name for name in ("latitude", "longitude") if name in cells.frame]
    texts = [cells.frame[name] for name in names if cells.frame[name].dtype != np.float64]
    if not texts:
        return False
    values = pd.concat(texts).drop_duplicates().astype("str")
    commas = values[values.str.fullmatch(COMMA_NUMBER)]
    points = values[values.str.fullmatch(r"\s*-?\d+\.\d+\s*")]
    if len(commas) and len(points):
        rule = "mixes decimal commas and decimal points in the coordinates"
        found = f"{commas.iloc[0]} and {points.iloc[0]}"
        remedy = "Get the file anew, or mend the column in the spreadsheet."
        raise TableError([file_fault(cells.source.path, rule, remedy, found)])
    return bool(len(commas))


def _from_workbook(source: Source, producer: str) -> Cells:
    """Return the cells of the first sheet of a workbook that has a known header."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(source.path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever its parts do
        raise damaged(source, error) from None
    problems: list[Fault] = []
    for sheet in book.worksheets:
        rows = sheet.iter_rows(values_only=True)
        names = [clean_name(_as_text(cell)) for cell in next(rows, ())]
        try:
            layout = recognise(names, source.path, producer)
        except TableError as error:
            problems += error.faults
            continue
        adapter_names = [layout.renames.get(name, name) for name in names]
        _refuse_twins(source.path, adapter_names, layout)
        return _cells_of_sheet(source, layout, adapter_names, rows)
    raise TableError(problems[:1])


def _cells_of_sheet(source: Source, layout: Layout, names: list[str], rows) -> Cells:  # type: ignore[no-untyped-def]
    used = {name: names.index(name) for name in layout.used if name in names}
    records = []
    for row in rows:
        if any(cell is not None for cell in row):
            records.append([_as_text(row[place]) for place in used.values()])
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
