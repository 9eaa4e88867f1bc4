"""From a file somebody brings to a stream of its table: plain, in a zip or in a gzip."""

from __future__ import annotations

import gzip
import io
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from sahelstats.tables.faults import TableError, file_fault

#: Largest table that is read, in bytes: eight times the largest release there is.
MAX_TABLE = 2 * 1024**3

#: Real tables of events shrink about tenfold; what shrinks more than this was made to harm.
MAX_RATIO = 200

#: Below this a high ratio is no danger.
SMALL = 64 * 1024**2

_TABLES = (".csv", ".txt", ".tsv", ".xlsx")
_SAVE_AS_CSV = "Save it as comma-separated text (CSV, UTF-8)."
_FETCH_ANEW = "Get the file anew from its producer."


@dataclass(frozen=True)
class Source:
    """A file with one table in it.

    Attributes
    ----------
    path : Path
        The file.
    kind : {"csv", "xlsx"}
        What the table is stored as.
    packing : {"", "zip", "gzip"}
        What it is packed in.
    member : str
        Its name in the zip.
    """

    path: Path
    kind: Literal["csv", "xlsx"]
    packing: Literal["", "zip", "gzip"] = ""
    member: str = ""

    def open(self) -> IO[bytes]:
        """Return a new stream of the table's bytes, unpacked, that ends the reading of a bomb."""
        if self.packing == "zip":
            with zipfile.ZipFile(self.path) as archive:
                # The member's stream holds the file open by itself until it is closed.
                return _limited(archive.open(self.member), self.path)
        if self.packing == "gzip":
            return _limited(gzip.GzipFile(self.path, "rb"), self.path)
        return self.path.open("rb")

    @property
    def inner_name(self) -> str:
        """Name of the table itself, for what a producer writes into it."""
        return PurePosixPath(self.member).name or self.path.name


def open_source(path: Path | str) -> Source:
    """Look at a file and say what table is in it.

    Parameters
    ----------
    path : Path or str
        CSV or XLSX, plain, in a zip or in a gzip; told by its first bytes, not by its name.

    Returns
    -------
    Source
        Opens the table's bytes.

    Raises
    ------
    TableError
        When there is no such file, it is empty, no table, damaged, or not safe to unpack.
    """
    path = Path(path)
    if not path.exists():
        raise _fault(path, "there is no such file", "Give the path of the producer's file.")
    if path.is_dir():
        raise _fault(path, "is a folder, not a file", "Give the path of the producer's file.")
    with path.open("rb") as stream:
        start = stream.read(4096)
    if not start.strip():
        raise _fault(path, "is empty", _FETCH_ANEW)
    if start[:4] == b"PK\x03\x04" or start[:4] == b"PK\x05\x06":
        return _in_zip(path)
    if start[:2] == b"\x1f\x8b":
        source = Source(path, "csv", "gzip")
        refuse_what_is_no_text(path, head(source, 4096))
        return source
    refuse_what_is_no_text(path, start)
    return Source(path, "csv")


def head(source: Source, size: int) -> bytes:
    """Return the first bytes of a table.

    Parameters
    ----------
    source : Source
        As ``open_source`` returns it.
    size : int
        How many bytes.

    Returns
    -------
    bytes
        Fewer when the table is shorter.

    Raises
    ------
    TableError
        When the file it is packed in is damaged.
    """
    try:
        with source.open() as stream:
            return stream.read(size)
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise damaged(source, error) from None


def damaged(source: Source, error: Exception) -> TableError:
    """Return the error for a packed file that cannot be unpacked to its end."""
    rule = f"is a damaged or incomplete {source.packing or 'file'}"
    return _fault(source.path, rule, _FETCH_ANEW, str(error))


