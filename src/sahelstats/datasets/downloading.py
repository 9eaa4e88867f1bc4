"""One file over https: resumable, limited, never led to another host, in place whole or not."""

from __future__ import annotations

import ipaddress
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from sahelstats.files import write_atomic

if TYPE_CHECKING:
    import requests

#: Largest file that is fetched, in bytes: ten times the largest release there is.
MAX_BYTES = 400 * 1024**2
ATTEMPTS = 5
_MAX_REDIRECTS = 5
_TIMEOUT = (15, 60)
_BLOCK = 64 * 1024

#: Told of progress: bytes that are there, and of how many (None when the server does not say).
Progress = Callable[[int, int | None], None]


class FetchError(ValueError):
    """A file that could not be fetched, and what to do."""


class _CutError(Exception):
    """A connection that ended too early; what came stays."""


def check_address(url: str) -> None:
    """Raise unless an address is https, or on this machine.

    Parameters
    ----------
    url : str
        Where a file is to be fetched from.

    Raises
    ------
    FetchError
        Says what is wrong with it.

    Examples
    --------
    >>> check_address("https://ucdp.uu.se/downloads")
    >>> check_address("http://ucdp.uu.se/downloads")
    Traceback (most recent call last):
    sahelstats.datasets.downloading.FetchError: http://ucdp.uu.se/downloads: only https is fetched.
    """
    parts = urlsplit(url)
    if not parts.hostname:
        raise FetchError(f"{url}: is no web address.")
    if parts.username or parts.password:
        raise FetchError(f"{parts.hostname}: an address with a password in it is not used.")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise FetchError(f"{url}: only https is fetched.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def new_session(url: str, headers: Mapping[str, str]) -> requests.Session:
    """Return a session for one host: no stored passwords, no cookies of others.

    Parameters
    ----------
    url : str
        An address on the host.
    headers : mapping
        Sent with every request.

    Returns
    -------
    requests.Session
        Uses the system's proxy settings except on this machine itself.
    """
    import requests

    session = requests.Session()
    session.trust_env = not _is_loopback(urlsplit(url).hostname or "")
    # Without this, requests would look for a password in ~/.netrc.
    session.auth = lambda request: request
    session.headers.update({"Accept-Encoding": "identity", **headers})
    return session


def attempts(pause: float) -> Iterator[int]:
    """Count the attempts at a thing, waiting between them, twice as long each time.

    Parameters
    ----------
    pause : float
        Seconds before the second.

    Yields
    ------
    int
        From 0, ``ATTEMPTS`` of them.

    Examples
    --------
    >>> list(attempts(0.0))
    [0, 1, 2, 3, 4]
    """
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
        yield attempt


def request(session: requests.Session, url: str, headers: Mapping[str, str]) -> requests.Response:
    """Ask for an address; follows redirects on the same host only.

    Parameters
    ----------
    session : requests.Session
        As ``new_session`` returns it.
    url : str
        Address.
    headers : mapping
        For this request.

    Returns
    -------
    requests.Response
        Its body not read yet.

    Raises
    ------
    FetchError
        On a redirect to another host, or too many of them.
    """
    origin = urlsplit(url)
    for _ in range(_MAX_REDIRECTS + 1):
        response = session.get(
            url, headers=dict(headers), stream=True, timeout=_TIMEOUT, allow_redirects=False
        )
        if not response.is_redirect:
            return response
        target = urlsplit(urljoin(url, response.headers["location"]))
        response.close()
        if (target.scheme, target.netloc) != (origin.scheme, origin.netloc):
            raise FetchError(
                f"{origin.hostname} sends on to another host, {target.hostname}, which is not "
                "followed. If the producer has moved, name the new place: --base-url."
            )
        url = target.geturl()
    raise FetchError(f"{origin.hostname} sends on in circles.")


def download(
    url: str,
    part: Path,
    headers: Mapping[str, str] | None = None,
    max_bytes: int = MAX_BYTES,
    progress: Progress | None = None,
    pause: float = 1.0,
) -> dict[str, str]:
    """Fetch a file into a part file, going on where an earlier attempt ended.

    Parameters
    ----------
    url : str
        Address.
    part : Path
        Where the bytes go; what it stands for is noted beside it.
    headers : mapping, optional
        Sent to the host of `url`.
    max_bytes : int
        Largest file accepted.
    progress : callable, optional
        Told how far it is.
    pause : float
        Seconds before the second attempt; doubled before each further one.

    Returns
    -------
    dict
        ``etag`` and ``last_modified`` of the file as the server gives them, empty where it does
        not.

    Raises
    ------
    FetchError
        When the server refuses, the file is too large, or the connection is cut again and again:
        the part stays then, and the next call goes on.
    """
    import requests

    check_address(url)
    session = new_session(url, headers or {})
    reason = ""
    for _ in attempts(pause):
        try:
            return _attempt(session, url, part, max_bytes, progress or (lambda done, of: None))
        except (_CutError, requests.ConnectionError, requests.Timeout) as error:
            reason = str(error)
        except requests.RequestException as error:
            raise FetchError(f"{url}: {error}") from None
    there = part.stat().st_size if part.exists() else 0
    kept = f"{there:,} bytes are kept; run the command again to go on." if there else "Try later."
    raise FetchError(f"{url}: gave up after {ATTEMPTS} attempts ({reason}). {kept}")


def _attempt(
    session: requests.Session, url: str, part: Path, max_bytes: int, progress: Progress
) -> dict[str, str]:
    """Make one attempt to complete the part file."""
    note = part.with_name(part.name + ".json")
    there, known = _so_far(part, note, url)
    headers = {}
    if there:
        headers["Range"] = f"bytes={there}-"
        if validator := known.get("etag") or known.get("last_modified"):
            headers["If-Range"] = validator
    with request(session, url, headers) as response:
        if response.status_code == 416:
            part.unlink(missing_ok=True)
            raise _CutError("the file has changed; begun anew")
        if response.status_code not in (200, 206):
            raise _refused(url, response.status_code)
        total = _total(response)
        if response.status_code == 206 and not _goes_on(response, there, known, total):
            part.unlink(missing_ok=True)
            raise _CutError("the server sent another part than asked for")
        if response.status_code == 200:
            there = 0
        _refuse_too_much(part, url, total, max_bytes)
        about = {
            "url": url, "total": total, "etag": response.headers.get("etag", ""),
            "last_modified": response.headers.get("last-modified", ""),
        }  # fmt: skip
        write_atomic(note, json.dumps(about))
        _store(response, part, there, total, max_bytes, progress)
    return {name: str(about[name]) for name in ("etag", "last_modified")}


def _so_far(part: Path, note: Path, url: str) -> tuple[int, dict[str, Any]]:
    """Return how many bytes of this very file are there, and what is known of it."""
    try:
        known = json.loads(note.read_text(encoding="utf-8"))
        size = part.stat().st_size
    except (OSError, ValueError):
        return 0, {}
    same = isinstance(known, dict) and known.get("url") == url
    return (size, known) if same else (0, {})


def _total(response: requests.Response) -> int | None:
    """Return how large the whole file is, where the server says."""
    if response.status_code == 206:
        whole = response.headers.get("content-range", "").rpartition("/")[2]
        return int(whole) if whole.isdigit() else None
    length = response.headers.get("content-length", "")
    return int(length) if length.isdigit() else None


def _goes_on(
    response: requests.Response, there: int, known: Mapping[str, Any], total: int | None
) -> bool:
    """Return whether a partial answer begins where the part file ends, in the same file."""
    begins = response.headers.get("content-range", "").startswith(f"bytes {there}-")
    etag = response.headers.get("etag", "")
    return begins and total == known.get("total") and etag == known.get("etag", "")


def _refused(url: str, status: int) -> FetchError:
    hints = {
        401: "It asks for a token: get one from the producer and set UCDP_TOKEN.",
        403: "It refuses access; a token may be needed (UCDP_TOKEN).",
        404: "There is no such file: check the version, or name another place with --base-url.",
        429: "Too many requests: try again later.",
    }
    return FetchError(f"{url}: the server answers {status}. {hints.get(status, 'Try later.')}")


def _refuse_too_much(part: Path, url: str, total: int | None, max_bytes: int) -> None:
    if total is not None and total > max_bytes:
        raise _too_large(url, f"{total:,} bytes", max_bytes)
    part.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(part.parent).free
    if total is not None and total > free:
        raise FetchError(f"{url}: needs {total:,} bytes, and the disk has {free:,} left.")


def _too_large(url: str, size: str, max_bytes: int) -> FetchError:
    limit = f"{max_bytes / 1024**2:g} MB"
    return FetchError(f"{url}: is {size}, more than the limit of {limit} (--max-mb).")


def _store(
    response: requests.Response, part: Path, there: int, total: int | None, max_bytes: int,
    progress: Progress,
) -> None:  # fmt: skip
    """Write what comes; raises when it is too much, or ends too early."""
    from urllib3.exceptions import HTTPError

    done = there
    # Read below requests, which would throw away the beginning of a block that is cut.
    body = response.raw
    body.enforce_content_length = False
    with part.open("ab" if there else "wb") as stream:
        try:
            while block := body.read(_BLOCK):
                done += len(block)
                if done > max_bytes:
                    stream.close()
                    part.unlink()
                    raise _too_large(response.url, "more than it said", max_bytes)
                stream.write(block)
                progress(done, total)
        except (HTTPError, OSError):
            raise _CutError(f"the connection was cut after {done:,} bytes") from None
    if total is not None and done != total:
        raise _CutError(f"{done:,} of {total:,} bytes came")
