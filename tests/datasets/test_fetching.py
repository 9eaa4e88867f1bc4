"""Fetching from a server on this machine; no test leaves it."""

import io
import json
import zipfile

import pytest
from producers import ACLED_NEW, GED, acled, ged, text, write
from server import Site, serving
from typer.testing import CliRunner

from sahelstats import load_incidents
from sahelstats.cli import app
from sahelstats.datasets import fetch_api, fetch_ged, read_ucdp_ged
from sahelstats.datasets.downloading import FetchError, check_address
from sahelstats.datasets.fetching import release_path

PATH = "/ged/ged251-csv.zip"
RELEASE = text(GED, [ged(n, where_coordinates=f"Village {n * 7919 % 997}") for n in range(3000)])


def zipped(members, level=1):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


GOOD = zipped({"GEDEvent_v25_1.csv": RELEASE})


@pytest.fixture
def site():
    with serving(Site(files={PATH: GOOD})) as served:
        yield served


def fetch(site, folder, **options):
    return fetch_ged("25.1", folder, base_url=site.url, pause=0.01, **options)


def nothing_but_parts(folder):
    return [path.name for path in folder.iterdir() if not path.name.startswith(".")] == []


def test_a_release_is_fetched_recorded_and_can_be_read(site, tmp_path):
    steps = []
    fetched = fetch(site, tmp_path, progress=lambda done, of: steps.append((done, of)))
    assert fetched.path.read_bytes() == GOOD
    assert steps[-1] == (len(GOOD), len(GOOD))
    record = json.loads((tmp_path / "ged251-csv.zip.fetch.json").read_text())
    assert (record["sha256"], record["version"]) == (fetched.sha256, "25.1")
    assert record["url"] == site.url + PATH
    assert len(read_ucdp_ged(fetched.path)) == 3000
    assert not (tmp_path / ".ged251-csv.zip.part").exists()


def test_what_is_there_is_not_fetched_again(site, tmp_path):
    fetch(site, tmp_path)
    asked = len(site.asked)
    assert not fetch(site, tmp_path).anew
    assert len(site.asked) == asked
    assert fetch(site, tmp_path, again=True).anew


def test_a_changed_file_is_fetched_again(site, tmp_path):
    fetched = fetch(site, tmp_path)
    fetched.path.write_bytes(b"spoiled")
    assert fetch(site, tmp_path).anew
    assert fetched.path.read_bytes() == GOOD


