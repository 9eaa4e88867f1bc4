"""``sahelstats fetch``: a producer's release, checked before it is put in place."""

from __future__ import annotations

import datetime
import json
import os
import re
import zipfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

from sahelstats.datasets.downloading import MAX_BYTES, FetchError, Progress, check_address, download
from sahelstats.datasets.layouts import clean_name, recognise
from sahelstats.datasets.opening import Source, damaged, head, open_source
from sahelstats.datasets.report import sha256_of
from sahelstats.files import locked, write_atomic
from sahelstats.paths import IMPORTED
from sahelstats.tables.faults import TableError

RAW = IMPORTED / "raw"
UCDP_DOWNLOADS = "https://ucdp.uu.se/downloads"
TOKEN_HEADER = "x-ucdp-access-token"

ACLED_STEPS = """\
ACLED gives its data to people with an account and forbids passing it on, so nothing is fetched.
  1. Register or sign in at https://acleddata.com (myACLED).
  2. Open the Data Export Tool, choose countries and days, and export as CSV.
  3. Save the file below data/imported/raw/, which git ignores.
  4. sahelstats import acled data/imported/raw/FILE.csv --out data/imported/NAME.csv
Figures made from it must cite ACLED; the table itself must not be published."""

GTD_STEPS = """\
GTD is given to people who register and forbids passing it on, so nothing is fetched.
  1. Register at https://www.start.umd.edu/gtd and download the database (XLSX or CSV).
  2. Save the file below data/imported/raw/, which git ignores.
  3. sahelstats import gtd data/imported/raw/FILE.xlsx --out data/imported/NAME.csv
Figures made from it must cite GTD; the table itself must not be published."""


@dataclass(frozen=True)
class Fetched:
    """A file that was fetched, or was there already.

    Attributes
    ----------
    path : Path
        Where it is.
    url, version, sha256, etag, last_modified, fetched_on : str
        Where from, which release, and what identifies it.
    size : int
        Bytes.
    anew : bool
        False when the file was there and unchanged.
    """

    path: Path
    url: str
    version: str
    sha256: str
    size: int
    etag: str
    last_modified: str
    fetched_on: str
    anew: bool = True


def release_path(version: str) -> str:
    """Return where a release lies below the producer's downloads.

    Parameters
    ----------
    version : str
        ``25.1`` of a yearly release, ``26.0.8`` of a monthly candidate file, ``26.01.26.06`` of a
        candidate file of several months.

    Returns
    -------
    str
        Path with forward slashes.

    Raises
    ------
    FetchError
        When it is no version.

    Examples
    --------
    >>> release_path("25.1"), release_path("26.0.8")
    ('ged/ged251-csv.zip', 'candidateged/GEDEvent_v26_0_8.csv')
    """
    if re.fullmatch(r"\d{2}\.\d", version):
        return f"ged/ged{version.replace('.', '')}-csv.zip"
    if re.fullmatch(r"\d{2}(\.\d{1,2}){2,3}", version):
        return f"candidateged/GEDEvent_v{version.replace('.', '_')}.csv"
    raise FetchError(f"{version!r} is no version: write 25.1, or 26.0.8 for a candidate file.")


def fetch_ged(
    version: str,
    folder: Path | None = None,
    base_url: str = UCDP_DOWNLOADS,
    token: str = "",
    max_bytes: int = MAX_BYTES,
    sha256: str = "",
    again: bool = False,
    progress: Progress | None = None,
    pause: float = 1.0,
) -> Fetched:
    """Fetch a release of UCDP GED.

    Parameters
    ----------
    version : str
        For example ``25.1``.
    folder : Path, optional
        Where to put it; default ``data/imported/raw``.
    base_url : str
        The producer's downloads, or a mirror of them.
    token : str
        Sent to that host as UCDP's access token, where it asks for one; never stored.
    max_bytes : int
        Largest file accepted.
    sha256 : str
        What the file must have, where it is known.
    again : bool
        Fetch even what is there.
    progress : callable, optional
        Told how far it is.
    pause : float
        Seconds before the second attempt.

    Returns
    -------
    Fetched
        The same is written beside the file as ``NAME.fetch.json``.

    Raises
    ------
    FetchError
        When it could not be fetched, or is not what it should be; then nothing is put in place.
    """
    folder = RAW if folder is None else folder
    # The name comes from the version, never from the server.
    url = f"{base_url.rstrip('/')}/{release_path(version)}"
    check_address(url)
    target = folder / url.rpartition("/")[2]
    headers = {TOKEN_HEADER: token} if token else {}
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / f".{target.name}.lock"):
        if not again and (there := recorded(target)) and sha256 in ("", there.sha256):
            return there
        part = folder / f".{target.name}.part"
        about = download(url, part, headers, max_bytes, progress, pause)
        return _put_in_place(part, target, url, version, sha256, about)


def recorded(target: Path) -> Fetched | None:
    """Return what was recorded of a file that is there and unchanged, else None.

    Parameters
    ----------
    target : Path
        The fetched file.

    Returns
    -------
    Fetched or None
        With ``anew`` False.
    """
    try:
        known = json.loads(_record(target).read_text(encoding="utf-8"))
        if sha256_of(target) != known["sha256"]:
            return None
        return Fetched(path=target, anew=False, **known)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _record(target: Path) -> Path:
    return target.with_name(target.name + ".fetch.json")


def _put_in_place(
    part: Path, target: Path, url: str, version: str, sha256: str, about: dict[str, str]
) -> Fetched:
    """Check what came, record it and give it its name."""
    digest = sha256_of(part)
    try:
        check_release(part)
        if sha256 and digest != sha256.lower():
            raise FetchError(f"{url}: has the checksum {digest}, not {sha256}.")
    except (TableError, FetchError) as error:
        # What came whole and is wrong is not gone on with.
        part.unlink()
        part.with_name(part.name + ".json").unlink(missing_ok=True)
        faults = getattr(error, "faults", [])
        told = "; ".join(f"{fault.rule}. {fault.remedy}" for fault in faults) or str(error)
        raise FetchError(told if not faults else f"{url}: what came {told}") from None
    fetched = Fetched(
        target, url, version, digest, part.stat().st_size, about["etag"], about["last_modified"],
        datetime.date.today().isoformat(),
    )  # fmt: skip
    os.replace(part, target)
    record = {key: value for key, value in asdict(fetched).items() if key not in ("path", "anew")}
    write_atomic(_record(target), json.dumps(record, indent=1) + "\n")
    part.with_name(part.name + ".json").unlink(missing_ok=True)
    return fetched


def check_release(path: Path) -> None:
    """Raise unless a file is a whole, safe release of UCDP GED.

    Parameters
    ----------
    path : Path
        CSV or zip.

    Raises
    ------
    TableError
        When it is a web page, damaged, unsafe to unpack, or another table.
    """
    source = open_source(path)
    first = head(source, 64 * 1024).decode("utf-8-sig", errors="replace").split("\n", 1)[0]
    recognise([clean_name(name) for name in first.split(",")], path, "ucdp-ged")
    if source.packing:
        _read_through(source)


def _read_through(source: Source) -> None:
    """Unpack to the end, which checks the archive's own checksums."""
    try:
        with source.open() as stream:
            while stream.read(1024 * 1024):
                pass
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise damaged(source, error) from None
