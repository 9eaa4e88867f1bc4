"""Where an incident lies: in its country or near it, and the two coordinates not exchanged.

Between 9.3 and 5.5 degrees west the border of Mali and Mauritania is the parallel of 15.5 degrees
north, and a degree of latitude is 110.6 km: the distances below need no map.
"""

import pytest

KM_PER_DEGREE = 110.6
BORDER = 15.5


def at(tables, latitude, longitude, table="incidents"):
    tables.rows[table][1] |= {"latitude": str(latitude), "longitude": str(longitude)}
    return tables.faults_of(table)


@pytest.mark.parametrize("km", [-100, -1, 1, 20])
def test_inside_the_country_or_within_25_km(tables, km):
    assert at(tables, BORDER + km / KM_PER_DEGREE, -7.5) == []


@pytest.mark.parametrize("km", [30, 100])
def test_farther_than_25_km_outside(tables, km):
    (fault,) = at(tables, BORDER + km / KM_PER_DEGREE, -7.5)
    assert (fault.row, fault.column) == (3, "latitude")
    told = float(fault.rule.removeprefix("lies ").removesuffix(" km outside MLI"))
    assert told == pytest.approx(km, abs=4)
    assert fault.remedy == "Correct the coordinates or the country."


@pytest.mark.parametrize("table", ["incidents", "places", "tidy"])
def test_swapped_coordinates_are_recognised_and_said(tables, table):
    tables.rows[table][1] |= {"country": "MLI"}
    (fault,) = at(tables, -7.95, 12.59, table)
    assert fault.value == "-7.95, 12.59"
    assert fault.remedy == "Latitude and longitude are swapped: exchange them."


def test_a_point_in_the_wrong_country(tables):
    # Kaya lies in the middle of Burkina Faso, some 200 km from Mali.
    (fault,) = at(tables, 13.09, -1.08)
    assert fault.rule.endswith("km outside MLI")
    assert "swapped" not in fault.remedy


def test_a_country_without_a_polygon_is_not_judged(tables):
    tables.rows["tidy"][1] |= {"country": "LBY", "latitude": "32.9", "longitude": "13.2"}
    assert tables.faults_of("tidy") == []


def test_out_of_range_is_told_once(tables):
    (fault,) = at(tables, 95, -7.95)
    assert fault.rule == "is out of range"
