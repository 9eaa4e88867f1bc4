"""The tables as they are stored: built from one another, in one form, and nothing lost on the way.

What the facts were collected in (../shared/research) is not part of a clone; the tests that compare
with it are skipped where it is missing.
"""

import csv
import io
import json
import re

import pytest

from sahelstats.paths import CURATED, DATA, INCIDENTS, ROOT
from sahelstats.ranges import build_incidents, to_csv
from sahelstats.tables import vocabulary as v
from sahelstats.tables.datapackage import datapackage_json
from sahelstats.tables.schema import ALL_TABLES, CURATED_TABLES

RESEARCH = ROOT.parent / "shared" / "research"

#: Two attacks of two days that the research had in one: number of the claim -> where it is now.
SPLIT = {
    ("MLI-20180426-akliz-awkassa", "1"): ("MLI-20180426-akliz", "1"),
    ("MLI-20180426-akliz-awkassa", "2"): ("MLI-20180426-akliz", "2"),
    ("MLI-20180426-akliz-awkassa", "3"): ("MLI-20180427-awkassa", "3"),
}

tables = pytest.mark.parametrize("table", CURATED_TABLES, ids=lambda table: table.name)
all_tables = pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.name)
needs_research = pytest.mark.skipif(
    not RESEARCH.exists(), reason="the collected facts (../shared/research) are not here"
)


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def by_number(name):
    """Return the rows of a curated table by incident and number of the claim."""
    return {(row["incident_id"], row["claim_no"]): row for row in rows_of(CURATED / name)}


def test_the_tidy_table_is_what_the_build_gives():
    assert INCIDENTS.read_bytes() == to_csv(build_incidents()).encode("utf-8")


def test_every_curated_incident_is_a_row_of_the_tidy_table():
    curated = [row["incident_id"] for row in rows_of(CURATED / "incidents.csv")]
    assert [row["incident_id"] for row in rows_of(INCIDENTS)] == curated
    assert len(curated) >= 400


# ---- one form: UTF-8 without a mark, LF, sorted, quoted only where needed ------------------------


@all_tables
def test_a_table_is_stored_in_one_form(table):
    content = (DATA / table.path).read_bytes()
    rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert written.getvalue().encode("utf-8") == content


@all_tables
def test_the_columns_are_those_of_the_schema_in_its_order(table):
    header = (DATA / table.path).read_text("utf-8").splitlines()[0]
    assert header.split(",") == table.column_names


@all_tables
def test_a_table_is_sorted_by_its_key(table):
    keys = [tuple(row[name] for name in table.key) for row in rows_of(DATA / table.path)]
    numbered = [tuple(int(cell) if cell.isdigit() else cell for cell in key) for key in keys]
    assert numbered == sorted(numbered)
    assert len(set(keys)) == len(keys)


# ---- the data package ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def descriptor():
    return json.loads((DATA / "datapackage.json").read_text("utf-8"))


def test_the_data_package_is_what_the_schema_gives():
    assert (DATA / "datapackage.json").read_bytes() == datapackage_json().encode("utf-8")


def test_frictionless_finds_the_tables_as_the_package_says():
    from frictionless import Package

    report = Package(str(DATA / "datapackage.json")).validate()
    assert report.flatten(["title", "rowNumber", "fieldName", "note"]) == []
    assert sorted(task.name for task in report.tasks) == sorted(table.name for table in ALL_TABLES)


def test_frictionless_would_find_a_fault(descriptor, tmp_path):
    from frictionless import Package

    names = ("incidents", "actors")
    parts = [part for part in descriptor["resources"] if part["name"] in names]
    (tmp_path / "curated").mkdir()
    for part in parts:
        text = (DATA / part["path"]).read_text("utf-8")
        (tmp_path / part["path"]).write_text(text.replace(",jnim,", ",jnimm,", 1), "utf-8")
    package = Package.from_descriptor(descriptor | {"resources": parts}, basepath=str(tmp_path))
    found = package.validate().flatten(["type", "rowNumber", "fieldName"])
    rows = [row["family"] for row in rows_of(CURATED / "actors.csv")]
    assert found == [["constraint-error", rows.index("jnim") + 2, "family"]]


