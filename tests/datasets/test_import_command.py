"""``sahelstats import``: the table, its report and what was turned away."""

import hashlib
import json
import os
import stat

import pandas as pd
import pytest
from producers import ACLED_NEW, GED, acled, ged, text, write
from typer.testing import CliRunner

from sahelstats import load_incidents
from sahelstats.cli import app
from sahelstats.datasets import import_table
from sahelstats.datasets.writing import csv_blocks
from sahelstats.ranges import to_csv
from sahelstats.validation import validate

ROWS = (
    ged(1),
    ged(2, country_id=439, country="Burkina Faso", latitude="13.0", longitude="-1.5"),
    ged(3, date_start="2023-01-05", date_end="2023-01-06", low=7),
    ged(4, date_start="never"),
    ged(4, date_start="2022-08-01", date_end="2022-08-01", best="x"),
)


def run(*arguments, **options):
    return CliRunner().invoke(app, ["import", *map(str, arguments)], **options)


@pytest.fixture
def done(ged_file, tmp_path):
    """A table, its report and the rejected rows of the rows above."""
    file, out = ged_file(*ROWS), tmp_path / "out" / "mali.csv"
    result = run("ucdp-ged", file, "--out", out, "--data-version", "25.1")
    assert result.exit_code == 0, result.output
    return file, out, json.loads((out.parent / "mali.import.json").read_text()), result.output


def test_table_loads_and_validates(done):
    table = load_incidents(done[1])
    assert table["incident_id"].tolist() == ["UCDP-1", "UCDP-2", "UCDP-3"]
    assert validate(done[1]) == {"tidy": 3}
    pd.testing.assert_frame_equal(table, import_table(done[0], "ucdp-ged").table)


def test_report_accounts_for_every_row(done):
    file, _, report, output = done
    assert report["rows"] == {
        "in_file": 5, "left_out": 0, "read": 5, "imported": 3, "rejected": 2,
    }  # fmt: skip
    assert report["source"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (report["producer"], report["version"]) == ("UCDP GED", "25.1")
    assert report["rejected_because"] == {
        "date_start is not a date": 1, "best is not a number": 1,
    }  # fmt: skip
    assert report["period"] == {"first": "2022-07-26", "last": "2023-01-06"}
    assert report["countries"] == {"BFA": 1, "MLI": 2}
    assert report["quirks"]["low_above_best"]["rows"] == 1
    assert report["licence"] == "CC BY 4.0"
    assert "Sundberg" in report["citation"][0]
    assert report["mapping"]["geo_precision"].startswith("`where_prec`")
    assert "5 read = 3 imported + 2 rejected" in " ".join(output.split())


def test_rejected_rows_keep_their_cells(done):
    rejected = pd.read_csv(done[1].with_suffix(".rejected.csv"), dtype=str)
    assert rejected["row"].tolist() == ["5", "6"]
    assert rejected["reason"].tolist() == [
        "date_start 'never' is not a date", "best 'x' is not a number",
    ]  # fmt: skip
    assert rejected["side_b"].tolist() == ["JNIM", "JNIM"]


def test_no_machine_path_in_the_report(done, tmp_path):
    assert str(tmp_path) not in (done[1].with_suffix(".import.json")).read_text()


def test_a_clean_import_removes_the_old_list_of_rejected_rows(done, ged_file):
    run("ucdp-ged", ged_file(ged(1)), "--out", done[1])
    assert not done[1].with_suffix(".rejected.csv").exists()


def test_same_bytes_on_every_run(done):
    before = {path.name: path.read_bytes() for path in done[1].parent.iterdir()}
    run("ucdp-ged", done[0], "--out", done[1], "--data-version", "25.1")
    assert {path.name: path.read_bytes() for path in done[1].parent.iterdir()} == before
    assert stat.S_IMODE(done[1].stat().st_mode) == 0o666 & ~umask()


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--country", "Burkina Faso"], ["UCDP-2"]),
        (["--country", "mli", "--country", "BFA"], ["UCDP-1", "UCDP-2", "UCDP-3"]),
        (["--from", "2023-01-05"], ["UCDP-3"]),
        (["--to", "2022-12-31", "--country", "MLI"], ["UCDP-1"]),
    ],
)
def test_selection_is_counted_apart(options, ids, ged_file, tmp_path):
    out = tmp_path / "some.csv"
    assert run("ucdp-ged", ged_file(*ROWS), "--out", out, *options).exit_code == 0
    assert load_incidents(out)["incident_id"].tolist() == ids
    rows = json.loads(out.with_suffix(".import.json").read_text())["rows"]
    assert rows["in_file"] == rows["left_out"] + rows["read"] == 5
    assert rows["read"] == rows["imported"] + rows["rejected"]
    assert rows["rejected"] == 2


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("GEDEvent_v25_1.csv", "25.1"),
        ("GEDEvent_v26_0_8.csv", "26.0.8"),
        ("mali.csv", "not stated"),
    ],
)
def test_version_comes_from_the_release_where_it_says(name, version, ged_file, tmp_path):
    out = tmp_path / "out.csv"
    assert run("ucdp-ged", ged_file(ged(1), name=name), "--out", out).exit_code == 0
    assert json.loads(out.with_suffix(".import.json").read_text())["version"] == version


