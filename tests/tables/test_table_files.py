"""Files that are not the table they should be: each gets a sentence, none a traceback."""

import re

import pytest

from sahelstats.tables import TableError, load_table
from sahelstats.tables.schema import ACTORS

HEADER = "actor,family,country,note\n"


@pytest.fixture
def actors(tables):
    """Return a function that writes actors.csv and returns the faults found in it."""
    return lambda content: tables.faults_at(tables.write_text("actors", content))


def only(faults):
    assert len(faults) == 1, faults
    return faults[0]


def test_a_good_file_is_clean(actors):
    assert actors(HEADER + "JNIM,jnim,,x\n") == []


def test_missing_file(tables):
    fault = only(tables.faults_at(tables.folder / "nowhere.csv"))
    assert fault.rule == "there is no such file or folder"
    assert fault.file.endswith("nowhere.csv")


def test_missing_file_when_loading(tmp_path):
    with pytest.raises(TableError, match=r"nowhere\.csv: there is no such file\. .*make data"):
        load_table(tmp_path / "nowhere.csv", ACTORS)


def test_a_folder_in_place_of_a_file(tmp_path):
    with pytest.raises(TableError, match="is a folder, not a file"):
        load_table(tmp_path, ACTORS)


def test_every_missing_file_of_a_folder_is_named(tables):
    tables.write("actors")
    faults = tables.faults_at(tables.folder)
    assert {fault.file.split("/")[-1] for fault in faults} == {
        "incidents.csv", "claims.csv", "sources.csv", "places.csv", "dropped_claims.csv",
    }  # fmt: skip
    assert {fault.rule for fault in faults} == {"there is no such file"}


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", " \r\n"])
def test_empty_file(actors, content):
    assert only(actors(content)).rule == "is empty"


def test_header_without_rows(actors):
    assert only(actors(HEADER)).rule == "has a header but no rows"


def test_windows_1252_is_recognised_with_its_row(actors):
    fault = only(actors((HEADER + "A,jnim,,x\nB,jnim,,café\n").encode("cp1252")))
    assert (fault.row, fault.value) == (3, "B,jnim,,café")
    assert fault.rule == "holds text that is not UTF-8, probably Windows-1252"
    assert fault.remedy == "Save the file as CSV UTF-8."


def test_windows_1252_deep_in_a_long_file(actors):
    rows = "".join(f"A{number},jnim,,{'x' * 90}\n" for number in range(2000))
    fault = only(actors((HEADER + rows + "B,jnim,,café\n").encode("cp1252")))
    assert fault.row == 2002


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16(actors, encoding):
    fault = only(actors((HEADER + "A,jnim,,x\n").encode(encoding)))
    named = "UTF-16" if encoding == "utf-16" else "binary"
    assert named in fault.rule
    assert "CSV, UTF-8" in fault.remedy


def test_utf_8_text_is_read_as_it_stands(tables):
    path = tables.write_text("actors", HEADER + "Groupe d'Épée,jnim,,Ménaka à côté\n")
    assert load_table(path, ACTORS).loc[0, "note"] == "Ménaka à côté"


def test_a_byte_order_mark_is_accepted(tables):
    path = tables.write_text("actors", "\ufeff" + HEADER + "A,jnim,,x\n")
    assert tables.faults_at(path) == []
    assert load_table(path, ACTORS)["actor"].tolist() == ["A"]


def test_windows_line_ends_are_accepted(tables):
    path = tables.write_text("actors", (HEADER + "A,jnim,,x\n").replace("\n", "\r\n"))
    assert tables.faults_at(path) == []
    assert load_table(path, ACTORS)["note"].tolist() == ["x"]


def test_missing_column_offers_the_nearest_name(actors):
    missing, extra = actors("actor,famly,country,note\nA,jnim,,x\n")
    assert missing.rule == "column 'family' is missing"
    assert missing.remedy == "Rename 'famly' if that is meant."
    assert extra.rule == "column 'famly' is not in the schema"


def test_missing_column_without_a_near_name(actors):
    fault = only(actors("actor,family,note\nA,jnim,x\n"))
    assert fault.rule == "column 'country' is missing"
    assert "data/README.md" in fault.remedy


def test_extra_column(actors):
    fault = only(actors("actor,family,country,note,colour\nA,jnim,,x,red\n"))
    assert fault.rule == "column 'colour' is not in the schema"


def test_duplicate_column(actors):
    fault = only(actors("actor,family,country,note,note\nA,jnim,,x,y\n"))
    assert fault.rule == "column 'note' stands there twice"


def test_a_blank_in_a_column_name(actors):
    missing, _ = actors("actor, family,country,note\nA,jnim,,x\n")
    assert missing.remedy == "Rename ' family' if that is meant."


