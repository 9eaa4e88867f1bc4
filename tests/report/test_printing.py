"""`sahelstats pdf`: what the browser of the system prints, or a plain message."""

import os
import re
import sys

import pytest

from sahelstats.report import browser as finding
from sahelstats.report import printing
from sahelstats.report.browser import VARIABLE, find_browser
from sahelstats.report.printing import print_pages
from sahelstats.rerun.contract import stems
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.publishing import Places

STEM = "07_article_check"


def places_in(folder):
    return Places(folder, folder, folder, folder, folder)


def test_without_a_browser_it_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, "/no/such/browser")
    assert find_browser() == ""
    with pytest.raises(RerunError, match=r"Install Chromium.*SAHELSTATS_BROWSER") as caught:
        print_pages(places_in(tmp_path))
    assert "\n" not in str(caught.value)


def test_nothing_is_found_where_nothing_is(monkeypatch, tmp_path):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(finding, "APPLICATIONS", ())
    assert find_browser() == ""
    program = tmp_path / "google-chrome"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert find_browser() == str(program)


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("#!/bin/sh\necho 'no display' >&2; exit 3\n", "no display"),
        ("#!/bin/sh\nexit 0\n", "could not print"),
        (
            "#!/bin/sh\nfor a; do case $a in --print-to-pdf=*) echo no > ${a#*=};; esac; done\n",
            "could not print",
        ),
        ("#!/bin/sh\nsleep 30\n", "timed out"),
    ],
)
def test_a_browser_that_fails_leaves_nothing_behind(monkeypatch, tmp_path, program, message):
    path = tmp_path / "browser"
    path.write_text(program)
    path.chmod(0o755)
    monkeypatch.setenv(VARIABLE, str(path))
    monkeypatch.setattr(printing, "PATIENCE", 3)
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "index.html").write_text("<p>x</p>")
    with pytest.raises(RerunError, match=message):
        print_pages(places_in(pages), ["index"])
    assert os.listdir(pages) == ["index.html"]


def test_pages_that_are_missing_are_all_named(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, sys.executable)
    with pytest.raises(RerunError) as caught:
        print_pages(places_in(tmp_path))
    assert all(f"{name}.html" in str(caught.value) for name in ("index", *stems()))


def test_a_page_is_printed_once_and_again_when_it_changed(site):
    if not find_browser():
        pytest.skip(finding.MISSING)
    (target,) = print_pages(site.places, ["07"])
    content = target.read_bytes()
    assert target.name == f"{STEM}.pdf"
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) >= 3
    assert len(content) < 3_000_000
    made = target.stat().st_mtime_ns
    print_pages(site.places, [STEM])
    assert target.stat().st_mtime_ns == made
    os.utime(site.folder / f"{STEM}.html")
    print_pages(site.places, [STEM])
    assert target.stat().st_mtime_ns > made
    assert [path.name for path in site.folder.iterdir() if path.name.startswith(".")] == []
