"""`sahelstats serve`: only this machine, only what is meant to be seen, and up to date."""

import http.client
import json
import signal
import subprocess
import sys
import threading
import time

import pytest

from sahelstats.report.rebuilding import Builder, make_command, stamps
from sahelstats.report.serve import HOME, LOOPBACK, Site, live, served_file

SECRET = "not to be seen"


@pytest.fixture
def folder(tmp_path):
    """A clone with something to serve and something to keep."""
    root = tmp_path / "a clone für mich"
    for name in (
        "reports/index.html", "reports/01_a.pdf", "figures/01_a__x.svg", "data/incidents.csv",
        "data/curated/claims.csv", "build/variants/a=b,c/reports/01_a.html",
        "build/variants/sweep/index.html",
    ):  # fmt: skip
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}</body>", encoding="utf-8")
    for name in (
        "secret.html", "README.md", "reports/.hidden.html", "reports/notes.txt", "src/code.html",
        "build/executed/x.json", "build/variants/a=b,c/values/x.json", "reports_old/x.html",
    ):  # fmt: skip
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SECRET, encoding="utf-8")
    (tmp_path / "outside.html").write_text(SECRET, encoding="utf-8")
    (root / "reports/link.html").symlink_to(tmp_path / "outside.html")
    (root / "reports/sub").symlink_to(tmp_path)
    return root


@pytest.fixture
def running(folder):
    with Site(folder, Builder(folder, [sys.executable, "-c", "pass"])) as site:
        threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
        yield site
        site.builder.stop()
        site.shutdown()


def ask(site, path, host=None, method="GET"):
    """Return status, headers and content of one request, its path sent as it is."""
    connection = http.client.HTTPConnection(LOOPBACK, site.server_port, timeout=20)
    connection.putrequest(method, path, skip_host=True)
    if host != "":
        connection.putheader("Host", host or f"{LOOPBACK}:{site.server_port}")
    connection.endheaders()
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), content


@pytest.mark.parametrize(
    "path",
    [
        "/reports/index.html", "/reports/01_a.pdf", "/figures/01_a__x.svg", "/data/incidents.csv",
        "/data/curated/claims.csv", "/build/variants/a%3Db%2Cc/reports/01_a.html",
        "/build/variants/a=b,c/reports/01_a.html?x=1", "/build/variants/sweep/index.html",
    ],
)  # fmt: skip
def test_pages_figures_and_data_are_served(running, path):
    status, headers, content = ask(running, path)
    assert status == 200
    assert content.split(b"<")[0].decode() in path.replace("%3D", "=").replace("%2C", ",")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        "/secret.html", "/README.md", "/reports/.hidden.html", "/reports/notes.txt",
        "/src/code.html", "/build/executed/x.json", "/build/variants/a=b,c/values/x.json",
        "/reports_old/x.html", "/reports/../secret.html", "/reports/%2e%2e/secret.html",
        "/reports/..%2fsecret.html",
        "/reports/..%5csecret.html", "/reports//../secret.html", "/reports/%252e%252e/secret.html",
        "/build/variants/../../secret.html", "/build/variants/%2e%2e/reports/index.html",
        "/reports/link.html", "/reports/sub/outside.html", "//etc/passwd", "/reports/", "/reports",
        "/reports/a%00.html", "/reports/index.html/", "/data", "/-/other",
        "http://127.0.0.1/secret.html", "/reports/C:/secret.html", "/./secret.html",
    ],
)  # fmt: skip
def test_nothing_else_is_served(running, path):
    status, _, content = ask(running, path)
    assert status in (400, 404, 503)
    assert SECRET.encode() not in content


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:{port}", "127.0.0.1", "", "localhost:1",
        "127.0.0.1:{port}.evil.example", "[::1]:{port}",
    ],
)  # fmt: skip
def test_a_name_that_was_led_here_is_refused(running, host):
    status, _, content = ask(running, HOME, host.format(port=running.server_port))
    assert status == 421
    assert b"reports" not in content


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_the_names_of_this_machine_are_known(running, name):
    assert ask(running, HOME, f"{name}:{running.server_port}")[0] == 200


def test_it_listens_on_the_loopback_only(running):
    assert running.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_can_be_sent(running, method):
    assert ask(running, HOME, method=method)[0] == 501


def test_the_start_leads_to_the_index_and_head_sends_no_content(running):
    status, headers, _ = ask(running, "/")
    assert (status, headers["Location"]) == (302, HOME)
    status, headers, content = ask(running, HOME, method="HEAD")
    assert (status, content) == (200, b"")
    assert int(headers["Content-Length"]) > 0