def test_a_cut_connection_is_gone_on_with(site, tmp_path):
    site.cuts[PATH] = [len(GOOD) // 3, len(GOOD) // 3]
    assert fetch(site, tmp_path).path.read_bytes() == GOOD
    ranges = [headers.get("Range") for _, headers in site.asked]
    assert ranges == [None, f"bytes={len(GOOD) // 3}-", f"bytes={2 * (len(GOOD) // 3)}-"]


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(site, tmp_path):
    site.cuts[PATH] = [1000] * 5
    with pytest.raises(FetchError, match=r"gave up after 5 attempts.*5,000 bytes are kept"):
        fetch(site, tmp_path)
    assert nothing_but_parts(tmp_path)
    assert fetch(site, tmp_path).path.read_bytes() == GOOD
    assert site.asked[-1][1]["Range"] == "bytes=5000-"


def test_a_file_that_changed_in_between_is_begun_anew(site, tmp_path):
    site.cuts[PATH] = [1000] * 5
    with pytest.raises(FetchError):
        fetch(site, tmp_path)
    site.files[PATH] = zipped({"GEDEvent_v25_1.csv": RELEASE + text(GED, [ged(9999)])[len(
        ",".join(GED)) + 1:]})  # fmt: skip
    assert fetch(site, tmp_path).path.read_bytes() == site.files[PATH]


def test_a_server_without_ranges_is_begun_anew(site, tmp_path):
    site.ranges = False
    site.cuts[PATH] = [1000]
    assert fetch(site, tmp_path).path.read_bytes() == GOOD


def test_a_server_that_states_no_length(site, tmp_path):
    site.length = False
    assert fetch(site, tmp_path).path.read_bytes() == GOOD


REFUSED = {
    "a page with status 200": (b"<!doctype html><title>Sign in</title>", "is a web page"),
    "a damaged zip": (GOOD[: len(GOOD) // 2], "damaged or incomplete zip"),
    "spoiled bytes": (GOOD[:5000] + bytes(20) + GOOD[5020:], "damaged or incomplete zip"),
    "a bomb": (zipped({"GEDEvent_v25_1.csv": bytes(100 * 1024**2)}), "expands beyond"),
    "a climbing path": (zipped({"../../evil.csv": RELEASE}), "climbs out of its folder"),
    "another table": (
        zipped({"a.csv": text(ACLED_NEW, [acled(1)])}), "another producer's table: ACLED"
    ),
    "no table": (zipped({"readme.txt.pdf": "x"}), "no table"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_release_is_not_put_in_place(what, site, tmp_path):
    site.files[PATH], message = REFUSED[what]
    folder = tmp_path / "a" / "raw"
    with pytest.raises(FetchError, match=message):
        fetch(site, folder)
    assert nothing_but_parts(folder)
    assert not (folder / ".ged251-csv.zip.part").exists()
    assert [path.name for path in tmp_path.rglob("*.csv")] == []


def test_a_fetch_that_fails_leaves_the_earlier_file(site, tmp_path):
    fetch(site, tmp_path)
    site.files[PATH] = b"<html>sorry</html>"
    with pytest.raises(FetchError):
        fetch(site, tmp_path, again=True)
    assert (tmp_path / "ged251-csv.zip").read_bytes() == GOOD
    assert not fetch(site, tmp_path).anew


def test_another_host_is_not_followed(site, tmp_path):
    with serving(Site(files={PATH: GOOD})) as other:
        site.moved[PATH] = other.url + PATH
        with pytest.raises(FetchError, match=r"sends on to another host.*--base-url"):
            fetch(site, tmp_path, token="secret")
        assert other.asked == []


def test_the_same_host_is_followed(site, tmp_path):
    site.files["/new/place.zip"] = GOOD
    site.moved[PATH] = "/new/place.zip"
    assert fetch(site, tmp_path).path.name == "ged251-csv.zip"


def test_circles_end(site, tmp_path):
    site.moved[PATH] = PATH
    with pytest.raises(FetchError, match="circles"):
        fetch(site, tmp_path)


@pytest.mark.parametrize("stated", [True, False])
def test_too_large_a_file_is_not_fetched(stated, site, tmp_path):
    site.length = stated
    with pytest.raises(FetchError, match="more than the limit"):
        fetch(site, tmp_path, max_bytes=len(GOOD) - 1)
    assert not (tmp_path / ".ged251-csv.zip.part").exists()


def test_checksum_must_agree_where_it_is_given(site, tmp_path):
    with pytest.raises(FetchError, match="has the checksum"):
        fetch(site, tmp_path, sha256="0" * 64)
    assert nothing_but_parts(tmp_path)


@pytest.mark.parametrize(
    ("status", "hint"), [(401, "UCDP_TOKEN"), (404, "check the version"), (503, "Try later")]
)
def test_refusals_are_explained(status, hint, site, tmp_path):
    site.status[PATH] = status
    with pytest.raises(FetchError, match=rf"answers {status}.*{hint}"):
        fetch(site, tmp_path)


def test_no_server_at_all(tmp_path):
    with serving(Site()) as gone:
        pass
    with pytest.raises(FetchError, match="gave up after 5 attempts"):
        fetch(gone, tmp_path)


def test_token_goes_in_its_header_and_nowhere_else(site, tmp_path):
    fetch(site, tmp_path, token="secret")
    assert site.asked[0][1]["x-ucdp-access-token"] == "secret"
    assert "secret" not in (tmp_path / "ged251-csv.zip.fetch.json").read_text()
    assert all("Authorization" not in headers for _, headers in site.asked)


@pytest.mark.parametrize(
    "url", ["http://example.org", "ftp://example.org", "https://me:word@example.org", "ged251"]
)
def test_addresses_that_are_not_used(url):
    with pytest.raises(FetchError):
        check_address(url)


def test_versions():
    assert release_path("26.01.26.06") == "candidateged/GEDEvent_v26_01_26_06.csv"
    for wrong in ("", "25", "latest", "../25.1", "25.1/../../x"):
        with pytest.raises(FetchError, match="is no version"):
            release_path(wrong)


def api_site(count=2500):
    rows = [ged(n, date_start="2022-07-26T00:00:00") for n in range(count)]
    pages = {}
    for number in range(-(-count // 1000)):
        body = {"TotalCount": count, "TotalPages": -(-count // 1000),
                "Result": rows[number * 1000 : number * 1000 + 1000]}  # fmt: skip
        pages[f"/gedevents/25.1?pagesize=1000&Country=432&page={number}"] = json.dumps(
            body
        ).encode()
    return Site(pages=pages)


def api(site, folder, **options):
    options = {"token": "secret", "countries": ["Mali"], "pause": 0.01} | options
    return fetch_api("25.1", folder=folder, base_url=site.url, **options)


def test_the_api_gives_a_file_that_imports(tmp_path):
    with serving(api_site()) as site:
        path = api(site, tmp_path)
        assert len(read_ucdp_ged(path)) == 2500
        assert {headers["x-ucdp-access-token"] for _, headers in site.asked} == {"secret"}
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_the_api_goes_on_with_the_page_that_was_cut(tmp_path):
    with serving(api_site()) as site:
        last = "/gedevents/25.1?pagesize=1000&Country=432&page=2"
        content = site.pages.pop(last)
        with pytest.raises(FetchError, match="answers 404"):
            api(site, tmp_path)
        site.pages[last] = content
        asked = len(site.asked)
        api(site, tmp_path)
        assert [path for path, _ in site.asked[asked:]] == [last]


def test_the_api_must_give_what_it_promised(tmp_path):
    with serving(api_site()) as site:
        page = "/gedevents/25.1?pagesize=1000&Country=432&page=1"
        body = json.loads(site.pages[page])
        body["Result"].pop()
        site.pages[page] = json.dumps(body).encode()
        with pytest.raises(FetchError, match="2,499 events came where it promised 2,500"):
            api(site, tmp_path)
        assert list(tmp_path.iterdir()) == []


def test_the_api_needs_a_token(tmp_path):
    with pytest.raises(FetchError, match="UCDP_TOKEN"):
        fetch_api("25.1", "", folder=tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fetch", "ucdp-ged"], "Say which release"),
        (["fetch", "ucdp-ged", "--version", "x"], "is no version"),
        (["fetch", "ucdp-ged", "--version", "25.1", "--country", "Mali"], "A release comes whole"),
        (["fetch", "ucdp-ged", "--version", "25.1", "--base-url", "http://a.org"], "only https"),
    ],
)
def test_command_says_what_is_wrong(arguments, said):
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert said in result.output


@pytest.mark.parametrize("producer", ["acled", "gtd"])
def test_command_prints_the_steps_where_an_account_is_needed(producer):
    result = CliRunner().invoke(app, ["fetch", producer])
    assert result.exit_code == 0
    assert f"sahelstats import {producer}" in result.output
    assert "This is no terminal, so the file is not asked for" in result.output


@pytest.fixture
def answering(monkeypatch, tmp_path):
    """Somebody sits at the terminal and gives these answers, a line each."""
    monkeypatch.setattr("sahelstats.datasets.commands._somebody_answers", lambda: True)
    monkeypatch.setattr("sahelstats.datasets.commands.IMPORTED", tmp_path / "imported")
    return lambda *lines: CliRunner().invoke(app, ["fetch", "acled"], input="\n".join(lines) + "\n")


def test_the_exported_file_is_asked_for_and_imported(answering, tmp_path):
    file = write(tmp_path / "my export.csv", text(ACLED_NEW, [acled(1), acled(2)]))
    result = answering(str(tmp_path / "nowhere.csv"), f"'{file}'", "mali")
    assert result.exit_code == 0, result.output
    assert "There is no file" in result.output
    assert "2 read = 2 imported + 0 rejected" in " ".join(result.output.split())
    assert len(load_incidents(tmp_path / "imported" / "mali.csv")) == 2


def test_no_file_yet_is_an_answer(answering, tmp_path):
    result = answering("")
    assert result.exit_code == 0
    assert not (tmp_path / "imported").exists()


def test_a_broken_export_is_told_as_by_import(answering, tmp_path):
    file = write(tmp_path / "page.csv", "<!doctype html><title>Sign in</title>")
    result = answering(str(file), "")
    assert result.exit_code == 1
    assert "is a web page, not a table" in result.output


def test_command_fetches(site, tmp_path, monkeypatch):
    monkeypatch.setattr("sahelstats.datasets.fetching.RAW", tmp_path)
    monkeypatch.setenv("UCDP_TOKEN", "secret")
    arguments = ["fetch", "ucdp-ged", "--version", "25.1", "--base-url", site.url]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "secret" not in result.output
    assert "sahelstats import ucdp-ged" in result.output
    assert (tmp_path / "ged251-csv.zip").read_bytes() == GOOD
