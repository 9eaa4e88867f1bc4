"""One error that lists every fault: where, what was found, which rule, what to do."""

import pytest

from sahelstats import validate
from sahelstats.tables import TableError, load_claims


@pytest.fixture
def spoilt(tables):
    """Return tables with five faults in three files."""
    tables.rows["incidents"][0]["date_end"] = "2022-07-21"
    tables.rows["incidents"][1]["country"] = "ZZZ"
    tables.rows["claims"][0]["best"] = "one"
    tables.rows["claims"][1]["claimant"] = "Agence"
    tables.rows["sources"][0]["weight"] = "2"
    tables.faults()
    return tables


def test_every_fault_is_in_the_one_error(spoilt):
    faults = spoilt.faults()
    assert sorted(spoilt.places(faults)) == [
        ("claims.csv", 2, "best"),
        ("claims.csv", 3, "claimant"),
        ("incidents.csv", 2, "date_end"),
        ("incidents.csv", 3, "country"),
        ("sources.csv", 2, "weight"),
    ]
    assert all(fault.value and fault.rule and fault.remedy for fault in faults)


def test_the_message_has_a_line_for_each(spoilt):
    with pytest.raises(TableError) as caught:
        validate(spoilt.folder)
    first, *lines = str(caught.value).splitlines()
    assert first.startswith("5 faults in ")
    assert len(lines) == 5
    where = spoilt.path("incidents").as_posix()
    assert (
        f"  {where}, row 2, column date_end: is before date_start (found '2022-07-21')."
        " Swap or correct the two dates."
    ) in lines


def test_faults_are_in_the_order_of_the_file(tables):
    tables.rows["incidents"][1] |= {"place": "", "date_start": "x"}
    tables.rows["incidents"][0] |= {"review": "no", "admin1": " Kati"}
    found = [(fault.row, fault.column) for fault in tables.faults_of("incidents")]
    assert found == [(2, "admin1"), (2, "review"), (3, "date_start"), (3, "place")]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tables):
    tables.rows["actors"] = [{"actor": f"A{row}", "family": "jnim"} for row in range(2, 120)]
    tables.rows["actors"][98]["family"] = "jnimm"
    (fault,) = tables.faults_of("actors")
    assert fault.row == 100
    assert tables.rows["actors"][98]["actor"] == "A100"


def test_a_long_list_is_cut_in_the_message_but_not_in_the_faults(tables):
    tables.rows["actors"] = [{"actor": f"A{row}", "family": "x"} for row in range(60)]
    with pytest.raises(TableError) as caught:
        validate(tables.write("actors"))
    assert len(caught.value.faults) == 60
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("60 faults in ")
    assert len(lines[1:-1]) == 40
    assert lines[-1] == "  ... and 20 more: run `sahelstats validate`"


def test_loading_raises_the_same_error(spoilt):
    with pytest.raises(TableError, match="row 2, column best: is not an integer"):
        load_claims(spoilt.path("claims"))


def test_a_file_is_told_by_its_columns_not_by_its_name(tables):
    tables.rows["claims"][1]["qualifier"] = "roughly"
    path = tables.write("claims").rename(tables.folder / "mine.csv")
    assert tables.places(tables.faults_at(path)) == [("mine.csv", 3, "qualifier")]
