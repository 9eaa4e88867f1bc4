"""``sahelstats serve``: the pages on this machine alone, made anew while they are worked on."""

from __future__ import annotations

import json
import os
import sys
import webbrowser
from collections.abc import Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from sahelstats.paths import ROOT
from sahelstats.report.rebuilding import Builder, make_command

#: The only address it listens on: nobody but this machine reaches it.
LOOPBACK = "127.0.0.1"
HOME = "/reports/index.html"
EVENTS, SCRIPT = "/-/events", "/-/live.js"
#: A line that means nothing, to notice a reader who has gone, in seconds.
HEARTBEAT = 15

#: What may be asked for: folders of the clone, ``*`` for any one name, and kinds of file.
SERVED = (("reports",), ("figures",), ("data",), ("build", "variants", "*", "reports"),
          ("build", "variants", "*", "figures"))  # fmt: skip
#: The page of a sweep, beside the folders of its results.
SWEEP = ("build", "variants", "*", "index.html")
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".geojson": "application/json",
    ".md": "text/plain; charset=utf-8",
}

#: Nothing that is served may be shown in, or read by, a page from elsewhere.
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'none'",
}

WAITING = (
    "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>sahelstats</title>"
    "<meta name='viewport' content='width=device-width, initial-scale=1'></head>"
    "<body><main><h1>This page is not there yet</h1><p>It shows as soon as it was made.</p></main>"
    "</body></html>"
)


def served_file(root: Path, address: str) -> Path | None:
    """Return the file that an address stands for, or None where it stands for none.

    Parameters
    ----------
    root : Path
        Top folder of the clone.
    address : str
        Path of an address as it was asked for, quoted.

    Returns
    -------
    Path or None
        A file in one of the served folders, whether it is there or not; never one outside, neither
        through ``..`` nor through a link.

    Examples
    --------
    >>> served_file(Path("/a"), "/reports/index.html")
    PosixPath('/a/reports/index.html')
    >>> served_file(Path("/a"), "/reports/%2e%2e/README.md") is None
    True
    """
    names = unquote(address).split("/")[1:]
    plain = all(name and name[0] != "." and not set(name) & set("\\:\0") for name in names)
    if not names or not plain or Path(names[-1]).suffix not in KINDS:
        return None
    path = root.joinpath(*names)
    for pattern in SERVED:
        depth = len(pattern)
        if len(names) > depth and all(map(_fits, names, pattern)):
            inside = root.joinpath(*names[:depth]).resolve()
            return path if path.resolve().is_relative_to(inside) else None
    if len(names) == len(SWEEP) and all(map(_fits, names, SWEEP)):
        return path if path.resolve().parent == path.parent.resolve() else None
    return None


def _fits(name: str, pattern: str) -> bool:
    return pattern in ("*", name)


def live(page: bytes, version: str) -> bytes:
    """Return a page that follows what is built.

    Parameters
    ----------
    page : bytes
        HTML as it is in ``reports``.
    version : str
        Tells this content from a later one.

    Returns
    -------
    bytes
        With the script of the server, and leave to load it and to listen to the server.
    """
    page = page.replace(b"default-src 'none';", b"default-src 'none'; connect-src 'self';", 1)
    page = page.replace(b"script-src ", b"script-src 'self' ", 1)
    before, end, after = page.rpartition(b"</body>")
    script = f'<script src="{SCRIPT}" data-version="{version}"></script>\n'
    return before + script.encode() + end + after


