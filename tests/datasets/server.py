"""A server on this machine that behaves as told: whole, cut, lying, sending elsewhere."""

import hashlib
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class Site:
    """What a server hands out and what it was asked.

    ``files``: path -> bytes. ``cuts``: path -> after how many bytes each answer ends (one per
    request, then whole). ``moved``: path -> where it says the file is. ``status``: path -> code.
    """

    files: dict = field(default_factory=dict)
    cuts: dict = field(default_factory=dict)
    moved: dict = field(default_factory=dict)
    status: dict = field(default_factory=dict)
    pages: dict = field(default_factory=dict)
    ranges: bool = True
    length: bool = True
    asked: list = field(default_factory=list)
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        site = self.server.site
        path = urlsplit(self.path).path
        site.asked.append((self.path, dict(self.headers)))
        if path in site.moved:
            return self.answer(302, b"", location=site.moved[path])
        if path in site.status:
            return self.answer(site.status[path], b"no")
        content = site.pages.get(self.path) or site.files.get(path)
        if content is None:
            return self.answer(404, b"no")
        return self.file(site, path, content)

    def file(self, site, path, content):
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        begin, code, extra = 0, 200, {}
        wanted = self.headers.get("range")
        if site.ranges and wanted and self.headers.get("if-range") in (None, tag):
            begin = int(wanted.removeprefix("bytes=").rstrip("-"))
            if begin >= len(content):
                return self.answer(416, b"")
            code = 206
            extra = {"content-range": f"bytes {begin}-{len(content) - 1}/{len(content)}"}
        cuts = site.cuts.get(path)
        sent = content[begin : begin + cuts.pop(0)] if cuts else content[begin:]
        return self.answer(code, sent, length=len(content) - begin, etag=tag, **extra)

    def answer(self, code, body, length=None, **headers):
        self.send_response(code)
        if self.server.site.length:
            self.send_header("content-length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("connection", "close")
        self.close_connection = True
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(site):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.site = site
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
