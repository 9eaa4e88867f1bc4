"""Files that cannot be used: one clear error each, and never a traceback of another kind."""

import gzip
import re
import zipfile

import pytest
from producers import ACLED_NEW, GED, GTD, WEB, acled, ged, gtd, text, web, write

from sahelstats.datasets import import_table
from sahelstats.tables import TableError

GOOD = text(GED, [ged(1), ged(2)])
LACKING = [name for name in GED if name not in ("low", "where_prec")]
RENAMED = ["date_strat" if name == "date_start" else name for name in GED]


def zipped(path, members, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def cut_zip(path):
    zipped(path, {"ged.csv": text(GED, [ged(n) for n in range(500)])})
    data = path.read_bytes()
    return write(path, data[:2000] + bytes(50) + data[2050:])


#: What is wrong -> how the file is made, and what must be said.
BROKEN = {
    "missing": (lambda p: p, "there is no such file"),
    "folder": (lambda p: p.mkdir() or p, "is a folder, not a file"),
    "empty": (lambda p: write(p, ""), "is empty"),
    "blank": (lambda p: write(p, " \n\n"), "is empty"),
    "header only": (lambda p: write(p, GOOD.split("\n", 1)[0] + "\n"), "a header but no rows"),
    "page": (lambda p: write(p, "<!DOCTYPE html><html>Sign in"), "is a web page, not a table"),
    "json": (lambda p: write(p, '{"Result": []}'), "is JSON, not a table"),
    "pdf": (lambda p: write(p, "%PDF-1.7 codebook"), "is a PDF document"),
    "xls": (lambda p: write(p, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)), "old kind"),
    "utf-16": (lambda p: write(p, GOOD.encode("utf-16")), "is UTF-16 text"),
    "binary": (lambda p: write(p, b"id,best\x00\x01"), "is a binary file"),
    "one column": (lambda p: write(p, "id best low high\n1 2 3 4\n"), "a header of one column"),
    "unknown": (lambda p: write(p, "a,b,c\n1,2,3\n"), "no known layout"),
    "lacking": (
        lambda p: write(p, text(LACKING, [ged(1)])),
        r"Nearest: UCDP GED release or candidate file; missing there: where_prec, low\.",
    ),
    "renamed": (
        lambda p: write(p, text(RENAMED, [ged(1)])),
        r"missing there: date_start \(is it 'date_strat'\?\)",
    ),
    "other producer": (
        lambda p: write(p, text(ACLED_NEW, [acled(1)])),
        "holds another producer's table: ACLED current export. Use `sahelstats import acled`",
    ),
    "twice": (
        lambda p: write(p, text([*GED, "best"], [ged(1)])), "column 'best' stands there twice"
    ),
    "open quote": (
        lambda p: write(p, GOOD + '3,"opens and\nnever,closes\n'), "row 4: opens a quotation mark"
    ),
    "mixed encodings": (
        lambda p: write(p, GOOD.encode() + text(GED, [ged(3)]).split("\n", 1)[1].encode("cp1252")),
        "mixes UTF-8",
    ),
    "mixed decimals": (
        lambda p: write(p, text(GED, [ged(1), ged(2, latitude="13,4")], ";")),
        "mixes decimal commas and decimal points in the coordinates (found '13,4 and 13.431700')",
    ),
    "mixed dates": (
        lambda p: write(
            p, text(WEB, [web(1, date_start="26/07/2022"), web(2, date_start="07/26/2022")], ";")
        ),
        "dates mix day first and month first",
    ),
    "extra cells": (
        lambda p: write(
            p, text(GED, [ged(n, gwnob=9) for n in (1, 2)]).replace(" of Mali", ", of Mali")
        ),
        "none of its 2 rows can be used. Row 2: has more cells than the header",
    ),
    "nothing usable": (
        lambda p: write(p, text(GED, [ged(1, country="Atlantis", country_id="9999")])),
        r"none of its 1 rows can be used. Row 2: country 'Atlantis' is no country",
    ),
    "cut zip": (cut_zip, "is a damaged or incomplete zip"),
    "cut gzip": (
        lambda p: write(p, gzip.compress(GOOD.encode() * 50)[:-30]), "damaged or incomplete gzip"
    ),
    "no table": (lambda p: zipped(p, {"codebook.pdf": "x"}), "is a zip with no table"),
    "two tables": (lambda p: zipped(p, {"a.csv": GOOD, "b.csv": GOOD}), "is a zip with 2 tables"),
    "climbing": (
        lambda p: zipped(p, {"../../ged.csv": GOOD}), "a path that climbs out of its folder"
    ),
    "climbing backwards": (
        lambda p: zipped(p, {"..\\ged.csv": GOOD}), "a path that climbs out of its folder"
    ),
    "absolute": (lambda p: zipped(p, {"/absolute/ged.csv": GOOD}), "climbs out of its folder"),
    "bomb": (
        lambda p: zipped(p, {"ged.csv": bytes(100 * 1024**2)}), "expands beyond what a table can be"
    ),
    "gzip bomb": (
        lambda p: write(p, gzip.compress(GOOD.encode() + b"3," + b"x" * 100 * 1024**2)),
        "expands beyond what a table can be",
    ),
    "no workbook": (
        lambda p: zipped(p, {"xl/workbook.xml": "<broken"}), "is a damaged or incomplete"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_broken_file(what, tmp_path):
    make, message = BROKEN[what]
    path = make(tmp_path / "broken.csv")
    with pytest.raises(TableError) as error:
        import_table(path, "ucdp-ged")
    text_of = str(error.value)
    assert re.search(message, text_of) or message in text_of


def test_unknown_layout_names_what_was_found(tmp_path):
    path = write(tmp_path / "a.csv", "first,second,third\n1,2,3\n")
    with pytest.raises(TableError, match=r"found 'first, second, third'"):
        import_table(path, "gtd")


#: Producer, what is changed in the second of two rows -> why it is turned away.
REJECTED = {
    ("ucdp-ged", "id", ""): "id is empty: the row may be cut short",
    ("ucdp-ged", "id", "1"): "UCDP-1 stands there before",
    ("ucdp-ged", "date_start", "soon"): "date_start 'soon' is not a date",
    ("ucdp-ged", "date_start", ""): "date_start is empty",
    ("ucdp-ged", "date_start", "2022-02-31"): "date_start '2022-02-31' is not a date",
    ("ucdp-ged", "date_end", "2022-07-01"): "the last day is before the first",
    ("ucdp-ged", "date_end", "2922-07-26"): "the date lies in the future",
    ("ucdp-ged", "best", "many"): "best 'many' is not a number",
    ("ucdp-ged", "best", "-1"): "best '-1' is negative",
    ("ucdp-ged", "best", "9" * 25): "is too large to be a count",
    ("gtd", "nkill", "9" * 25): "is too large to be a count",
    ("ucdp-ged", "high", "2.5"): "high '2.5' is not a whole number",
    ("ucdp-ged", "low", ""): "low is empty: the row may be cut short",
    ("ucdp-ged", "type_of_violence", "4"): "type_of_violence '4' is none of 1, 2, 3",
    ("ucdp-ged", "where_prec", "9"): "where_prec '9' is none of 1, 2, 3, 4, 5, 6, 7",
    ("ucdp-ged", "latitude", "95"): "latitude '95' lies beyond the poles",
    ("ucdp-ged", "latitude", "Kati"): "latitude 'Kati' is not a number",
    ("ucdp-ged", "longitude", ""): "one coordinate stands without the other",
    ("acled", "event_id_cnty", ""): "event_id_cnty is empty: the row may be cut short",
    ("acled", "event_type", "Protests"): "event_type 'Protests' is no organised violence",
    ("acled", "inter1", "Aliens"): "inter1 'Aliens' is no kind of actor",
    ("acled", "fatalities", ""): "fatalities is empty: the row may be cut short",
    ("acled", "geo_precision", "4"): "geo_precision '4' is none of 1, 2, 3",
    ("gtd", "eventid", "2,01912E+11"): "eventid '2,01912E+11' is not the twelve digits of an id",
    ("gtd", "imonth", "13"): "imonth '13' is no month",
    ("gtd", "iday", "31"): None,
    ("gtd", "country_txt", "International"): "country_txt 'International' is no country",
    ("gtd", "nkill", "-5"): "nkill '-5' is negative",
}
MAKERS = {"ucdp-ged": (GED, ged), "acled": (ACLED_NEW, acled), "gtd": (GTD, gtd)}


@pytest.mark.parametrize(("producer", "column", "value"), REJECTED)
def test_a_row_that_cannot_be_used_is_listed_with_its_reason(producer, column, value, tmp_path):
    names, make = MAKERS[producer]
    path = write(tmp_path / "a.csv", text(names, [make(1), make(2, **{column: value})]))
    found = import_table(path, producer)
    reason = REJECTED[producer, column, value]
    assert found.rows_in_file == len(found.table) + len(found.rejected) == 2
    if reason is None:
        assert found.rejected.empty
        return
    assert found.rejected["row"].tolist() == [3]
    assert reason in found.rejected["reason"].iat[0]


def test_all_reasons_of_a_row_are_listed(ged_file):
    found = import_table(ged_file(ged(1), ged(2, best="x", where_prec="0")), "ucdp-ged")
    assert found.rejected["reason"].iat[0].count(";") == 1


def test_a_row_cut_short_is_rejected(tmp_path):
    path = write(tmp_path / "a.csv", GOOD.rstrip("\n").rsplit(",", 4)[0] + "\n")
    found = import_table(path, "ucdp-ged")
    assert len(found.table) == 1
    assert "high is empty: the row may be cut short" in found.rejected["reason"].iat[0]


def test_reading_warns_of_rows_left_behind(ged_file):
    from sahelstats.datasets import read_ucdp_ged

    with pytest.warns(UserWarning, match="1 of 2 rows were not imported; first: row 3, best 'x'"):
        read_ucdp_ged(ged_file(ged(1), ged(2, best="x")))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"countries": ["Atlantis"]}, "no such country: Atlantis"),
        ({"first": "2023-01-01", "last": "2022-01-01"}, "is after"),
        ({"countries": ["Togo"]}, "no row lies in the countries and days asked for"),
    ],
)
def test_options_that_cannot_be_met(options, message, ged_file):
    with pytest.raises(ValueError, match=message):
        import_table(ged_file(), "ucdp-ged", **options)


