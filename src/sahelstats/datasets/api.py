"""UCDP's API: the events of a release, page by page, for those who have a token."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sahelstats.datasets.downloading import (
    ATTEMPTS,
    FetchError,
    Progress,
    attempts,
    check_address,
    new_session,
    request,
)
from sahelstats.datasets.fetching import RAW, TOKEN_HEADER, release_path
from sahelstats.files import write_atomic, write_blocks
from sahelstats.tables.countries import by_state_number, codes_of

UCDP_API = "https://ucdpapi.pcr.uu.se/api"
PAGE_SIZE = 1000

#: Largest answer to one request, in bytes: a page of events is some 1 MB.
_MAX_PAGE = 64 * 1024**2


def fetch_api(
    version: str,
    token: str,
    countries: Sequence[str] = (),
    folder: Path | None = None,
    base_url: str = UCDP_API,
    progress: Progress | None = None,
    pause: float = 1.0,
) -> Path:
    """Fetch events of UCDP GED through the API and write them as one CSV file.

    Pages that came are kept until the last one did, so that a call that was cut is gone on with.

    Parameters
    ----------
    version : str
        For example ``25.1``.
    token : str
        From the producer; sent to the API's host only, never stored.
    countries : sequence of str
        Names or ISO codes; all when empty.
    folder : Path, optional
        Where to put the file; default ``data/imported/raw``.
    base_url : str
        The API, or a mirror of it.
    progress : callable, optional
        Told of pages, and of how many.
    pause : float
        Seconds before the second attempt at a page.

    Returns
    -------
    Path
        The CSV file, with the columns the API gives.

    Raises
    ------
    FetchError
        Without a token, when the API refuses, or when what it gives does not add up.
    """
    release_path(version)
    if not token:
        raise FetchError("The API needs a token: ask UCDP for one and set UCDP_TOKEN.")
    folder = RAW if folder is None else folder
    query: dict[str, Any] = {"pagesize": PAGE_SIZE}
    name = f"GEDEvent_v{version.replace('.', '_')}"
    if countries:
        codes, unknown = codes_of(countries)
        if unknown:
            raise FetchError(f"no such country: {', '.join(unknown)}")
        numbers = [str(number) for number, code in by_state_number().items() if code in codes]
        query["Country"] = ",".join(numbers)
        name += "_" + "-".join(sorted(codes))
    url = f"{base_url.rstrip('/')}/gedevents/{version}"
    check_address(url)
    pages = folder / f".{name}.pages"
    events = _all_pages(url, query, token, pages, progress, pause)
    target = folder / f"{name}.csv"
    write_blocks(target, _csv(events))
    shutil.rmtree(pages)
    return target


def _all_pages(
    url: str,
    query: dict[str, Any],
    token: str,
    pages: Path,
    progress: Progress | None,
    pause: float,
) -> list[dict[str, Any]]:
    """Return all events, from pages that are there and those still to be fetched."""
    session = new_session(url, {TOKEN_HEADER: token, "Accept": "application/json"})
    first = _page(session, url, query, 0, pages, pause)
    count, last = int(first["TotalCount"]), int(first["TotalPages"])
    events = list(first["Result"])
    for number in range(1, last):
        answer = _page(session, url, query, number, pages, pause)
        if int(answer["TotalCount"]) != count:
            shutil.rmtree(pages)
            raise FetchError(f"{url}: the data changed while they were fetched. Run it again.")
        events += answer["Result"]
        if progress:
            progress(number + 1, last)
    if len({event["id"] for event in events}) != count:
        shutil.rmtree(pages)
        raise FetchError(f"{url}: {len(events):,} events came where it promised {count:,}.")
    return events


def _page(
    session: Any, url: str, query: dict[str, Any], number: int, pages: Path, pause: float
) -> dict[str, Any]:
    """Return one page, from the disk where it is there."""
    stored = pages / f"{number:05d}.json"
    if stored.exists():
        return json.loads(stored.read_text(encoding="utf-8"))
    address = f"{url}?{urlencode({**query, 'page': number})}"
    text = _text(session, address, pause)
    try:
        answer = json.loads(text)
        complete = {"TotalCount", "TotalPages", "Result"} <= set(answer)
    except (ValueError, TypeError):
        complete = False
    if not complete or not isinstance(answer["Result"], list):
        raise FetchError(f"{address}: what came is no page of events.")
    write_atomic(stored, text)
    return answer


def _text(session: Any, address: str, pause: float) -> str:
    """Return an answer's body, trying again where the connection is cut."""
    import requests

    reason = ""
    for _ in attempts(pause):
        try:
            with request(session, address, {}) as response:
                if response.status_code != 200:
                    hint = " The token is not accepted." if response.status_code == 401 else ""
                    raise FetchError(f"{address}: the API answers {response.status_code}.{hint}")
                body = b""
                for block in response.iter_content(256 * 1024):
                    body += block
                    if len(body) > _MAX_PAGE:
                        raise FetchError(f"{address}: the answer is too large to be a page.")
                return body.decode("utf-8")
        except requests.RequestException as error:
            reason = type(error).__name__
    raise FetchError(f"{address}: gave up after {ATTEMPTS} attempts ({reason}).")


def _csv(events: list[dict[str, Any]]) -> Iterator[str]:
    """Return events as CSV text, the columns in the API's order."""
    names = list(dict.fromkeys(name for event in events for name in event))
    for begin in range(0, len(events), PAGE_SIZE):
        block = io.StringIO()
        writer = csv.DictWriter(block, names, restval="", lineterminator="\n")
        if begin == 0:
            writer.writeheader()
        for event in events[begin : begin + PAGE_SIZE]:
            writer.writerow({key: "" if value is None else value for key, value in event.items()})
        yield block.getvalue()