def refuse_what_is_no_text(path: Path, start: bytes) -> None:
    """Raise when bytes are not the beginning of a text table.

    Parameters
    ----------
    path : Path
        The file, for the message.
    start : bytes
        Its first bytes, unpacked.

    Raises
    ------
    TableError
        Says what it is instead.
    """
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        remedy = "Open the address in a browser: the site may ask you to sign in first."
        raise _fault(path, "is a web page, not a table", remedy)
    if text.startswith((b"{", b"[")):
        raise _fault(path, "is JSON, not a table", "Get the producer's CSV file.")
    if start[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise _fault(path, "is a workbook of the old kind (.xls)", "Save it as XLSX or CSV.")
    if start[:4] == b"%PDF":
        raise _fault(path, "is a PDF document, not a table", "Get the producer's CSV file.")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _fault(path, "is UTF-16 text, not UTF-8", _SAVE_AS_CSV)
    if b"\x00" in start:
        raise _fault(path, "is a binary file, not a table", _SAVE_AS_CSV)


def _in_zip(path: Path) -> Source:
    """Return the one table of a zip, or the workbook that the zip is."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except zipfile.BadZipFile as error:
        raise damaged(Source(path, "csv", "zip"), error) from None
    refuse_unsafe_members(path, members)
    names = [member.filename for member in members]
    if "xl/workbook.xml" in names:
        return Source(path, "xlsx")
    tables = [name for name in names if _is_table(name)]
    if len(tables) != 1:
        listed = ", ".join(sorted(tables or names)[:5]) or "nothing"
        what = "no table" if not tables else f"{len(tables)} tables"
        raise _fault(path, f"is a zip with {what}", "Unpack it and give one table.", listed)
    member = next(member for member in members if member.filename == tables[0])
    if member.flag_bits & 0x1:
        raise _fault(path, "is a zip that asks for a password", "Unpack it first.", tables[0])
    if tables[0].lower().endswith(".xlsx"):
        raise _fault(path, "is a zip with a workbook in it", "Unpack it and give the workbook.")
    source = Source(path, "csv", "zip", tables[0])
    refuse_what_is_no_text(path, head(source, 4096))
    return source


def refuse_unsafe_members(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Raise when a zip would climb out of its folder, or expand without end.

    Parameters
    ----------
    path : Path
        The zip, for the message.
    members : list of ZipInfo
        What it says it holds.

    Raises
    ------
    TableError
        Names the first member that is not safe.
    """
    for member in members:
        name = member.filename
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if ".." in parts or name.startswith(("/", "\\")) or ":" in name[:3]:
            raise _fault(path, "holds a path that climbs out of its folder", _FETCH_ANEW, name)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise _fault(path, "holds a link instead of a file", _FETCH_ANEW, name)
        large = member.file_size > SMALL
        if large and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            raise _bomb(path)
    if sum(member.file_size for member in members) > MAX_TABLE:
        raise _bomb(path)


def _bomb(path: Path) -> TableError:
    rule = f"expands beyond what a table can be ({MAX_TABLE // 1024**3} GB or {MAX_RATIO}-fold)"
    return _fault(path, rule, _FETCH_ANEW)


def _is_table(name: str) -> bool:
    """Return whether a member of a zip is a table rather than what systems add to zips."""
    parts = PurePosixPath(name)
    hidden = parts.name.startswith(".") or "__MACOSX" in parts.parts
    return parts.suffix.lower() in _TABLES and not hidden


def _fault(path: Path, rule: str, remedy: str, value: str = "") -> TableError:
    return TableError([file_fault(path, rule, remedy, value)])


class _Limited(io.RawIOBase):
    """A stream that refuses to go on when more comes out than a table can hold.

    The sizes that a zip's directory states may be lies, and a gzip states none.
    """

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, path: Path) -> None:
        self._stream = stream
        self._path = path
        self._read = 0
        self._packed = path.stat().st_size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        self._read += len(data)
        endless = self._read > SMALL and self._read > MAX_RATIO * self._packed
        if endless or self._read > MAX_TABLE:
            raise _bomb(self._path)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _limited(stream: IO[bytes] | gzip.GzipFile, path: Path) -> io.BufferedReader:
    return io.BufferedReader(_Limited(stream, path), 1024 * 1024)
