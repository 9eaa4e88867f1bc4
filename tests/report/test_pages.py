"""Pages: one file each, small, safe whatever the data hold, and the index made of values."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote, unquote_to_bytes

import pytest
from made import HOSTILE, VALUES
from typer.testing import CliRunner

from sahelstats.cli import app
from sahelstats.paths import FIGURES, ROOT
from sahelstats.report import index, pages
from sahelstats.report.embedding import csv_address, svg_address
from sahelstats.report.index import HEADLINES, citation, headlines
from sahelstats.report.pages import write_index, write_pages
from sahelstats.rerun import contract
from sahelstats.rerun.contract import stems
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.publishing import Places

NAMES = ["index", "explorer", *stems()]


VOID = {"meta", "link", "img", "input", "br", "hr", "path", "circle"}


class Tags(HTMLParser):
    """Collects the elements of a page and checks that each is closed in turn."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open, self.faults = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append((tag, self.getpos()))


@pytest.fixture(params=NAMES)
def page(request, site):
    return (site.folder / f"{request.param}.html").read_text(encoding="utf-8")


def test_a_page_is_one_file_of_less_than_three_megabytes(page):
    assert len(page.encode("utf-8")) < 3_000_000
    for tag, attributes in Tags(page).found:
        assert tag not in ("iframe", "object", "embed", "base", "audio", "video")
        for name in ("src", "srcset", "data", "action", "poster"):
            assert (attributes.get(name) or "data:").startswith("data:"), attributes[name][:80]
        if tag == "link":
            assert attributes["href"] == "data:,"
    assert not re.search(r"@import|url\((?!#)", re.search(r"<style>(.*?)</style>", page, re.S)[1])


