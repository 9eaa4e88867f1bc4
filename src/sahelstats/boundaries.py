"""Borders of the region, and whether a point lies in the country it is said to lie in."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sahelstats.paths import BOUNDARIES

if TYPE_CHECKING:
    import shapely

COUNTRY_FILE = BOUNDARIES / "ne50m_admin0_14countries.geojson"
DIVISION_FILE = BOUNDARIES / "ne10m_admin1_14countries.geojson"

#: Lambert azimuthal equal-area around the region's middle: distances of some tens of km are true
#: to well under 1 % there.
REGIONAL_CRS = "+proj=laea +lat_0=15 +lon_0=0 +datum=WGS84 +units=km"


@lru_cache(maxsize=1)
def countries() -> dict[str, shapely.Geometry]:
    """Return the polygons of the region's countries.

    Returns
    -------
    dict
        ISO 3166-1 alpha-3 code -> shapely geometry in WGS84 degrees.

    Examples
    --------
    >>> "MLI" in countries()
    True
    """
    import shapely

    content = json.loads(COUNTRY_FILE.read_text(encoding="utf-8"))
    return {
        feature["properties"]["iso3"]: shapely.from_geojson(json.dumps(feature["geometry"]))
        for feature in content["features"]
    }


def km_outside(longitude: np.ndarray, latitude: np.ndarray, country: np.ndarray) -> np.ndarray:
    """Return how far points lie outside the country they are said to lie in.

    Parameters
    ----------
    longitude, latitude : array of float
        WGS84 degrees, none missing.
    country : array of str
        ISO 3166-1 alpha-3 code of each point.

    Returns
    -------
    array of float
        Kilometres to the country's border, 0 inside it, NaN for a country without a polygon.

    Examples
    --------
    >>> km_outside([-8.0], [12.65], ["MLI"])
    array([0.])
    """
    import shapely
    from pyproj import Transformer

    to_plane = Transformer.from_crs("EPSG:4326", REGIONAL_CRS, always_xy=True)
    points = shapely.points(*to_plane.transform(np.asarray(longitude), np.asarray(latitude)))
    country = np.asarray(country)
    outside = np.full(len(points), np.nan)
    for code in np.unique(country):
        if code in countries():
            polygon = shapely.transform(
                countries()[code],
                lambda xy: np.column_stack(to_plane.transform(xy[:, 0], xy[:, 1])),
            )
            # Most points lie inside, which is much quicker to see than how far outside they are.
            shapely.prepare(polygon)
            own = np.flatnonzero(country == code)
            inside = shapely.covers(polygon, points[own])
            outside[own[inside]] = 0.0
            outside[own[~inside]] = shapely.distance(polygon, points[own[~inside]])
    return outside
