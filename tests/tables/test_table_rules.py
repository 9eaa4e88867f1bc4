"""Rules that hold between the cells of a row: a row that keeps each and one that breaks it."""

import datetime

import pytest

from sahelstats.tables.rules import RULES

TODAY = datetime.datetime.now(datetime.UTC).date()
TOMORROW = str(TODAY + datetime.timedelta(days=1))
IN_TWO_DAYS = str(TODAY + datetime.timedelta(days=2))
BAMAKO = {"latitude": "12.59", "longitude": "-7.95"}


def figures(low="", best="", high="", **more):
    return {"low": low, "best": best, "high": high, **more}


def toll(name, low, best, high):
    return {f"{name}_low": low, f"{name}_best": best, f"{name}_high": high}


#: table, rule, cells that keep it, cells that break it, column the message points to
CASES = [
    ("incidents", "end_after_start", {"date_end": "2024-09-17"}, {"date_end": "2024-09-16"},
     "date_end"),
    ("incidents", "start_not_in_future", {"date_start": TOMORROW, "date_end": TOMORROW},
     {"date_start": IN_TWO_DAYS, "date_end": ""}, "date_start"),
    ("incidents", "end_not_in_future", {"date_end": TOMORROW}, {"date_end": IN_TWO_DAYS},
     "date_end"),
    ("incidents", "coordinates_together", {"latitude": "", "longitude": ""}, {"longitude": ""},
     "latitude"),
    ("incidents", "coordinates_together", BAMAKO, {"latitude": ""}, "latitude"),
    ("incidents", "coordinates_not_zero", {"country": "GHA", "latitude": "5.55", "longitude": "0",
     "incident_id": "GHA-20240917-accra"}, {"latitude": "0", "longitude": "0.0"}, "latitude"),
    ("incidents", "id_starts_with_country", {"incident_id": "MLI-20240917-kati"},
     {"incident_id": "BFA-20240917-bamako"}, "incident_id"),
    ("incidents", "dispute_explained", {"review": "reviewed", "review_note": ""},
     {"review": "disputed", "review_note": ""}, "review_note"),
    ("claims", "figures_in_order", figures("60", "60", "60"), figures("61", "60", "100"), "best"),
    ("claims", "figures_in_order", figures("60", "", "100"), figures("60", "101", "100"), "best"),
    ("claims", "figures_in_order", figures("60", "", "60"), figures("60", "", "59"), "best"),
    ("claims", "attackers_flag_fits", {"victims": "civilians", "includes_perpetrators": "no"},
     {"victims": "civilians", "includes_perpetrators": "yes"}, "includes_perpetrators"),
    ("claims", "attackers_flag_fits", {"victims": "unspecified", "includes_perpetrators": "yes"},
     {"victims": "state_forces", "includes_perpetrators": "unknown"}, "includes_perpetrators"),
    ("claims", "attackers_flag_fits", {"victims": "perpetrators", "includes_perpetrators": "yes"},
     {"victims": "perpetrators", "includes_perpetrators": "no"}, "includes_perpetrators"),
    ("claims", "denial_is_zero", figures("0", "0", "0", qualifier="exact", status="denial"),
     figures("0", "0", "0", qualifier="exact", status="stated"), "status"),
    ("claims", "denial_is_zero", figures("5", "5", "5", qualifier="exact", status="stated"),
     figures("5", "5", "5", qualifier="exact", status="denial"), "status"),
    ("claims", "reported_not_in_future", {"reported_on": TOMORROW}, {"reported_on": IN_TWO_DAYS},
     "reported_on"),
    ("claims", "reported_not_in_future", {"reported_on": str(TODAY.year)},
     {"reported_on": str(TODAY.year + 1)}, "reported_on"),
    ("ucdp_crosscheck", "event_whole_or_absent", {}, {"side_b": ""}, "ged_id"),
    ("ucdp_crosscheck", "event_whole_or_absent", {"ged_id": "442"}, {"ged_id": "0"}, "ged_id"),
    ("ucdp_crosscheck", "end_after_start", {}, {"date_end": "2022-07-26"}, "date_end"),
    ("tidy", "end_after_start", {"date_end": "2024-09-19"}, {"date_end": "2024-09-16"}, "date_end"),
    ("tidy", "start_not_in_future", {}, {"date_start": "2999-01-01", "date_end": ""}, "date_start"),
    ("tidy", "end_not_in_future", {}, {"date_end": "2999-01-01"}, "date_end"),
    ("tidy", "coordinates_together", {"latitude": "", "longitude": ""}, {"latitude": ""},
     "latitude"),
    ("tidy", "coordinates_not_zero", {}, {"latitude": "0", "longitude": "0"}, "latitude"),
    ("tidy", "quirk_is_true", toll("killed", "6", "5", "9") | {"quirk": "low_above_best"},
     toll("killed", "5", "5", "9") | {"quirk": "low_above_best"}, "quirk"),
    ("tidy", "killed_range_in_order", toll("killed", "5", "5", "5"), toll("killed", "6", "5", "9"),
     "killed_best"),
    ("tidy", "killed_incl_range_in_order", toll("killed_incl", "5", "", "9"),
     toll("killed_incl", "9", "", "5"), "killed_incl_best"),
    ("tidy", "wounded_range_in_order", toll("wounded", "", "5", "9"), toll("wounded", "", "9", "5"),
     "wounded_best"),
    ("tidy", "wounded_incl_range_in_order", toll("wounded_incl", "1", "2", "3"),
     toll("wounded_incl", "1", "4", "3"), "wounded_incl_best"),
]  # fmt: skip

