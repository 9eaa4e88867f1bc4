"""What a single cell may hold: one good and one bad value for every kind of column."""

import pytest

GOOD_CELLS = [
    ("incidents", "admin1", ""),
    ("incidents", "admin1", "Ménaka"),
    ("incidents", "date_start", "2024-09-01"),
    ("incidents", "latitude", "12"),
    ("incidents", "geo_precision", "5"),
    ("incidents", "wikipedia_title", ""),
    ("claims", "claim_no", "301"),
    ("claims", "reported_on", ""),
    ("claims", "reported_on", "2024"),
    ("claims", "reported_on", "2024-09"),
    ("claims", "best", ""),
    ("claims", "high", "999999"),
    ("claims", "url", ""),
    ("claims", "url", "http://example.org"),
    ("claims", "url", "https://example.org/a?b=c&d=e"),
    ("claims", "url", "https://example.org/a https://example.org/b"),
    ("sources", "weight", "0"),
    ("sources", "weight", "1"),
    ("sources", "country", ""),
    ("actors", "note", "NA"),
    ("places", "longitude", "2"),
    ("tidy", "incident_id", "2024/MLI-17"),
    ("tidy", "killed_open_above", "True"),
    ("tidy", "killed_open_above", ""),
    ("tidy", "killed_low", ""),
]

BAD_CELLS = [
    # dates
    ("incidents", "date_start", "17/09/2024", "is not a date"),
    ("incidents", "date_start", "2024-02-30", "is not a date"),
    ("incidents", "date_start", "2024-09", "is not a date"),
    ("incidents", "date_start", "", "is empty"),
    ("claims", "reported_on", "Sept 2024", "is not a partial date"),
    ("claims", "reported_on", "2024-13", "is not a partial date"),
    # whole numbers
    ("claims", "best", "seventy", "is not an integer"),
    ("claims", "best", "77.5", "is not an integer"),
    ("claims", "best", "7e1", "is not an integer"),
    ("claims", "best", "77 ", "is not an integer"),
    ("claims", "best", "1,000", "is not an integer"),
    ("claims", "best", "99999999999999999999", "is not an integer"),
    ("claims", "low", "-1", "is out of range"),
    ("claims", "claim_no", "0", "is out of range"),
    ("claims", "claim_no", "", "is empty"),
    ("incidents", "geo_precision", "6", "is out of range"),
    ("incidents", "geo_precision", "0", "is out of range"),
    ("tidy", "wounded_low", "-1", "is out of range"),
    ("tidy", "killed_n_reports", "", "is empty"),
    ("tidy", "year", "24", "is out of range"),
    # numbers
    ("incidents", "latitude", "12,59", "is not a number"),
    ("incidents", "latitude", "12°35'", "is not a number"),
    ("incidents", "latitude", "90.1", "is out of range"),
    ("incidents", "longitude", "-180.1", "is out of range"),
    ("sources", "weight", "1.01", "is out of range"),
    ("sources", "weight", "-0.1", "is out of range"),
    ("sources", "weight", "", "is empty"),
    # flags
    ("tidy", "killed_open_above", "yes", "is not a boolean"),
    # text
    ("incidents", "place", "", "is empty"),
    ("claims", "source", "", "is empty"),
    ("incidents", "place", " Faladie", "has a blank before or after it"),
    ("incidents", "place", "Faladie ", "has a blank before or after it"),
    ("claims", "note", "\u00a0seen", "has a blank before or after it"),
    ("claims", "note", "seen\n", "has a blank before or after it"),
    # forms
    ("claims", "url", "www.example.org/b", "is not well formed"),
    ("claims", "url", "https://example", "is not well formed"),
    ("claims", "url", "ftp://example.org/b", "is not well formed"),
    ("claims", "url", "https://example.org/a  https://example.org/b", "is not well formed"),
    ("claims", "url", "https://example.org/a b", "is not well formed"),
    ("claims", "incident_id", "mli-20240917-bamako", "is not well formed"),
    ("claims", "incident_id", "MLI-20240917", "is not well formed"),
    ("claims", "incident_id", "MLI-20240917-bamako_2", "is not well formed"),
    ("sources", "country", "Mali", "is not well formed"),
    ("tidy", "country", "mli", "is not well formed"),
    ("tidy", "incident_id", "two words", "is not well formed"),
]