def test_a_page_that_is_not_made_yet_is_waited_for(running):
    status, _, content = ask(running, "/reports/02_b.html")
    assert status == 503
    assert b"/-/live.js" in content


def test_a_served_page_may_listen_to_the_server_and_run_one_script_more(site):
    page = (site.folder / "index.html").read_bytes()
    served = live(page, "123").decode("utf-8")
    assert "default-src 'none'; connect-src 'self';" in served
    assert "script-src 'self' 'sha256-" in served
    assert served.count('<script src="/-/live.js" data-version="123"></script>\n</body>') == 1


def test_served_files_are_never_outside(folder):
    assert served_file(folder, "/reports/index.html") == folder / "reports/index.html"
    for address in (
        "",
        "/",
        "reports/index.html",
        "/reports/link.html",
        "/reports/sub/outside.html",
    ):
        assert served_file(folder, address) is None


# ---- what is built -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("notebooks/01_a.ipynb", True),
        ("src/sahelstats/report/page.css", True),
        ("data/curated/claims.csv", True),
        ("data/imported/mali.csv", True),
        ("requirements.lock", True),
        ("CITATION.cff", True),
        ("data/incidents.csv", False),  # made by make
        ("data/datapackage.json", False),
        ("reports/index.html", False),
        ("figures/a.svg", False),
        ("build/values/a.json", False),
        ("src/sahelstats/__pycache__/a.pyc", False),
        ("notebooks/.01_a.ipynb.swp", False),
    ],
)
def test_only_what_the_pages_are_made_from_is_watched(tmp_path, name, seen):
    before = stamps(tmp_path)
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")
    assert (stamps(tmp_path) != before) == seen


def until(true, patience=20):
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def builder(tmp_path):
    made = []

    def build(code):
        one = Builder(tmp_path, [sys.executable, "-c", code])
        made.append(one)
        one.start()
        return one

    yield build
    for one in made:
        one.stop()


COUNT = "open('n', 'a').write('x')"


def test_it_builds_at_the_start_and_after_each_change_only(tmp_path, builder):
    (tmp_path / "notebooks").mkdir()
    one = builder(COUNT)
    until(lambda: one.state.name == "ready")
    time.sleep(1.5)
    assert (tmp_path / "n").read_text() == "x"
    (tmp_path / "notebooks/01_a.ipynb").write_text("new")
    until(lambda: (tmp_path / "n").read_text() == "xx")


def test_a_failed_build_says_why(builder):
    one = builder("import sys; print('said'); sys.exit('<b>why</b>')")
    until(lambda: one.state.name == "failed")
    assert "<b>why</b>" in one.state.message
    assert "said" in one.state.message


def test_a_command_that_is_not_there_is_a_failed_build(tmp_path):
    one = Builder(tmp_path, ["/no/such/command"])
    one.start()
    until(lambda: one.state.name == "failed")
    one.stop()
    assert "/no/such/command" in one.state.message


def test_stopping_ends_a_build_and_what_it_started(tmp_path, builder):
    code = (
        "import subprocess, sys, time, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "pathlib.Path('child').write_text(str(child.pid))\n"
        "time.sleep(60)"
    )
    one = builder(code)
    child = tmp_path / "child"
    until(lambda: child.exists() and child.read_text())
    begun = time.monotonic()
    one.stop()
    assert time.monotonic() - begun < 5
    until(lambda: not _runs(int(child.read_text())))


def _runs(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stream:
            return stream.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_events_tell_the_state_and_when_the_page_was_made(running, folder):
    connection = http.client.HTTPConnection(LOOPBACK, running.server_port, timeout=20)
    host = {"Host": f"{LOOPBACK}:{running.server_port}"}
    connection.request("GET", "/-/events?page=/reports/index.html", headers=host)
    answer = connection.getresponse()
    assert answer.getheader("Content-Type") == "text/event-stream"
    first = json.loads(answer.readline().removeprefix(b"data: "))
    assert first["version"] == str((folder / "reports/index.html").stat().st_mtime_ns)
    running.builder.start()
    seen = []
    while "ready" not in seen:
        line = answer.readline()
        if line.startswith(b"data: "):
            seen.append(json.loads(line.removeprefix(b"data: "))["state"])
    connection.close()


def test_make_is_asked_with_this_interpreter(tmp_path):
    command = make_command(tmp_path)
    assert command[0].endswith("make")
    assert command[1:] == [f"PYTHON={sys.executable}"]


def test_the_command_ends_on_interrupt(tmp_path):
    code = (
        "from pathlib import Path; from sahelstats.report.serve import serve;"
        " serve(0, False, Path())"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=15) == 0
    process.stdout.close()
