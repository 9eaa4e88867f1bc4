"""Assign incidents to first-level divisions, and report what was moved or disagrees."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelstats.boundaries import load_boundaries
from sahelstats.geography.coordinates import coordinate_faults, positions, require_columns
from sahelstats.geography.names import comparable_names
from sahelstats.geography.polygons import containing, nearest

MAX_MOVE_KM = 25.0
# How far a stated country can lie from a point placed this precisely and still be right:
# code 1 allows for borders generalised to 1:10 million, 2 is defined as 25 km.
TOLERANCE_KM = {1: 5.0, 2: 25.0, 3: 50.0}


@dataclass(frozen=True)
class RegionReport:
    """What `assign_regions` did, row by row where it matters.

    Attributes
    ----------
    counts : dict of str to int
        Rows by status: inside, moved, disagrees, no_polygon, no_coordinates.
    moved : DataFrame
        Points outside every polygon, taken to the nearest one within 25 km.
    countries : DataFrame
        Rows whose polygon lies in another country than stated, with km_to_stated and an
        explanation.
    divisions : DataFrame
        Rows whose stated first-level division differs from the polygon's, with the distance
        to the stated one and an explanation.
    unassigned : DataFrame
        Rows that got no division.
    unknown_names : DataFrame
        Stated divisions that have no counterpart among the comparable ones, with counts.
    merged_names : DataFrame
        Stated divisions that are counted under another name (split or renamed since).
    """

    counts: dict[str, int]
    moved: pd.DataFrame
    countries: pd.DataFrame
    divisions: pd.DataFrame
    unassigned: pd.DataFrame
    unknown_names: pd.DataFrame
    merged_names: pd.DataFrame

    def __str__(self) -> str:
        said = ", ".join(f"{n:,} {status.replace('_', ' ')}" for status, n in self.counts.items())
        return (
            f"{sum(self.counts.values()):,} incidents: {said}; {len(self.countries):,} lie in "
            f"another country's polygon, {len(self.divisions):,} in another division than stated"
        )


def _place(table: pd.DataFrame, max_km: float) -> dict[str, NDArray[Any]]:
    """Find each row's polygon; the stated country wins over the one the point lies in."""
    admin1 = load_boundaries("admin1")
    lat, lon = positions(table)
    usable = (coordinate_faults(table) == "").to_numpy(bool)
    stated = table["country"].astype(str).to_numpy(object)
    covered = table["country"].isin(admin1.iso3).to_numpy(bool)
    raw = np.full(len(table), -1, dtype=np.int64)
    raw[usable] = containing(admin1, lat[usable], lon[usable])
    polygon, km = raw.copy(), np.where(raw >= 0, 0.0, np.nan)
    wrong = (raw >= 0) & covered & (admin1.iso3[raw] != stated)
    polygon[wrong], km[wrong] = -1, np.nan
    homeless = usable & (polygon < 0)
    for code in pd.unique(stated[homeless]):
        rows = np.flatnonzero(homeless & (stated == code))
        # A country that is not on the map cannot claim the point: its nearest polygon may.
        only = np.flatnonzero(admin1.iso3 == code) if code in admin1.iso3 else None
        polygon[rows], km[rows] = nearest("admin1", lat[rows], lon[rows], max_km, only)
    status = np.full(len(table), "no_coordinates", dtype=object)
    status[usable] = "no_polygon"
    status[polygon >= 0] = "inside"
    status[(polygon >= 0) & (raw < 0)] = "moved"
    # Stated country wins, and where it is not on the map the row belongs to no division.
    foreign = (raw >= 0) & (wrong | ~covered)
    status[foreign] = "disagrees"
    polygon[(polygon >= 0) & ~covered] = -1
    return {"raw": raw, "polygon": polygon, "km": km, "status": status}


def _explain(table: pd.DataFrame, km: NDArray[np.float64]) -> list[str]:
    """Say why a point may lie in another country or division than stated."""
    precision = (
        table["geo_precision"].to_numpy(float, na_value=np.nan)
        if "geo_precision" in table.columns
        else np.full(len(table), np.nan)
    )
    known = table["country"].isin(load_boundaries("country").iso3)
    said = []
    for away, code, on_map in zip(km, precision, known, strict=True):
        if not on_map:
            said.append("stated country is not among the boundaries")
        elif code >= 4 or away <= TOLERANCE_KM.get(int(code) if code == code else 1, 0.0):
            said.append(f"border {away:.1f} km away, within precision {code:g}")
        else:
            said.append("unexplained: check coordinates and country")
    return said


def _country_disagreements(
    table: pd.DataFrame, found: dict[str, NDArray[Any]], ids: list[str]
) -> pd.DataFrame:
    """List the rows that lie in another country's polygon than stated."""
    admin1 = load_boundaries("admin1")
    rows = np.flatnonzero(found["status"] == "disagrees")
    some = table.iloc[rows]
    km = _km_to(some, some["country"].astype(str).to_numpy(object), admin1.iso3)
    return some[ids].assign(
        polygon_country=admin1.iso3[found["raw"][rows]],
        polygon_name=admin1.name[found["raw"][rows]],
        km_to_stated=km,
        explanation=_explain(some, km),
    )