class Site(ThreadingHTTPServer):
    """The server: a clone, and the builder that keeps its pages up to date.

    Parameters
    ----------
    root : Path
        Top folder of the clone.
    builder : Builder
        Tells when pages were made.
    port : int
        Where to listen; 0 takes one that is free.
    """

    daemon_threads = True
    # Another program that listens there already must not be listened over.
    allow_reuse_address = os.name != "nt"

    def __init__(self, root: Path, builder: Builder, port: int = 0) -> None:
        super().__init__((LOOPBACK, port), Handler)
        self.root, self.builder = root, builder
        self.hosts = {f"{name}:{self.server_port}" for name in (LOOPBACK, "localhost")}

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://{LOOPBACK}:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Site
    server_version = "sahelstats"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with a file, the script, or news of the builder."""
        # A page from elsewhere can have its name lead here, but not change the name it asks for.
        if self.headers.get("Host", "").lower() not in self.server.hosts:
            self._send(HTTPStatus.MISDIRECTED_REQUEST, b"Unknown host.\n", "text/plain")
            return
        address = urlsplit(self.path)
        if address.path == "/":
            self._send(HTTPStatus.FOUND, b"", "text/plain", [("Location", HOME)])
        elif address.path == SCRIPT:
            script = Path(__file__).with_name("live.js").read_bytes()
            self._send(HTTPStatus.OK, script, "text/javascript; charset=utf-8")
        elif address.path == EVENTS:
            self._events(parse_qs(address.query).get("page", [""])[0])
        else:
            self._file(address.path)

    do_HEAD = do_GET  # noqa: N815

    def _file(self, address: str) -> None:
        path = served_file(self.server.root, address)
        if path is None:
            self._send(HTTPStatus.NOT_FOUND, b"There is no such page.\n", "text/plain")
            return
        page = path.suffix == ".html"
        version = _version(path)  # before the content: a later one then makes the page reload
        try:
            content = path.read_bytes()
        except OSError:
            if page:
                self._send(
                    HTTPStatus.SERVICE_UNAVAILABLE, live(WAITING.encode(), version), KINDS[".html"]
                )
            else:
                self._send(HTTPStatus.NOT_FOUND, b"There is no such file.\n", "text/plain")
            return
        self._send(HTTPStatus.OK, live(content, version) if page else content, KINDS[path.suffix])

    def _send(
        self, status: HTTPStatus, content: bytes, kind: str, more: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.send_response(status)
        for name, value in (*HEADERS.items(), ("Content-Type", kind), *more):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _events(self, address: str) -> None:
        """Tell of every change of the builder's state, as long as somebody listens."""
        self.send_response(HTTPStatus.OK)
        for name, value in (*HEADERS.items(), ("Content-Type", "text/event-stream")):
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        builder, path = self.server.builder, served_file(self.server.root, address)
        told = -1
        try:
            while not builder.ended:
                state = builder.state
                if state.number != told:
                    told = state.number
                    news = {
                        "state": state.name,
                        "message": state.message if state.name == "failed" else "",
                        "version": _version(path),
                    }
                    self.wfile.write(f"data: {json.dumps(news)}\n\n".encode())
                else:
                    self.wfile.write(b": still here\n\n")
                self.wfile.flush()
                builder.wait_for_news(told, HEARTBEAT)
        except OSError:
            return  # the reader has gone

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: what fails is told by make."""


def _version(path: Path | None) -> str:
    """Return what changes when a page was made anew."""
    try:
        return "" if path is None else str(path.stat().st_mtime_ns)
    except OSError:
        return ""


def serve(port: int, open_browser: bool, root: Path = ROOT) -> None:
    """Serve the pages of a clone until interrupted.

    Parameters
    ----------
    port : int
        Where to listen; 0 takes one that is free.
    open_browser : bool
        Whether to open the index in the browser of the desktop.
    root : Path
        Top folder of the clone.

    Raises
    ------
    OSError
        When the port is taken, or there is no make.
    """
    builder = Builder(root, make_command(root))
    with Site(root, builder, port) as site:
        print(f"{site.address}  (Ctrl-C ends it)", flush=True)
        builder.start()
        if open_browser and _has_desktop():
            webbrowser.open(site.address)
        try:
            site.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            print()
        finally:
            builder.stop()


def _has_desktop() -> bool:
    """Return whether a browser can show itself; in a terminal it would take the terminal over."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
