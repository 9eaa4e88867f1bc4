"""From a CSV file, the producer's or a spreadsheet's copy of it, to cells."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sahelstats.datasets.cells import Cells, refuse_twins
from sahelstats.datasets.layouts import LAYOUTS, Layout, clean_name, recognise
from sahelstats.datasets.opening import Source, damaged, head
from sahelstats.datasets.values import ROUNDED
from sahelstats.paths import shown
from sahelstats.tables.faults import Fault, TableError, file_fault

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

#: Enough for the header and some records, with all their notes.
HEAD = 1024 * 1024

_SAVE_UTF8 = "Save the file as CSV UTF-8."
_MULTIBYTE = rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"


@dataclass(frozen=True)
class _Form:
    """How a CSV file is written."""

    separator: str
    skip: int
    names: list[str]
    rounded_ids: bool
    extra: int
    trailing: bool
    tags: bool
    bom: bool


def from_csv(source: Source, producer: str) -> Cells:
    """Read the columns an import needs from a CSV file.

    Parameters
    ----------
    source : Source
        As ``open_source`` returns it.
    producer : str
        Whose layout it must be; any when empty.

    Returns
    -------
    Cells
        Text and numbers as the file has them.

    Raises
    ------
    TableError
        When the file is damaged, of no known layout, or its text is of no known encoding.
    """
    start = head(source, HEAD)
    form = _form_of(start, source.path)
    layout = recognise(form.names, source.path, producer)
    adapter_names = [layout.renames.get(name, name) for name in form.names]
    refuse_twins(source.path, adapter_names, layout)
    adapter_names += [f"+{number}" for number in range(1, form.extra + 1)]
    frame, encoding = _read_frame(source, form, layout, adapter_names)
    length = len(frame)
    frame = _without_blank_end(frame)
    notes = _notes(form, encoding)
    if length > len(frame):
        notes.append(f"Ends in rows without anything in them: {length - len(frame):,}.")
    too_long: np.ndarray = np.empty(0, dtype=int)
    if form.extra:
        frame, too_long = _without_extra(frame, form)
    frame = _filled(frame)
    first_row = form.skip + form.tags + 2
    unused = [name for name in adapter_names if name not in layout.used and name[:1] != "+"]
    native = form.separator == "," and encoding == "utf-8" and not form.bom
    return Cells(source, layout, frame, first_row, notes, unused, native=native, too_long=too_long)


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
    if form.trailing:
        notes.append("Every row ends in a separator.")
    if form.names[0] == "":
        notes.append("Has a leading index column without a name.")
    return notes


def _form_of(start: bytes, path: Path) -> _Form:
    """Return how a CSV file is written, from its beginning."""
    text = start.decode("utf-8-sig", errors="replace")
    skip = 0
    if re.match(r"sep=.\r?\n", text):
        skip, text = 1, text.split("\n", 1)[1]
    blank = re.match(r"(?:[ \t]*\r?\n)*", text)
    if blank and blank[0]:
        skip, text = skip + blank[0].count("\n"), text[blank.end() :]
    known = {name for layout in LAYOUTS for name in (*layout.required, *layout.used)}

    def likeness(separator: str) -> int:
        names = [clean_name(name) for name in _records(text, separator, 1)[0]]
        return len(known.intersection(names))

    separator = max(SEPARATORS, key=likeness)
    records = _records(text, separator, 40)
    names = [clean_name(name) for name in records[0]]
    while names and names[-1] == "":
        # The header itself ends in separators.
        names.pop()
    if len(names) < 2:
        rule = "has a header of one column: it is no table, or its separator is unknown"
        raise TableError([file_fault(path, rule, "Save it as CSV with commas.", "".join(names))])
    # The last record of the beginning may be cut.
    whole = records[1:-1] or records[1:]
    tags = bool(whole) and any(re.fullmatch(r"#[a-z]+([+ ].*)?", cell) for cell in whole[0])
    beyond = [record[len(names) :] for record in whole]
    extra = max(map(len, beyond), default=0)
    trailing = extra > 0 and all(rest and not any(rest) for rest in beyond)
    mark = start[:3] == b"\xef\xbb\xbf"
    rounded = "id" in names and _rounded_ids(text, separator, names.index("id"))
    return _Form(separator, skip, names, rounded, extra, trailing, tags, mark)


def _rounded_ids(text: str, separator: str, place: int) -> bool:
    """Return whether some ids at the beginning are written as a spreadsheet rounds them."""
    ids = (record[place] for record in _records(text, separator, 2_000) if len(record) > place)
    return any(re.fullmatch(ROUNDED, cell.strip()) for cell in ids)


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


def _read_frame(
    source: Source, form: _Form, layout: Layout, names: list[str]
) -> tuple[pd.DataFrame, str]:
    """Return the columns in use and the encoding they were read with.

    Numbers are first parsed by the reader itself, which is much quicker; where some cell is none,
    all is read again as text, so that the cell can be told.
    """
    # Of an id that a spreadsheet rounded the text tells so, the number does not.
    as_numbers = not form.rounded_ids
    try:
        try:
            return _parse(source, form, layout, names, "utf-8", as_numbers), "utf-8"
        except (TableError, UnicodeDecodeError):  # no matter of numbers
            raise
        except ValueError:
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
            index_col=False, on_bad_lines="error", compression=None, skip_blank_lines=False,
        )  # fmt: skip
    except pd.errors.ParserError as error:
        raise TableError([_parser_fault(source.path, error)]) from None
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise damaged(source, error) from None
    finally:
        if not isinstance(target, Path):
            target.close()
    return frame


def _without_blank_end(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame without the rows at its end in which nothing stands."""
    if frame.empty or not _is_blank(frame.tail(1)).all():
        return frame
    filled = np.flatnonzero(~_is_blank(frame))
    return frame.iloc[: filled[-1] + 1 if len(filled) else 0]


def _is_blank(frame: pd.DataFrame) -> np.ndarray:
    """Return the rows in which nothing stands."""
    return (frame.isna() | (frame == "")).to_numpy(bool).all(axis=1)


def _filled(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with empty text where a row is too short to have the cell."""
    texts = [name for name in frame if frame[name].dtype == object]
    # Rows that are too short lack their last cells first.
    if texts and frame.iloc[:, -1].isna().any():
        frame[texts] = frame[texts].fillna("")
    return frame


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
            shown(path), int(found.group(1)) + 1, "", "", rule,
            "Get the file anew; the download may have been cut.",
        )  # fmt: skip
    return file_fault(path, "cannot be read as CSV", "Get the file anew from its producer.", text)


def _without_extra(frame: pd.DataFrame, form: _Form) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the frame without the cells beyond the header, and the rows that have some there.

    A row whose cell beyond the header is empty shows by its other cells that it is shifted.
    """
    extra = frame[[f"+{number}" for number in range(1, form.extra + 1)]]
    too_long = (extra.fillna("") != "").any(axis=1)
    return frame.drop(columns=extra.columns), np.flatnonzero(too_long)


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
        # A pair of Windows letters may look like one of UTF-8 by chance, but not often.
        if valid * 10 < len(re.findall(rb"[\x80-\xff]", data)):
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