def _division_disagreements(
    table: pd.DataFrame, stated: NDArray[np.object_], ids: list[str]
) -> pd.DataFrame:
    """List the rows whose stated division is known and is not the polygon's."""
    admin1 = load_boundaries("admin1")
    region = table["region"].to_numpy(object, na_value=None)
    differs = pd.notna(stated) & pd.notna(region) & (stated != region)
    some = table.loc[differs]
    names = comparable_names(admin1.iso3, admin1.name)
    keys = some["country"].astype(str).to_numpy(object) + "/" + stated[differs]
    km = _km_to(some, keys, admin1.iso3.astype(object) + "/" + names)
    return some[[*ids, "region"]].assign(
        stated=stated[differs], km_to_stated=km, explanation=_explain(some, km)
    )


def _km_to(
    table: pd.DataFrame, wanted: NDArray[Any], of_polygon: NDArray[Any]
) -> NDArray[np.float64]:
    """Distance from each row to the nearest of the polygons that bear its wanted label."""
    lat, lon = positions(table)
    km = np.full(len(table), np.nan)
    for label in pd.unique(wanted):
        mine = wanted == label
        only = np.flatnonzero(of_polygon == label)
        km[mine] = nearest("admin1", lat[mine], lon[mine], 20_000.0, only)[1]
    return km


def _name_reports(stated: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count stated names without counterpart, and those counted under another name."""
    counted = stated.groupby(["country", "admin1", "comparable"], dropna=False, sort=True)
    names = counted.size().rename("n").reset_index()
    names = names[names["admin1"].notna()]
    unknown = names[names["comparable"].isna()].drop(columns="comparable")
    merged = names[names["comparable"].notna() & (names["comparable"] != names["admin1"])]
    return unknown.reset_index(drop=True), merged.reset_index(drop=True)


def assign_regions(
    table: pd.DataFrame, *, max_km: float = MAX_MOVE_KM
) -> tuple[pd.DataFrame, RegionReport]:
    """Find the first-level division of every incident.

    Parameters
    ----------
    table : DataFrame
        Columns latitude, longitude, country (ISO alpha-3); admin1, geo_precision and
        incident_id are used where present. Rows of any precision are assigned: filter
        first (`precision_filter`) where a point must be trusted to its division.
    max_km : float
        How far a point outside every polygon (of its country) may be moved, in km.

    Returns
    -------
    assigned : DataFrame
        The table with region (comparable name, see `comparable_names`; missing where none),
        region_polygon (Natural Earth's name), region_status (inside, moved, disagrees,
        no_polygon, no_coordinates) and region_km (0 inside, else distance moved).
        The stated country wins: "disagrees" rows get that country's nearest division if it
        is within `max_km`, else none. Rows with unusable coordinates (see
        `coordinate_faults`) have status no_coordinates and are never moved.
    report : RegionReport
        Counts, and the rows moved, in disagreement, unassigned, or with unknown names.

    Raises
    ------
    ValueError
        A column is lacking or holds text that is no number.

    Notes
    -----
    Point in polygon on Natural Earth's 1:10m first-level divisions (GEOS, through shapely).

    Examples
    --------
    >>> table = pd.DataFrame({"country": ["MLI", "TGO"], "admin1": ["Menaka", "Maritime"],
    ...                       "latitude": [15.92, 6.05], "longitude": [2.40, 1.22]})
    >>> assigned, report = assign_regions(table)
    >>> assigned.region.tolist(), assigned.region_status.tolist()
    (['Gao', 'Maritime'], ['inside', 'moved'])
    """
    require_columns(table, ["country", "latitude", "longitude"])
    admin1 = load_boundaries("admin1")
    found = _place(table, max_km)
    has = found["polygon"] >= 0
    polygon_name = np.where(has, admin1.name[found["polygon"]], None)
    by_polygon = comparable_names(admin1.iso3, admin1.name)
    region = np.where(has, by_polygon[found["polygon"]], None)
    assigned = table.assign(
        region=pd.array(region, dtype="str"),
        region_polygon=pd.array(polygon_name, dtype="str"),
        region_status=pd.array(found["status"], dtype="str"),
        region_km=found["km"],
    )
    return assigned, _report(assigned, found)


def _report(assigned: pd.DataFrame, found: dict[str, NDArray[Any]]) -> RegionReport:
    wanted = ["incident_id", "country", "admin1", "place", "geo_precision", "latitude", "longitude"]
    ids = [c for c in wanted if c in assigned.columns]
    status = found["status"]
    if "admin1" in assigned.columns:
        stated = assigned[["country", "admin1"]].copy()
    else:
        stated = assigned[["country"]].assign(admin1=pd.NA)
    comparable = comparable_names(stated["country"], stated["admin1"])
    unknown, merged = _name_reports(stated.assign(comparable=comparable))
    order = ["inside", "moved", "disagrees", "no_polygon", "no_coordinates"]
    return RegionReport(
        counts={s: int((status == s).sum()) for s in order},
        moved=assigned.loc[status == "moved", [*ids, "region", "region_km"]],
        countries=_country_disagreements(assigned, found, ids),
        divisions=_division_disagreements(assigned, comparable, ids),
        unassigned=assigned.loc[assigned["region"].isna(), [*ids, "region_status"]],
        unknown_names=unknown,
        merged_names=merged,
    )
