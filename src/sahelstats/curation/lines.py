"""New rows put into a CSV file where they belong, every other line left byte for byte."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from sahelstats.tables.schema import Table

Row = Mapping[str, str]
Key = tuple[tuple[int, str], ...]


def insert_rows(content: bytes, rows: Sequence[Row], table: Table) -> bytes:
    r"""Return a CSV file with rows added in the table's sort order.

    Parameters
    ----------
    content : bytes
        The file as it is: UTF-8 with a header.
    rows : sequence of mappings
        Column name -> text; columns of the file that are missing are left empty.
    table : Table
        Its schema: the key gives the order.

    Returns
    -------
    bytes
        Each old line as it was (one at the end without a line end gets one), each new one quoted
        only where CSV needs it and ended by LF. A new row stands before the first old one with a
        greater key.

    Examples
    --------
    >>> from sahelstats.tables.schema import ACTORS
    >>> old = b"actor,family,country,note\nAQIM,jnim,,\nVDP,self_defence,BFA,\n"
    >>> insert_rows(old, [{"actor": "JNIM", "family": "jnim"}], ACTORS).decode().splitlines()[2]
    'JNIM,jnim,,'
    """
    header, *records = _records(content)
    columns = _cells(header.decode("utf-8-sig"))
    places = [columns.index(name) for name in table.key]
    keys = [_key([_cells(record.decode())[place] for place in places], table) for record in records]
    for row in sorted(rows, key=lambda row: _key([row[name] for name in table.key], table)):
        key = _key([row[name] for name in table.key], table)
        at = next((n for n, other in enumerate(keys) if other > key), len(keys))
        records.insert(at, _line([row.get(name, "") for name in columns]))
        keys.insert(at, key)
    return b"".join([header, *records])


def _records(content: bytes) -> list[bytes]:
    """Return a file's records with their line ends; a quoted cell may hold line breaks."""
    records: list[bytes] = []
    pending = b""
    for line in content.splitlines(keepends=True):
        pending += line
        # Quotes come in pairs, doubled ones included, until the record is complete.
        if pending.count(b'"') % 2 == 0:
            records.append(pending)
            pending = b""
    if pending:
        records.append(pending)
    if records and not records[-1].endswith((b"\n", b"\r")):
        records[-1] += b"\n"
    return records


def _cells(record: str) -> list[str]:
    """Return the cells of one record."""
    return next(csv.reader(io.StringIO(record, newline="")))


def _line(cells: Sequence[str]) -> bytes:
    """Return one record as the project writes it."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerow(cells)
    return stream.getvalue().encode()


def _key(cells: Sequence[str], table: Table) -> Key:
    """Return the sort key of a row: numbers by value, text by code point."""
    # Text in the place of a number is a fault that the validation tells; here it sorts first.
    return tuple(
        (int(cell) if cell.isdecimal() else -1, "") if table[name].kind == "integer" else (0, cell)
        for name, cell in zip(table.key, cells, strict=True)
    )
