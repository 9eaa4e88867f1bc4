"""Every layout is told by its header; spreadsheets' copies are read where that is unambiguous."""

import gzip
import zipfile

import openpyxl
import pandas as pd
import pytest
from producers import ACLED_NEW, ACLED_OLD, GED, GTD, HDX, WEB, acled, ged, gtd, text, web, write

from sahelstats.datasets import import_table, read_acled, read_gtd, read_ucdp_ged
from sahelstats.datasets.reading import read_cells
from sahelstats.tables import TableError

HXL = dict.fromkeys(HDX, "") | {"id": "#id+code", "year": "#date+year", "best": "#affected+killed"}


def plain_table(tmp_path):
    return read_ucdp_ged(write(tmp_path / "plain.csv", text(GED, [ged(1), ged(2)])))


FORMS = {
    "release": (text(GED, [ged(1), ged(2)]), "UCDP GED release or candidate file"),
    "points": (
        text(GED, [{k: f"{v}.0" if v.isdigit() else v for k, v in ged(n).items()} for n in (1, 2)]),
        "UCDP GED release or candidate file",
    ),
    "web": (text(WEB, [web(1), web(2)], trailing=True), "UCDP web export of a country"),
    "hdx": (
        text(HDX, [HXL, *(ged(n) | {"iso3": "MLI", "start_year": "2022"} for n in (1, 2))]),
        "UCDP GED as HDX hands it out",
    ),
    "windows ends": (text(GED, [ged(1), ged(2)], end="\r\n"), "UCDP GED release or candidate file"),
    "mark": ("\ufeff" + text(GED, [ged(1), ged(2)]), "UCDP GED release or candidate file"),
    "semicolons": (text(GED, [ged(1), ged(2)], ";"), "UCDP GED release or candidate file"),
    "tabs": (text(GED, [ged(1), ged(2)], "\t"), "UCDP GED release or candidate file"),
    "separator said": (
        "sep=;\r\n" + text(GED, [ged(1), ged(2)], ";"), "UCDP GED release or candidate file"
    ),
    "windows-1252": (
        text(GED, [ged(1), ged(2)]).encode("cp1252"), "UCDP GED release or candidate file"
    ),
    "decimal comma": (
        text(GED, [ged(n, latitude="13,4317", longitude="-6,2157") for n in (1, 2)], ";"),
        "UCDP GED release or candidate file",
    ),
    "day first": (
        text(
            GED,
            [ged(n, date_start="26/07/2022", date_end="26/07/2022 00:00") for n in (1, 2)], ";",
        ),
        "UCDP GED release or candidate file",
    ),
    "upper case": (
        text([name.upper() for name in GED],
             [{k.upper(): v for k, v in ged(n).items()} for n in (1, 2)]),
        "UCDP GED release or candidate file",
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_ged_gives_the_same_table(form, tmp_path):
    content, layout = FORMS[form]
    path = write(tmp_path / "a file.dat", content)
    assert read_cells(path).layout.name == layout
    pd.testing.assert_frame_equal(read_ucdp_ged(path), plain_table(tmp_path))


SAID = {
    "web": "Every row ends in a separator.",
    "hdx": "Row 2 holds HXL tags; it is no record.",
    "mark": "Begins with a byte-order mark.",
    "semicolons": "Separated by semicolons.",
    "windows-1252": "Read as Windows-1252: its text is not UTF-8.",
    "decimal comma": "Numbers are written with a decimal comma.",
    "day first": "Dates are read as day first.",
}


@pytest.mark.parametrize("form", SAID)
def test_what_a_spreadsheet_did_is_said(form, tmp_path):
    path = write(tmp_path / "copy.csv", FORMS[form][0])
    assert SAID[form] in import_table(path, "ucdp-ged").cells.notes


def test_an_untouched_release_has_nothing_to_say(ged_file):
    assert import_table(ged_file(), "ucdp-ged").cells.notes == []


def test_all_that_a_spreadsheet_does_at_once(tmp_path):
    rows = [
        web(n, date_start="26/07/2022 00:00", date_end="26/07/2022 00:00", latitude="13,4317",
            longitude="-6,2157")
        for n in (1, 2)
    ]  # fmt: skip
    content = b"\xef\xbb\xbf" + text(WEB, rows, ";", "\r\n", trailing=True).encode()
    found = import_table(write(tmp_path / "mangled.csv", content), "ucdp-ged")
    pd.testing.assert_frame_equal(found.table, plain_table(tmp_path))
    assert len(found.cells.notes) == 5


@pytest.mark.parametrize("packing", ["zip", "gzip"])
def test_packed_files(packing, tmp_path):
    content = text(GED, [ged(1), ged(2)])
    path = tmp_path / "packed.bin"
    if packing == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("folder/GEDEvent_v25_1.csv", content)
            archive.writestr("__MACOSX/._GEDEvent_v25_1.csv", "x")
            archive.writestr("readme.pdf", "x")
    else:
        path.write_bytes(gzip.compress(content.encode()))
    found = import_table(path, "ucdp-ged")
    pd.testing.assert_frame_equal(found.table, plain_table(tmp_path))
    assert f"Read from a {packing} file." in found.cells.notes


def test_candidate_file_flags_what_is_not_cleared(ged_file):
    table = read_ucdp_ged(ged_file(ged(1, code_status="Check deaths"), ged(2)))
    assert table["quirk"].fillna("").tolist() == ["not_cleared", ""]


def workbook(path, names, rows):
    book = openpyxl.Workbook()
    book.active.title = "notes"
    book.active.append(["this sheet is about the data"])
    sheet = book.create_sheet("data")
    sheet.append(names)
    for row in rows:
        sheet.append([row.get(name) for name in names])
    book.save(path)
    return path


def test_workbook_with_numbers_and_dates_of_its_own(tmp_path):
    rows = []
    for number in (1, 2):
        row = dict(ged(number))
        for name in ("id", "best", "latitude", "longitude"):
            row[name] = float(row[name])
        row["date_start"] = row["date_end"] = pd.Timestamp("2022-07-26").to_pydatetime()
        rows.append(row)
    path = workbook(tmp_path / "ged.xlsx", GED, rows)
    pd.testing.assert_frame_equal(read_ucdp_ged(path), plain_table(tmp_path))


def test_gtd_as_csv_and_as_workbook(tmp_path):
    by_text = read_gtd(write(tmp_path / "gtd.csv", text(GTD, [gtd(1), gtd(2)])))
    rows = [gtd(n) | {"eventid": 201912100000 + n, "nkill": 10.0} for n in (1, 2)]
    pd.testing.assert_frame_equal(read_gtd(workbook(tmp_path / "gtd.xlsx", GTD, rows)), by_text)


def test_old_and_current_acled_give_the_same_table(tmp_path):
    old = acled(1, inter1="1", inter2="2", event_type="Battles")
    tags = {"event_id_cnty": "#event+code", "fatalities": "#affected+killed", "iso": "#country"}
    older = read_acled(write(tmp_path / "old.csv", text(ACLED_OLD, [tags, old])))
    current = read_acled(write(tmp_path / "new.csv", text(ACLED_NEW, [acled(1)])))
    pd.testing.assert_frame_equal(older, current)


def test_acled_dates_in_words(tmp_path):
    path = write(tmp_path / "a.csv", text(ACLED_NEW, [acled(1, event_date="11 June 2022")]))
    assert read_acled(path)["date_start"].iat[0] == pd.Timestamp("2022-06-11")


def test_web_export_without_a_day_over_twelve_is_month_first(tmp_path):
    rows = [web(1, date_start="07/06/2022 00:00:00", date_end="07/06/2022 00:00:00")]
    path = write(tmp_path / "web.csv", text(WEB, rows, trailing=True))
    assert read_ucdp_ged(path)["date_start"].iat[0] == pd.Timestamp("2022-07-06")


def test_a_copy_of_it_asks_and_takes_an_answer(tmp_path):
    rows = [web(1, date_start="07/06/2022", date_end="07/06/2022")]
    path = write(tmp_path / "web.csv", text(WEB, rows, ";"))
    with pytest.raises(TableError, match=r"days cannot be told from months.*--dates dmy"):
        read_ucdp_ged(path)
    table = import_table(path, "ucdp-ged", dates="dmy").table
    assert table["date_start"].iat[0] == pd.Timestamp("2022-06-07")
