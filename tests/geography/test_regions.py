"""Assignment to divisions, names, and what the report says."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import shapely

from sahelstats.boundaries import load_boundaries
from sahelstats.geography import (
    assign_regions,
    comparable_names,
    country_codes,
    load_aliases,
)
from sahelstats.geography.names import fold

# UCDP GED events whose coordinates contradict their own country and division: 479856 (Nord
# of Burkina Faso, drawn in Niger) and 501478 (Boucle du Mouhoun, drawn in Nigeria).
UCDP_FAULTS = {"479856", "501478"}
# Grand-Bassam is the seat of a department of Sud-Comoe (today Comoe district); Natural Earth
# draws the town, 50 m off its coastline, beside Lagunes: the map's fault, not the table's.
CURATED_FAULTS = {"CIV-20160313-grand-bassam"}


def _one(country: str, lat: float, lon: float, **more: object) -> pd.DataFrame:
    return pd.DataFrame({"country": [country], "latitude": [lat], "longitude": [lon], **more})


def test_every_polygon_and_alias_has_a_comparable_name() -> None:
    admin1 = load_boundaries("admin1")
    assert all(comparable_names(admin1.iso3, admin1.name))
    aliases = load_aliases()
    division = aliases[(aliases["level"] == "admin1") & (aliases["alias_of"] != "")]
    of_polygons = set(zip(admin1.iso3, comparable_names(admin1.iso3, admin1.name), strict=True))
    targets = set(zip(division["country"], division["alias_of"], strict=True))
    assert targets <= of_polygons


def test_names_in_any_spelling() -> None:
    spelt = ["Segou", "SÉGOU", "Ségou region", "Niono cercle", "Atlantis", None]
    assert comparable_names(["MLI"] * 6, spelt).tolist() == ["Ségou"] * 4 + [None] * 2
    assert comparable_names(["CIV"], ["Fresco"]).tolist() == [None]  # straddles two
    assert comparable_names(["GHA", "TGO"], ["Savannah", "Savannah"]).tolist() == [
        "Northern",
        "Savanes",
    ]
    assert country_codes(["Côte d'Ivoire", "Cote d\u2019Ivoire", "CI", None]).tolist() == [
        "CIV",
        "CIV",
        "CIV",
        None,
    ]
    assert fold(pd.NA) == ""
    with pytest.raises(ValueError, match="2 countries but 1 names"):
        comparable_names(["MLI", "MLI"], ["Gao"])


def test_province_polygons_become_regions() -> None:
    assigned, report = assign_regions(_one("BFA", 14.1, -1.63, admin1="Sahel"))  # Djibo
    assert assigned["region"].tolist() == ["Sahel"]
    assert assigned["region_polygon"].tolist() == ["Soum"]
    assert report.divisions.empty and report.countries.empty


def test_a_point_outside_every_polygon_is_moved_and_counted() -> None:
    assigned, report = assign_regions(_one("TGO", 6.05, 1.22))
    assert assigned["region_status"].tolist() == ["moved"]
    assert 0 < assigned["region_km"].item() < 25
    assert len(report.moved) == 1 and report.counts["moved"] == 1


def test_a_point_too_far_out_gets_no_division() -> None:
    assigned, report = assign_regions(_one("TGO", 4.5, 1.22))
    assert assigned["region"].isna().all()
    assert report.counts["no_polygon"] == 1 and len(report.unassigned) == 1


def test_the_stated_country_wins() -> None:
    # 5 km inside Burkina Faso, said to be Togo.
    assigned, report = assign_regions(_one("TGO", 11.1, 0.6, geo_precision=2))
    assert assigned["region"].tolist() == ["Savanes"]
    assert assigned["region_status"].tolist() == ["disagrees"]
    assert report.countries["polygon_country"].tolist() == ["BFA"]
    assert "within precision 2" in report.countries["explanation"].item()
    far, report = assign_regions(_one("TGO", 14.1, -1.6, geo_precision=1))
    assert far["region"].isna().all()
    assert report.countries["explanation"].item().startswith("unexplained")


def test_a_country_off_the_map_is_listed_not_guessed() -> None:
    assigned, report = assign_regions(_one("ZZZ", 14.1, -1.6))
    assert assigned["region"].isna().all()
    assert "not among the boundaries" in report.countries["explanation"].item()


def test_assignment_agrees_with_one_by_one_geometry(make: Callable[..., pd.DataFrame]) -> None:
    table = make(200, spread=2.0)
    admin1 = load_boundaries("admin1")
    for row in assign_regions(table)[0].itertuples():
        hit = shapely.intersects_xy(admin1.geometry, row.longitude, row.latitude)
        if row.region_status == "inside":
            assert hit[(admin1.name == row.region_polygon) & (admin1.iso3 == row.country)].any()
        elif row.region_status == "disagrees":
            assert hit.any() and row.country not in admin1.iso3[hit]


def test_unusable_coordinates_are_reported_not_placed() -> None:
    table = pd.DataFrame(
        {
            "country": "MLI",
            "latitude": [np.nan, 0.0, -8.0, 95.0],
            "longitude": [1.0, 0.0, 12.6, 1.0],
        }
    )
    assigned, report = assign_regions(table)
    assert report.counts["no_coordinates"] == 4
    assert assigned["region"].isna().all()


def test_curated_incidents_lie_where_they_say(curated: pd.DataFrame) -> None:
    assigned, report = assign_regions(curated)
    assert len(assigned) == len(curated)
    unexplained = report.countries["explanation"].str.startswith("unexplained")
    assert not unexplained.any(), report.countries[unexplained]
    unexplained = report.divisions["explanation"].str.startswith("unexplained")
    assert set(report.divisions.loc[unexplained, "incident_id"]) == CURATED_FAULTS
    assert len(report.countries) <= 0.06 * len(curated)
    assert report.unknown_names.empty
    assert {"Menaka", "Douentza", "Bandiagara"} <= set(report.merged_names["admin1"])


def test_ucdp_events_lie_where_they_say(ucdp: pd.DataFrame) -> None:
    _, report = assign_regions(ucdp)
    unexplained = report.countries[report.countries["explanation"].str.startswith("unexplained")]
    assert set(unexplained["incident_id"]) == UCDP_FAULTS
    assert len(report.countries) < 0.01 * len(ucdp)
    assert len(report.divisions) < 0.01 * len(ucdp)


def test_aliases_refuse_two_meanings(tmp_path: object) -> None:
    path = tmp_path / "aliases.csv"  # type: ignore[operator]
    path.write_text("level,country,name,alias_of\nadmin1,MLI,A,B\nadmin1,MLI,a,C\n")
    with pytest.raises(ValueError, match="two meanings"):
        load_aliases(path)
    with pytest.raises(ValueError, match="known levels"):
        load_boundaries("admin9")
