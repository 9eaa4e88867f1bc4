"""What spreadsheets and hands do to a file: read and said, or one error, and never read wrongly."""

import io
import re

import pytest
from producers import ACLED_NEW, GED, GTD, acled, ged, gtd, text, write

from sahelstats.datasets import import_table
from sahelstats.datasets.report import print_summary, report_of
from sahelstats.tables import TableError


def rows(make, count=6, **changes):
    """Some records that differ in their ids alone."""
    return [make(number, **changes) for number in range(1, count + 1)]


SWAPPED = {"latitude": "-6.2157", "longitude": "13.4317"}

#: What is wrong -> producer, content, and what must be said.
REFUSED = {
    "swapped coordinates": (
        "ucdp-ged", text(GED, rows(ged, **SWAPPED)),
        "latitude and longitude are swapped in 6 of its rows (found 'latitude -6.2157,",
    ),
    "decimal commas unquoted among commas": (
        "ucdp-ged", text(GED, rows(ged)).replace("13.431700,-6.215700", "13,431700,-6,215700"),
        "has more cells than the header: an unquoted separator",
    ),
    "rounded ids": (
        "ucdp-ged", text(GED, [ged(1, id="1.23E+05"), ged(2, id="1.24E+05")]),
        "Row 2: id '1.23E+05' is rounded by a spreadsheet and no id",
    ),
    "day numbers": (
        "acled", text(ACLED_NEW, rows(acled, event_date="44723")),
        "event_date '44723' is not a date",
    ),
    "years of two digits": (
        "acled", text(ACLED_NEW, rows(acled, event_date="25/06/22")), "'25/06/22' is not a date"
    ),
    "points for thousands": (
        "ucdp-ged",
        text(GED, rows(ged, latitude="13,4", longitude="-6,2", best="1.000", high="2.000"), ";"),
        "best '1.000' is not a number; high '2.000' is not a number",
    ),
    "a title above the header": (
        "ucdp-ged", "Events of Mali\n\n" + text(GED, rows(ged)), "has a header of one column"
    ),
    "every line in quotation marks": (
        "ucdp-ged",
        "\n".join(
            '"' + line.replace('"', '""') + '"'
            for line in text(GED, rows(ged, source_article="x")).splitlines()
        ),
        "has a header of one column",
    ),
    "line ends of old machines": (
        "ucdp-ged", text(GED, rows(ged, source_article="x")).replace("\n", "\r"),
        "has a header of one column",
    ),
    "a table of an error": (
        "acled", "error,message\n401,Unauthorized\n", "has a header of no known layout"
    ),
    "coordinates without their point": (
        "ucdp-ged", text(GED, rows(ged, latitude="13431700", longitude="-6215700")),
        "latitude '13431700' lies beyond the poles",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_one_clear_error(what, tmp_path):
    producer, content, message = REFUSED[what]
    with pytest.raises(TableError) as error:
        import_table(write(tmp_path / "a.csv", content), producer)
    assert message in str(error.value)
    assert len(error.value.faults) == 1


#: What is wrong with one record after the six good ones -> producer, record, reason.
TURNED_AWAY = {
    "year of a spreadsheet's zero": (
        "ucdp-ged", ged(9, date_start="1899-12-30", date_end="1899-12-30"),
        "the date is before 1900",
    ),
    "thousands with a comma": ("ucdp-ged", ged(9, best="1,234"), "best '1,234' is not a number"),
    "thousands with a blank": (
        "acled", acled(9, fatalities="1 234"), "fatalities '1 234' is not a number"
    ),
    "degrees and minutes": (
        "ucdp-ged", ged(9, latitude="13°25'"), 'latitude "13°25\'" is not a number'
    ),
    "longitudes to 360": (
        "ucdp-ged", ged(9, longitude="353.78"), "longitude '353.78' lies beyond 180 degrees"
    ),
    "error of a spreadsheet": ("ucdp-ged", ged(9, best="#REF!"), "best '#REF!' is not a number"),
    "too narrow a column": (
        "ucdp-ged", ged(9, date_start="########"), "date_start '########' is not a date"
    ),
    "month of another language": (
        "acled", acled(9, event_date="3 marraskuuta 2022"), "is not a date"
    ),
    "month that only begins so": ("acled", acled(9, event_date="3 marras 2022"), "is not a date"),
    "no number": ("acled", acled(9, fatalities="nan"), "fatalities 'nan' is not a number"),
    "sum below the table": ("ucdp-ged", {"id": "Total", "best": "30"}, "id 'Total' is not a"),
    "sum below GTD": ("gtd", {"eventid": "Total", "nkill": "30"}, "eventid 'Total' is not the"),
    "header again": ("acled", {name: name for name in ACLED_NEW}, "the row repeats the header"),
    "header of GED again": ("ucdp-ged", {name: name for name in GED}, "the row repeats the header"),
    "nothing": ("ucdp-ged", {}, "the row is empty"),
    "nothing of GTD": ("gtd", {}, "the row is empty"),
}  # fmt: skip
KINDS = {"ucdp-ged": (GED, ged), "acled": (ACLED_NEW, acled), "gtd": (GTD, gtd)}


@pytest.mark.parametrize("what", TURNED_AWAY)
def test_the_one_record_is_turned_away(what, tmp_path):
    producer, record, reason = TURNED_AWAY[what]
    names, make = KINDS[producer]
    content = text(names, [*rows(make), record, make(8)])
    found = import_table(write(tmp_path / "a.csv", content), producer)
    assert len(found.table) == 7
    assert found.rejected["row"].tolist() == [8]
    assert reason in found.rejected["reason"].iat[0]
    if reason.startswith("the row"):
        assert found.rejected["reason"].iat[0] == reason


def test_blank_lines_are_counted_so_that_rows_keep_their_numbers(tmp_path):
    lines = text(ACLED_NEW, [*rows(acled, 4), acled(9, fatalities="x")]).splitlines()
    content = "\n".join([*lines[:3], "", "", *lines[3:]]) + "\n\n\n"
    found = import_table(write(tmp_path / "a.csv", content), "acled")
    assert found.rejected["row"].tolist() == [4, 5, 8]
    assert found.rejected["reason"].tolist()[:2] == ["the row is empty"] * 2
    assert len(found.table) == 4


@pytest.mark.parametrize("before", ["", "\n", "\n \n", "sep=,\n", "sep=,\n\n"])
def test_blank_lines_around_the_table_are_no_records(before, tmp_path):
    content = before + text(GED, rows(ged)) + "\n\n"
    found = import_table(write(tmp_path / "a.csv", content), "ucdp-ged")
    assert (len(found.table), len(found.rejected)) == (6, 0)
    assert found.cells.notes == ["Ends in rows without anything in them: 2."]


def test_rows_of_separators_below_the_table_are_said_and_no_records(tmp_path):
    content = text(GED, rows(ged)) + ("," * (len(GED) - 1) + "\n") * 300
    found = import_table(write(tmp_path / "a.csv", content), "ucdp-ged")
    assert (len(found.table), len(found.rejected)) == (6, 0)
    assert found.cells.notes == ["Ends in rows without anything in them: 300."]


def test_one_point_the_other_way_round_is_flagged(tmp_path):
    found = import_table(
        write(tmp_path / "a.csv", text(GED, [*rows(ged), ged(9, **SWAPPED)])), "ucdp-ged"
    )
    assert found.table["quirk"].dropna().tolist() == ["outside_country"]


def test_two_sheets_with_tables(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "Mali"
    for sheet, number in ((book.active, 1), (book.create_sheet("Niger"), 2)):
        sheet.append(GTD)
        sheet.append([gtd(number).get(name) for name in GTD])
    book.create_sheet("Remarks").append(["what this is"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(
        TableError, match=r"2 sheets that hold such a table \(found 'Mali, Niger'\)"
    ):
        import_table(tmp_path / "a.xlsx", "gtd")
    del book["Niger"]
    # Two rows without a value come between, and the number of the next is that of the sheet.
    for column, name in enumerate(GTD, start=1):
        book["Mali"].cell(5, column, gtd(3, nkill="x").get(name))
    book["Mali"].cell(9, 1, " ").value = None
    book.save(tmp_path / "b.xlsx")
    found = import_table(tmp_path / "b.xlsx", "gtd")
    assert (found.rows_in_file, len(found.table)) == (4, 1)
    assert found.rejected["row"].tolist() == [3, 4, 5]


def test_groups_joined_by_and_or_are_not_made_one(tmp_path):
    both = "Islamic State Sahel Province (ISSP) and/or JNIM: Group for Support of Islam and Muslims"
    lake = "Islamic State West Africa Province (ISWAP) and/or Boko Haram - Jamatu Ahli"
    made = [acled(1, actor2=both), acled(2, actor2=lake)]
    found = import_table(write(tmp_path / "a.csv", text(ACLED_NEW, made)), "acled").table
    assert found["actor"].tolist() == [both, lake]
    assert found["actor_family"].tolist() == ["unidentified", "boko_haram"]
    assert found["attribution"].tolist() == ["unknown", "side"]


def test_the_summary_gives_no_bounds_where_there_are_none(tmp_path):
    from rich.console import Console

    found = import_table(write(tmp_path / "a.csv", text(ACLED_NEW, rows(acled))), "acled")
    report = report_of(found, "1", "0" * 64)
    figures = report["figures"]["killed, incl_attackers"]
    assert figures == {"rows": 6, "low": None, "best": 42, "high": None}
    console = Console(width=200, record=True, file=io.StringIO())
    print_summary(report, "a.csv", console)
    said = re.sub(" +", " ", console.export_text())
    assert "killed, incl_attackers 42 (no ranges), 6 rows" in said
    assert "killed, excl_attackers no figure" in said
