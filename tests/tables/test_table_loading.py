"""Typed frames: days, counts with gaps, flags and enumerations."""

import pandas as pd
import pytest

from sahelstats import load_claims, load_incidents
from sahelstats.paths import CURATED, INCIDENTS
from sahelstats.tables import TableError, load_places, load_table
from sahelstats.tables.schema import CLAIMS
from sahelstats.tables.vocabulary import QUALIFIER

COUNTS = [
    f"{outcome}_{basis}{part}"
    for outcome in ("killed", "wounded")
    for basis in ("", "incl_")
    for part in ("low", "best", "high", "n_reports", "n_sources")
]


def test_incidents_are_typed():
    table = load_incidents()
    assert all(table[name].dtype == "Int64" for name in [*COUNTS, "year", "geo_precision"])
    assert all(table[name].dtype.kind == "M" for name in ("date_start", "date_end"))
    assert all(table[name].dtype == "float64" for name in ("latitude", "longitude"))
    assert table["killed_open_above"].dtype == "boolean"
    for name in ("attack_type", "target_type", "actor_family", "review"):
        assert isinstance(table[name].dtype, pd.CategoricalDtype)
    assert table["place"].dtype == "string"


def test_incidents_are_all_there_in_file_order():
    ids = [line.split(",")[0] for line in INCIDENTS.read_text("utf-8").splitlines()[1:]]
    assert load_incidents()["incident_id"].tolist() == ids


def test_claims_are_typed():
    claims = load_claims()
    assert all(claims[name].dtype == "Int64" for name in ("claim_no", "low", "best", "high"))
    assert claims["reported_on"].dtype.kind == claims["reported_until"].dtype.kind == "M"
    assert claims["qualifier"].cat.categories.tolist() == list(QUALIFIER)
    assert isinstance(claims["source_type"].dtype, pd.CategoricalDtype)
    assert claims["weight"].between(0, 1).all()


def test_a_path_may_be_given(tables):
    assert load_incidents(tables.write("tidy"))["incident_id"].tolist() == ["event/1", "event/2"]
    assert len(load_claims(str(tables.write("claims")))) == 2


def test_missing_is_not_zero(tables):
    tables.rows["claims"][1] |= dict.fromkeys(("low", "best", "high"), "") | {"qualifier": "dozens"}
    claims = load_claims(tables.write("claims"))
    assert claims.loc[1, ["low", "best", "high"]].isna().all()
    tables.rows["tidy"][1] |= {"killed_low": "", "killed_best": "", "killed_high": "0"}
    tidy = load_incidents(tables.write("tidy"))
    assert tidy["killed_low"].tolist() == [60, pd.NA]
    assert tidy.loc[1, "killed_high"] == 0


def test_text_that_looks_missing_is_text(tables):
    tables.rows["claims"][1] |= {"note": "NA", "relay": "None"}
    claims = load_claims(tables.write("claims"))
    assert claims.loc[1, ["note", "relay"]].tolist() == ["NA", "None"]
    assert claims["relay"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-09-19", "2024-09-19", "2024-09-19"),
        ("2024-10", "2024-10-01", "2024-10-31"),
        ("2025-02", "2025-02-01", "2025-02-28"),
        ("2024-12", "2024-12-01", "2024-12-31"),
        ("2025", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_date_known_in_part_has_a_first_and_a_last_day(tables, text, first, last):
    tables.rows["claims"][1]["reported_on"] = text
    claim = load_claims(tables.write("claims")).loc[1]
    assert claim["reported_on"] == pd.Timestamp(first)
    assert claim["reported_until"] == pd.Timestamp(last)


def test_a_date_nobody_knows_is_missing(tables):
    tables.rows["claims"][1]["reported_on"] = ""
    claim = load_claims(tables.write("claims")).loc[1]
    assert pd.isna(claim["reported_on"])
    assert pd.isna(claim["reported_until"])


def test_claims_know_the_type_party_and_weight_of_their_claimant(tables):
    tables.write("sources")
    claims = load_claims(tables.write("claims"))
    assert claims["party"].tolist() == ["State", "AFP"]
    assert claims["source_type"].tolist() == ["military", "media"]
    assert claims["weight"].tolist() == [1, 0.5]


def test_claims_without_sources_beside_them_load_too(tables):
    assert "party" not in load_claims(tables.write("claims"))


@pytest.mark.parametrize(
    ("column", "value", "named"),
    [
        ("killed_low", "99", "killed_best"),  # above the best
        ("killed_low", "-1", "killed_low"),
        ("place", "", "place"),
        ("country", "Mali", "country"),
        ("incident_id", "event/1", "incident_id"),  # stands there already
        ("date_end", "2024-09-16", "date_end"),
        ("latitude", "91", "latitude"),
        ("review", "done", "review"),
    ],
)
def test_the_quick_look_of_loading_misses_no_fault(tables, column, value, named):
    tables.rows["tidy"][1][column] = value
    path = tables.write("tidy")
    with pytest.raises(TableError) as caught:
        load_incidents(path)
    assert (3, named) in [(fault.row, fault.column) for fault in caught.value.faults]
    assert caught.value.faults == tables.faults_at(path)


def test_places_are_loaded():
    places = load_places().set_index("place")
    assert places.loc["Bamako", "country"] == "MLI"
    assert places.loc["Bamako", ["latitude", "longitude"]].tolist() == pytest.approx(
        [12.64, -8.0], abs=0.1
    )


def test_columns_are_in_the_order_of_the_schema():
    claims = load_table(CURATED / "claims.csv", CLAIMS)
    assert claims.columns.tolist() == CLAIMS.column_names