def test_a_twin_of_a_row_that_cannot_be_used_is_kept(ged_file):
    found = import_table(ged_file(ged(1, best="x"), ged(1), ged(1)), "ucdp-ged")
    assert found.rejected["row"].tolist() == [2, 4]
    assert found.table["incident_id"].tolist() == ["UCDP-1"]


def test_a_row_with_a_separator_too_many_is_rejected_alone(tmp_path):
    content = text(WEB, [web(1), web(2, side_a="Government @ Mali"), web(3)], trailing=True)
    found = import_table(write(tmp_path / "a.csv", content.replace(" @ ", ", ")), "ucdp-ged")
    assert found.rejected["row"].tolist() == [3]
    assert found.rejected["reason"].iat[0].startswith("has more cells than the header")
    assert found.table["incident_id"].tolist() == ["UCDP-1", "UCDP-3"]


def test_one_long_row_of_a_release_is_rejected_alone(tmp_path):
    rows = [ged(1), ged(2, side_a="Government @ Mali"), *(ged(n) for n in range(3, 9))]
    content = text(GED, rows).replace(" @ ", ", ")
    found = import_table(write(tmp_path / "a.csv", content), "ucdp-ged")
    assert found.rejected["row"].tolist() == [3]
    assert found.cells.notes == []


@pytest.mark.parametrize(
    "content", [",,,\n1,2,3,4\n", ";", '""', "\n\n\n,\n", "\ufeff", "#id,#x\n"]
)
def test_headers_of_nothing(content, tmp_path):
    with pytest.raises(TableError):
        import_table(write(tmp_path / "a.csv", content), "ucdp-ged")


def test_a_single_comma_among_points_is_a_broken_cell(ged_file):
    rows = [ged(n, latitude="13,4" if n == 7 else "13.4") for n in range(1, 41)]
    found = import_table(ged_file(*rows), "ucdp-ged")
    assert found.rejected["reason"].tolist() == ["latitude '13,4' is not a number"]
    assert not found.cells.decimal_comma