def test_version_of_acled_is_the_day_of_its_newest_change(tmp_path):
    file, out = tmp_path / "a.csv", tmp_path / "out.csv"
    write(file, text(ACLED_NEW, [acled(1), acled(2, timestamp="1700000000")]))
    assert run("acled", file, "--out", out).exit_code == 0
    report = json.loads(out.with_suffix(".import.json").read_text())
    assert report["version"] == "as of 2023-11-14"
    assert "no redistribution" in report["licence"]


def test_what_is_no_organised_violence_is_counted(tmp_path):
    rows = [acled(1), acled(2, event_type="Protests"), acled(3, event_type="Riots")]
    found = import_table(write(tmp_path / "a.csv", text(ACLED_NEW, rows)), "acled")
    assert (found.rows_read, len(found.table), len(found.rejected)) == (3, 1, 2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ucdp-ged", "nowhere.csv"], "there is no such file"),
        (["acled", "FILE"], "holds another producer's table"),
        (["ucdp-ged", "FILE", "--out", "x.xlsx"], "name a file that ends in .csv"),
        (["ucdp-ged", "FILE", "--out", "FILE"], "would be overwritten"),
        (["ucdp-ged", "FILE", "--country", "Atlantis"], "no such country: Atlantis"),
        (["ucdp-ged", "FILE", "--from", "yesterday"], "yesterday"),
    ],
)
def test_one_message_and_an_exit_code(arguments, said, ged_file):
    file = str(ged_file())
    result = run(*[file if part == "FILE" else part for part in arguments])
    assert result.exit_code == 1
    assert said in result.output
    assert isinstance(result.exception, SystemExit)


def test_the_projects_own_table_is_never_overwritten(ged_file):
    from sahelstats.paths import INCIDENTS

    before = INCIDENTS.read_bytes()
    result = run("ucdp-ged", ged_file(), "--out", INCIDENTS)
    assert result.exit_code == 1
    assert INCIDENTS.read_bytes() == before


def test_quick_writer_gives_the_bytes_of_the_projects_own(ged_file):
    rows = [ged(n, where_coordinates=place, adm_1="") for n, place in enumerate(
        ['a "b"', "a,b", "a\nb", " a", "é", "12", "", "-"]
    )]  # fmt: skip
    table = import_table(ged_file(*rows), "ucdp-ged").table
    assert "".join(csv_blocks(table)) == to_csv(table)
    own = load_incidents()
    assert "".join(csv_blocks(own)) == to_csv(own)


def test_quick_writer_in_several_blocks(monkeypatch, ged_file):
    monkeypatch.setattr("sahelstats.datasets.writing.BLOCK", 3)
    table = import_table(ged_file(*(ged(n) for n in range(7))), "ucdp-ged").table
    assert "".join(csv_blocks(table)) == to_csv(table)


def test_columns_that_are_not_used_are_named(ged_file):
    unused = import_table(ged_file(), "ucdp-ged").cells.unused
    assert "source_article" in unused
    assert set(unused) < set(GED)