#: rule -> other faults that the bad row has besides: its end is empty, or it lies outside Mali.
KNOCK_ON = {"start_not_in_future": 1, "coordinates_not_zero": 1}

#: qualifier, figures that fit it, figures that do not
QUALIFIERS = [
    ("exact", figures("5", "5", "5"), figures("5", "5", "")),
    ("exact", figures("5", "5", "5"), figures("4", "5", "6")),
    ("exact", figures("5", "5", "5"), figures("5", "5", "6")),
    ("range", figures("5", "", "9"), figures("5", "", "")),
    ("range", figures("5", "7", "9"), figures("", "7", "9")),
    ("at_least", figures("5", "5", ""), figures("5", "5", "5")),
    ("at_least", figures("5", "5", ""), figures("4", "5", "")),
    ("more_than", figures("5", "5", ""), figures("", "5", "")),
    ("about", figures("", "5", ""), figures("5", "5", "5")),
    ("nearly", figures("", "5", ""), figures("", "", "5")),
    ("up_to", figures("", "", "5"), figures("0", "", "5")),
    ("dozens", figures("", "", ""), figures("24", "", "")),
]


def keep_and_break(tables, table, good, bad):
    """Make of the second row a row that keeps a rule, row 2, and one that breaks it, row 3."""
    first, second = tables.rows[table]
    own = {name: first[name] for name in ("incident_id", "claim_no") if name in first}
    tables.rows[table] = [second | own | good, second | bad]


@pytest.mark.parametrize(("table", "rule", "good", "bad", "column"), CASES)
def test_a_row_keeps_or_breaks_a_rule(tables, table, rule, good, bad, column):
    broken = next(entry for entry in RULES[table] if entry.name == rule).broken
    if table == "claims" and "qualifier" not in bad:
        tables.rows[table][1]["qualifier"] = "range"
    keep_and_break(tables, table, good, bad)
    found = [(f.row, f.column, f.rule) for f in tables.faults_of(table)]
    assert found.count((3, column, broken)) == 1
    assert len(found) == 1 + KNOCK_ON.get(rule, 0)


@pytest.mark.parametrize(("qualifier", "good", "bad"), QUALIFIERS)
def test_figures_fit_their_qualifier(tables, qualifier, good, bad):
    kind = {"qualifier": qualifier}
    keep_and_break(tables, "claims", good | kind, bad | kind)
    faults = tables.faults_of("claims")
    assert [(f.row, f.column, f.value) for f in faults] == [(3, "qualifier", qualifier)]


def test_every_rule_has_a_case():
    cases = {(table, rule) for table, rule, *_ in CASES} | {("claims", "figures_fit_qualifier")}
    assert cases == {(table, rule.name) for table, rules in RULES.items() for rule in rules}


def test_a_cell_that_cannot_be_read_does_not_break_the_rules_beside_it(tables):
    tables.rows["claims"][1]["low"] = "sixty"
    tables.rows["incidents"][1]["longitude"] = "west"
    assert tables.places(tables.faults_of("claims")) == [("claims.csv", 3, "low")]
    assert tables.places(tables.faults_of("incidents")) == [("incidents.csv", 3, "longitude")]


@pytest.mark.parametrize("column", ["victims", "includes_perpetrators"])
def test_a_missing_group_is_told_once(tables, column):
    tables.rows["claims"][0][column] = ""
    faults = tables.faults_of("claims")
    assert [(f.column, f.rule) for f in faults] == [(column, "is empty")]


def test_missing_is_not_zero(tables):
    # Nobody said: the cell stays empty. Nobody died, says the army: a denial, and said so.
    claim = tables.rows["claims"][1]
    claim |= figures(qualifier="dozens")
    assert tables.faults_of("claims") == []
    claim |= figures("0", "0", "0", qualifier="dozens")
    assert [f.column for f in tables.faults_of("claims")] == ["qualifier"]
    claim |= figures("0", "0", "0", qualifier="exact")
    assert [f.column for f in tables.faults_of("claims")] == ["status"]