ENUMERATIONS = {
    "country": v.COUNTRIES, "date_precision": v.DATE_PRECISION, "attack_type": v.ATTACK_TYPE,
    "target_type": v.TARGET_TYPE, "type_of_violence": v.TYPE_OF_VIOLENCE,
    "attribution": v.ATTRIBUTION, "review": v.REVIEW, "family": v.ACTOR_FAMILY,
    "actor_family": v.ACTOR_FAMILY, "type": v.SOURCE_TYPE, "outcome": v.OUTCOME,
    "victims": v.VICTIMS, "includes_perpetrators": v.INCLUDES_PERPETRATORS,
    "qualifier": v.QUALIFIER, "scope": v.SCOPE, "status": v.STATUS, "kind": v.PLACE_KIND,
}  # fmt: skip


def test_the_package_lists_every_enumeration_with_its_meanings(descriptor):
    listed = {}
    for resource in descriptor["resources"]:
        for field in resource["schema"]["fields"]:
            if "enum" in field.get("constraints", {}):
                assert field["constraints"]["enum"] == list(ENUMERATIONS[field["name"]])
                listed[field["name"]] = field["meanings"]
    assert listed == ENUMERATIONS


def test_the_package_knows_keys_and_references(descriptor):
    schemas = {resource["name"]: resource["schema"] for resource in descriptor["resources"]}
    assert schemas["claims"]["primaryKey"] == ["incident_id", "claim_no"]
    references = {
        (name, reference["fields"][0]): reference["reference"]["resource"]
        for name, schema in schemas.items()
        for reference in schema.get("foreignKeys", [])
    }
    assert references == {
        ("claims", "incident_id"): "incidents",
        ("claims", "claimant"): "sources",
        ("dropped_claims", "incident_id"): "incidents",
        ("ucdp_crosscheck", "incident_id"): "incidents",
    }


def test_every_column_says_what_it_means(descriptor):
    for resource in descriptor["resources"]:
        for field in resource["schema"]["fields"]:
            assert len(field["description"].split()) > 1, field["name"]


# ---- nothing of the research is lost -------------------------------------------------------------


@needs_research
def test_every_incident_of_the_research_is_there():
    split = {"MLI-20180426-akliz-awkassa"}
    was = {row["incident_id"] for row in rows_of(RESEARCH / "incidents.csv")} - split
    now = {row["incident_id"] for row in rows_of(CURATED / "incidents.csv")}
    assert was <= now
    assert {incident for incident, _ in SPLIT.values()} <= now


@needs_research
def test_every_claim_of_the_research_is_a_claim_or_accounted_for():
    was = {(row["incident_id"], row["claim_no"]) for row in rows_of(RESEARCH / "claims.csv")}
    kept, dropped = by_number("claims.csv"), by_number("dropped_claims.csv")
    lost = {key for key in was if SPLIT.get(key, key) not in kept and key not in dropped}
    assert lost == set()
    assert len(was) == 1688
    assert not kept.keys() & dropped.keys()
    assert all(row["reason"] for row in dropped.values())


@needs_research
def test_every_url_of_the_research_is_in_the_row_or_in_the_row_that_took_it_over():
    kept, dropped = by_number("claims.csv"), by_number("dropped_claims.csv")
    lost = []
    for row in rows_of(RESEARCH / "claims.csv"):
        key = (row["incident_id"], row["claim_no"])
        key = SPLIT.get(key, key)
        if key in dropped:
            merged = re.match(r"merged into claim (\d+)", dropped[key]["reason"])
            if merged is None:
                continue  # of another event, or of no source of its own: the reason says so
            key = (key[0], merged[1])
        urls = kept[key]["url"].split()
        lost += [(key, url) for url in row["url"].split() if url not in urls]
    assert lost == []


def test_a_claim_was_merged_into_one_that_stands():
    kept = by_number("claims.csv")
    for (incident, number), row in by_number("dropped_claims.csv").items():
        if merged := re.match(r"merged into claim (\d+)", row["reason"]):
            assert (incident, merged[1]) in kept, (incident, number)