CATEGORIES = {
    "incidents": [
        "date_precision", "country", "attack_type", "target_type", "type_of_violence",
        "attribution", "review",
    ],
    "claims": ["outcome", "victims", "includes_perpetrators", "qualifier", "scope", "status"],
    "sources": ["type"],
    "actors": ["family"],
    "places": ["kind", "country"],
    "tidy": [
        "date_precision", "attack_type", "target_type", "type_of_violence", "actor_family",
        "attribution", "review",
    ],
}  # fmt: skip


TABLES = ["incidents", "claims", "sources", "actors", "places", "tidy"]


def one_row_each(tables, table, cells):
    """Fill a table with copies of its second row, each with one other cell and an id of its own."""
    base = tables.rows[table][1]
    key = "claim_no" if table == "claims" else next(iter(base))
    tables.rows[table] = [
        base | {key: str(n) if table == "claims" else f"{base[key]}-{n}"} | {column: value}
        for n, (column, value) in enumerate(cells, start=2)
    ]


@pytest.mark.parametrize("table", TABLES)
def test_good_cells_are_clean(tables, table):
    cells = [cell for name, *cell in GOOD_CELLS if name == table]
    assert cells
    one_row_each(tables, table, cells)
    assert tables.faults_of(table) == []


@pytest.mark.parametrize("table", sorted({table for table, *_ in BAD_CELLS}))
def test_a_bad_cell_is_the_one_fault_of_its_row(tables, table):
    cells = [cell for name, *cell in BAD_CELLS if name == table]
    one_row_each(tables, table, [(column, value) for column, value, _ in cells])
    faults = tables.faults_of(table)
    found = [(fault.row, fault.column, fault.value, fault.rule) for fault in faults]
    assert found == [(row, *cell) for row, cell in enumerate(cells, start=2)]
    assert all(fault.remedy for fault in faults)


@pytest.mark.parametrize(
    ("value", "rule"), [("Battel", "is not one of the allowed values"), ("", "is empty")]
)
@pytest.mark.parametrize("table", CATEGORIES)
def test_an_enumeration_takes_its_own_values_only(tables, table, value, rule):
    tables.rows[table][1] |= dict.fromkeys(CATEGORIES[table], value)
    faults = tables.faults_of(table)
    assert {(f.row, f.column, f.value, f.rule) for f in faults} == {
        (3, column, value, rule) for column in CATEGORIES[table]
    }
    assert len(faults) == len(CATEGORIES[table])


def test_a_bad_category_is_told_what_is_allowed(tables):
    tables.rows["claims"][1]["scope"] = "all of it"
    assert tables.faults_of("claims")[0].remedy == "Allowed: whole, part, wider."


def test_bounds_are_told(tables):
    tables.rows["sources"][1]["weight"] = "7"
    assert tables.faults_of("sources")[0].remedy == "It must be 0 or more and 1 or less."


def test_an_empty_cell_is_told_what_belongs_there(tables):
    tables.rows["actors"][1]["actor"] = ""
    assert tables.faults_of("actors")[0].remedy == "Fill it in: Canonical name."


@pytest.mark.parametrize("table", ["incidents", "sources", "actors", "places", "tidy"])
def test_an_id_stands_once(tables, table):
    key = next(iter(tables.rows[table][0]))
    tables.rows[table][1][key] = tables.rows[table][0][key]
    faults = [f for f in tables.faults_of(table) if f.rule == "stands in the table twice"]
    assert [(f.row, f.column) for f in faults] == [(2, key), (3, key)]


@pytest.mark.parametrize("table", ["claims", "dropped_claims"])
def test_a_claim_number_stands_once_in_its_incident(tables, table):
    first, second = tables.rows[table]
    second["claim_no"] = first["claim_no"]
    assert tables.faults_of(table) == []
    second["incident_id"] = first["incident_id"]
    faults = tables.faults_of(table)
    assert [(f.row, f.rule) for f in faults] == [
        (row, "stands in the table twice") for row in (2, 3)
    ]
    assert faults[0].value == f"{first['incident_id']} {first['claim_no']}"
