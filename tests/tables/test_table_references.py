"""What one table says of another: every name must be there, and nobody reports the future."""

import pytest


def test_the_clean_folder_is_clean(tables):
    assert tables.faults() == []


@pytest.mark.parametrize(
    ("table", "column", "value", "target"),
    [
        ("claims", "claimant", "Afp", "sources.csv"),
        ("incidents", "actors", "ISGS", "actors.csv"),
        ("dropped_claims", "incident_id", "MLI-20240918-bamako", "incidents.csv"),
    ],
)
def test_a_name_that_the_other_table_does_not_hold(tables, table, column, value, target):
    tables.rows[table][1][column] = value
    (fault,) = tables.faults()
    assert tables.places([fault]) == [(f"{table}.csv", 3, column)]
    assert (fault.value, fault.rule) == (value, f"is not in {target}")
    assert "Add it there" in fault.remedy


def test_each_of_several_actors_is_looked_up(tables):
    tables.rows["incidents"][1]["actors"] = "JNIM; Katiba Serma; ISGS"
    faults = tables.faults()
    assert [(fault.row, fault.value) for fault in faults] == [(3, "Katiba Serma"), (3, "ISGS")]


def test_a_claim_of_an_incident_that_is_not_there(tables):
    tables.rows["claims"].append(
        tables.rows["claims"][1] | {"incident_id": "MLI-20240917-bamakoo", "claim_no": "2"}
    )
    (fault,) = tables.faults()
    assert tables.places([fault]) == [("claims.csv", 4, "incident_id")]
    assert fault.rule == "is not in incidents.csv"


def test_an_incident_that_no_claim_speaks_of(tables):
    del tables.rows["claims"][1]
    (fault,) = tables.faults()
    assert tables.places([fault]) == [("incidents.csv", 3, "incident_id")]
    assert fault.rule == "has no claim in claims.csv"


# The second incident began on 17 September 2024.
@pytest.mark.parametrize("reported_on", ["2024-09-17", "2024-09-18", "2024-09", "2024", "2025", ""])
def test_reported_on_the_first_day_or_later(tables, reported_on):
    tables.rows["claims"][1]["reported_on"] = reported_on
    assert tables.faults() == []


@pytest.mark.parametrize("reported_on", ["2024-09-16", "2024-08", "2023"])
def test_reported_before_the_incident_began(tables, reported_on):
    tables.rows["claims"][1]["reported_on"] = reported_on
    (fault,) = tables.faults()
    assert tables.places([fault]) == [("claims.csv", 3, "reported_on")]
    assert fault.value == reported_on
    assert fault.rule == "is before the incident began (2024-09-17)"


def test_a_month_that_has_the_first_day_in_it_is_not_before(tables):
    # Reported in February, began on the 29th of a leap year.
    tables.rows["incidents"][1] |= {"date_start": "2024-02-29", "date_end": "2024-02-29"}
    tables.rows["claims"][1]["reported_on"] = "2024-02"
    assert tables.faults() == []
    tables.rows["incidents"][1] |= {"date_start": "2024-03-01", "date_end": "2024-03-01"}
    assert [fault.column for fault in tables.faults()] == ["reported_on"]


def test_a_file_that_cannot_be_read_does_not_hide_the_faults_of_the_others(tables):
    tables.rows["places"][1]["kind"] = "village"
    tables.faults()
    tables.write_text("actors", "")
    faults = tables.faults_at(tables.folder)
    assert tables.places(faults) == [("actors.csv", None, ""), ("places.csv", 3, "kind")]