def test_every_element_is_closed_and_every_id_is_there_once(page):
    tags = Tags(page)
    assert tags.faults == []
    assert tags.open == []
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_only_the_scripts_of_the_package_may_run(page):
    policy = next(
        attributes["content"]
        for tag, attributes in Tags(page).found
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    wanted = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    assert rules["script-src"].split() == wanted
    assert len(scripts) == 1


def test_nothing_from_data_becomes_markup(page):
    for _, attributes in Tags(page).found:
        assert not [name for name in attributes if name.startswith("on")]
        address = attributes.get("href") or ""
        assert re.match(r"(https?:|data:text/csv|data:,|#|\.{0,2}/|[\w.-]+\.(html|csv)|$)", address)
    assert "alert(1)</script>" not in page


@pytest.mark.parametrize("name", stems())
def test_a_page_shows_hostile_text_in_captions_alts_tables_and_parameters(site, name):
    page = (site.folder / f"{name}.html").read_text(encoding="utf-8")
    shown = unescape(re.sub(r"<[^>]+>", "", page))
    assert shown.count(HOSTILE) >= 2  # the caption and the parameters
    assert HOSTILE in {
        attributes.get("alt", "")[-len(HOSTILE) :] for _, attributes in Tags(page).found
    }


def test_links_to_other_sites_tell_them_nothing(page):
    outside = [a for tag, a in Tags(page).found if tag == "a" and "//" in (a.get("href") or "")]
    for attributes in outside:
        assert attributes["rel"] == "noopener noreferrer"


def test_a_notebook_that_was_not_run_is_an_error(tmp_path):
    nowhere = Places(*(tmp_path / name for name in ("f", "v", "e", "c", "r")))
    with pytest.raises(RerunError, match="has not been run"):
        write_pages(nowhere, [stems()[0]])
    with pytest.raises(RerunError, match="has not been run"):
        write_index(nowhere)
    assert not (tmp_path / "r").exists()


# ---- pictures and numbers ----------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(FIGURES.glob("*.svg"))[::4], ids=lambda path: path.stem)
def test_an_embedded_svg_draws_what_the_file_draws(path):
    """Element by element the same, white space in paths apart."""
    from xml.etree import ElementTree

    address = svg_address(path.read_text(encoding="utf-8"))
    assert '"' not in address
    inside = unquote_to_bytes(unescape(address).partition(",")[2]).decode("utf-8")

    def drawn(text):
        for element in ElementTree.fromstring(text).iter():
            if "metadata" in element.tag or "rdf" in element.tag or "cc/" in element.tag:
                continue
            if "purl.org" in element.tag or "creativecommons" in element.tag:
                continue
            kept = dict(element.attrib)
            if "d" in kept:
                kept["d"] = re.findall(r"[A-Za-z]|-?[\d.]+(?:e-?\d+)?", kept["d"])
            yield element.tag, kept, (element.text or "").split()

    assert list(drawn(inside)) == list(drawn(path.read_text(encoding="utf-8")))


def test_an_embedded_csv_is_the_file_byte_for_byte():
    for path in sorted(FIGURES.glob("*.csv")):
        address = csv_address(path.read_bytes())
        assert unquote_to_bytes(address.partition(",")[2]) == path.read_bytes()
        assert not set(address) & set("\"'<>& \n#")


# ---- the index ---------------------------------------------------------------------------------


def test_every_number_of_the_headlines_is_a_value_of_a_run(site):
    filled = headlines(site.places)
    assert len(filled) == len(HEADLINES)
    page = (site.folder / "index.html").read_text(encoding="utf-8")
    shown = unescape(re.sub(r"<[^>]+>", "", page))
    for number in (
        "4,321",
        "8,765",
        "1,111 to 2,222",
        "3,333 to 4,444",
        "5,555",
        "8,888",
        "46%",
        "90%",
    ):
        assert number in shown
    for headline in HEADLINES:
        typed = re.sub(r"\{[^}]*\}", "", headline.number + headline.label + headline.assumption)
        assert not re.search(r"\d", typed)


def test_a_headline_without_its_values_is_left_out(site, tmp_path):
    few = Places(FIGURES, tmp_path, tmp_path, tmp_path, tmp_path)
    assert headlines(few) == []
    values = VALUES["01_incidents"] | {"n_claims": None}
    (tmp_path / "01_incidents.json").write_text(json.dumps({"values": values}), encoding="utf-8")
    assert [line.number for line in headlines(few)] == ["46%"]


def test_the_index_has_a_card_for_each_notebook_and_links_to_it(site):
    tags = Tags((site.folder / "index.html").read_text(encoding="utf-8")).found
    links = [attributes["href"] for tag, attributes in tags if tag == "a"]
    for stem in stems():
        assert f"{stem}.html" in links
    assert sum(tag == "img" for tag, _ in tags) == len(stems())
    for target in (link for link in links if link.startswith("../")):
        # The explorer is made by make, not here.
        assert target.endswith("reports/explorer.html") or (site.folder / unquote(target)).exists()
    for name in ("incidents.csv", "claims.csv", "datapackage.json"):
        assert any(link.endswith(name) for link in links)


def test_variants_and_imported_tables_are_listed(monkeypatch, tmp_path):
    reports = tmp_path / "build/variants/basis=x,y/reports"
    reports.mkdir(parents=True)
    for name in ("02_b.html", "index.html", "01_a.html"):
        (reports / name).touch()
    (tmp_path / "build/variants/empty/reports").mkdir(parents=True)
    (tmp_path / "build/variants/a-sweep").mkdir()
    (tmp_path / "build/variants/a-sweep/index.html").touch()
    (tmp_path / "data/imported").mkdir(parents=True)
    (tmp_path / "data/imported/mali.csv").touch()
    monkeypatch.setattr(index, "BUILD", tmp_path / "build")
    monkeypatch.setattr(index, "DATA", tmp_path / "data")
    monkeypatch.setattr(index, "IMPORTED", tmp_path / "data" / "imported")
    sweep, (name, pages) = index.variants(tmp_path / "reports")
    assert sweep == ("a-sweep", [("index", "../build/variants/a-sweep/index.html")])
    assert name == "basis=x,y"
    assert [page for page, _ in pages] == ["index", "01_a", "02_b"]
    for page, address in pages:
        assert (tmp_path / "reports" / unquote(address)).resolve() == reports / f"{page}.html"
    assert index.imported(tmp_path / "reports") == [("mali.csv", "../data/imported/mali.csv")]


def test_the_citation_is_that_of_the_file():
    import yaml

    known = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    words = citation()
    assert known["title"] in words
    assert f"Version {known['version']}" in words
    assert known["authors"][0]["name"] in words


@pytest.fixture
def reported(monkeypatch, tmp_path):
    """Return what `sahelstats report` did with some arguments, and the notebooks it wrote."""
    for stem in ("01_one", "02_two", "02_tower"):
        (tmp_path / f"{stem}.ipynb").touch()
    monkeypatch.setattr(contract, "NOTEBOOKS", tmp_path)
    written = []
    monkeypatch.setattr(pages, "write_pages", lambda places, names: written.extend(names))

    def run(*arguments):
        return CliRunner().invoke(app, ["report", *arguments]), written

    return run


@pytest.mark.parametrize("name", ["02_tw", "02_two", "notebooks/02_two.ipynb"])
def test_report_takes_a_notebook_by_the_beginning_of_its_name(reported, name):
    result, written = reported("01", name)
    assert (result.exit_code, written) == (0, ["01_one", "02_two"])


def test_report_names_the_notebooks_where_it_cannot_tell_which_is_meant(reported):
    result, written = reported("01", "02", "3")
    assert (result.exit_code, written) == (1, [])
    assert result.stderr == (
        "'02' is more than one notebook: 02_tower, 02_two\n"
        "there is no notebook '3'. There are: 01_one, 02_tower, 02_two\n"
    )


def test_the_notebooks_before_and_after_do_not_depend_on_what_ran_first(tmp_path):
    """Make runs the longest first: the page of 05 is written before 06 has run."""
    nothing_run = replace(Places.of(), record=tmp_path)
    first, second, third, *_ = stems()
    found = pages._neighbours(nothing_run, second)
    assert [(word, address) for word, _, address in found] == [
        ("Before", f"{first}.html"),
        ("Next", f"{third}.html"),
    ]
    aside = replace(nothing_run, reports=tmp_path)  # of a variant only what was run has a page
    assert pages._neighbours(aside, second) == []