def test_columns_in_another_order_are_read_by_name(tables):
    path = tables.write_text("actors", "note,country,family,actor\nx,MLI,jnim,A\n")
    assert load_table(path, ACTORS).columns.tolist() == ["actor", "family", "country", "note"]
    assert load_table(path, ACTORS).loc[0, "actor"] == "A"


@pytest.mark.parametrize(("mark", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator(actors, mark, word):
    fault = only(actors((HEADER + "A,jnim,,x\n").replace(",", mark)))
    assert fault.rule == f"is separated by {word}, not by commas"


@pytest.mark.parametrize("row", [2, 3])
def test_a_row_too_long(actors, row):
    rows = ["A,jnim,,x", "B,jnim,,x"]
    rows[row - 2] += ",more"
    fault = only(actors(HEADER + "\n".join(rows) + "\n"))
    assert (fault.row, fault.rule) == (row, "has 5 cells where the header has 4")
    assert "comma" in fault.remedy


@pytest.mark.parametrize("row", [2, 3])
def test_a_row_too_short(actors, row):
    rows = ["A,jnim,,x", "B,jnim,,x"]
    rows[row - 2] = "C,jnim"
    fault = only(actors(HEADER + "\n".join(rows) + "\n"))
    assert (fault.row, fault.rule) == (row, "has 2 cells where the header has 4")
    assert fault.remedy == "Add the missing commas."


def test_a_blank_line(actors):
    fault = only(actors(HEADER + "A,jnim,,x\n\nB,jnim,,x\n"))
    assert (fault.row, fault.rule) == (3, "is a blank line")


def test_every_row_of_a_wrong_length_is_named(actors):
    faults = actors(HEADER + "A,jnim\nB,jnim,,x\nC,jnim,,x,y,z\n\n")
    assert [fault.row for fault in faults] == [2, 4, 5]


def test_a_line_break_in_a_cell_counts_as_one_row(actors):
    fault = only(actors(HEADER + 'A,jnim,,"one\ntwo"\nB,wrong,,x\n'))
    assert (fault.row, fault.column) == (3, "family")


def test_a_quotation_mark_that_never_closes(actors):
    fault = only(actors(HEADER + 'A,jnim,,x\nB,jnim,,"x\nC,jnim,,x\n'))
    assert (fault.row, fault.rule) == (3, "opens a quotation mark that never closes")


def test_a_quotation_mark_that_closes_in_another_row(actors):
    fault = only(actors(HEADER + 'A,jnim,,"x\nB,jnim,,"x"\nC,jnim,,x\n'))
    assert (fault.row, fault.rule) == (2, "has text behind a closing quotation mark")


def test_a_workbook_renamed_to_csv(actors):
    fault = only(actors(b"PK\x03\x04\x14\x00\x06\x00workbook"))
    assert fault.rule == "is a workbook or zip archive, not a CSV file"


def test_a_nul_byte_near_the_start(actors):
    assert only(actors(HEADER + "A,jnim,,x\0y\n")).rule == "is a binary file, not a CSV file"


def test_a_nul_byte_deep_in_a_long_file(actors):
    rows = "".join(f"A{number},jnim,,{'x' * 90}\n" for number in range(2000))
    fault = only(actors(HEADER + rows + "B,jnim,,x\0y\n"))
    assert (fault.row, fault.column) == (2002, "note")
    assert fault.rule.startswith("holds a NUL character")


def test_a_long_cell_is_named(actors):
    fault = only(actors(HEADER + f"A,jnim,,{'x' * 10_001}\n"))
    assert (fault.row, fault.column) == (2, "note")
    assert fault.rule == "holds 10,001 characters, more than 10,000"
    assert actors(HEADER + f"A,jnim,,{'x' * 10_000}\n") == []


@pytest.mark.parametrize("row", ["A,jnim,,{}\n", 'A,jnim,,"{}"\n'])
def test_a_giant_cell(actors, row):
    fault = only(actors(HEADER + row.format("x" * 5_000_000)))
    assert fault.row == 2
    # The limit of the csv module belongs to the process: others may have raised it.
    assert re.match(r"holds (a cell of more than 131,072|5,000,000) characters", fault.rule)
    assert len(str(fault)) < 400


def test_a_file_without_line_ends(actors):
    fault = only(actors("x" * 3_000_000))
    assert fault.rule == "has no line end in its first 100,000 bytes, so it is no table"


def test_a_header_with_far_too_many_columns(actors):
    fault = only(actors("x," * 40_000 + "x\nA\n"))
    assert fault.rule == "has 40,001 columns where the schema has 4"


def test_a_long_column_name_is_cut(actors):
    faults = actors("actor,family,country," + "x" * 5_000 + "\nA,jnim,,\n")
    assert [fault.rule[:30] for fault in faults][1].startswith("column 'xxx")
    assert all(len(str(fault)) < 400 for fault in faults)
