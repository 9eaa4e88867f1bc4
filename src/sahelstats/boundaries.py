"""Natural Earth borders of the fourteen countries, and whether a point lies where it should."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sahelstats.paths import BOUNDARIES

if TYPE_CHECKING:
    import shapely

FILES = {
    "country": "ne50m_admin0_14countries.geojson",
    "admin1": "ne10m_admin1_14countries.geojson",
}

#: How far outside its country an incident may lie: borders are drawn coarsely at this scale.
MAX_KM_OUTSIDE = 25.0

#: Lambert azimuthal equal-area about 15 N 0 E: areas are exact everywhere, and lengths within the
#: region are within 1.5 %.
REGIONAL_CRS = "+proj=laea +lat_0=15 +lon_0=0 +ellps=WGS84 +units=km +no_defs"


@dataclass(frozen=True)
class Boundaries:
    """Polygons of one level, as aligned arrays in the order of the file.

    Attributes
    ----------
    level : str
        "country" (1:50 million) or "admin1" (1:10 million).
    iso3 : ndarray of str, shape (n,)
        ISO 3166-1 alpha-3 code of each polygon's country.
    name : ndarray of str, shape (n,)
        The polygon's name in Natural Earth.
    geometry : ndarray of shapely geometries, shape (n,)
        Longitude, latitude (WGS84), prepared for point tests.
    """

    level: str
    iso3: NDArray[np.str_]
    name: NDArray[np.str_]
    geometry: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.name)


def load_libraries() -> None:
    """Import the libraries behind ``km_outside``, which takes a while, before they are needed."""
    for name in ("pyproj", "shapely"):
        import_module(name)


@lru_cache(maxsize=8)
def _read(path: Path, level: str) -> Boundaries:
    import shapely
    from shapely.geometry import shape

    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    geometry = np.array([shape(f["geometry"]) for f in features], dtype=object)
    shapely.prepare(geometry)
    return Boundaries(
        level=level,
        iso3=np.array([f["properties"]["iso3"] for f in features]),
        name=np.array([f["properties"]["name"] for f in features]),
        geometry=geometry,
    )


def load_boundaries(level: str = "country", folder: Path | None = None) -> Boundaries:
    """Read the borders of the region.

    Parameters
    ----------
    level : {"country", "admin1"}
        Countries, or their first-level divisions as Natural Earth has them (Mali before
        2016, Burkina Faso's provinces, Guinea's prefectures, Ghana before 2018).
    folder : Path, optional
        Where the GeoJSON files are; the project's data/boundaries by default.

    Returns
    -------
    Boundaries
        Read once, then shared: treat as read-only.

    Raises
    ------
    ValueError
        Unknown level.
    FileNotFoundError
        The file is not in the folder.

    Notes
    -----
    Natural Earth, public domain: 1:50m Admin 0 and 1:10m Admin 1.

    Examples
    --------
    >>> countries = load_boundaries("country")
    >>> len(countries), bool("MLI" in countries.iso3)
    (14, True)
    """
    if level not in FILES:
        raise ValueError(f"level is {level!r}; known levels: {', '.join(FILES)}")
    return _read((folder or BOUNDARIES) / FILES[level], level)


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
    found = load_boundaries("country")
    return dict(zip(found.iso3.tolist(), found.geometry, strict=True))


def meeting_point(*codes: str) -> tuple[float, float]:
    """Return the point at which the borders of countries meet.

    Parameters
    ----------
    *codes : str
        ISO 3166-1 alpha-3, three or more.

    Returns
    -------
    latitude, longitude : float
        WGS84 degrees; the first from the north where they meet more than once.

    Raises
    ------
    ValueError
        When they do not meet, or a country has no border here.

    Examples
    --------
    >>> meeting_point("MLI", "BFA", "NER")
    (14.9112, 0.2178)
    """
    import shapely

    known = countries()
    if unknown := [code for code in codes if code not in known]:
        raise ValueError(f"no borders of {', '.join(unknown)}")
    corners = [set(map(tuple, shapely.get_coordinates(known[c]).tolist())) for c in codes]
    if not (common := set.intersection(*corners)):
        raise ValueError(f"{', '.join(codes)} do not meet in one point")
    longitude, latitude = max(common, key=lambda point: (point[1], point[0]))
    return latitude, longitude


def km_outside(
    longitude: ArrayLike, latitude: ArrayLike, country: ArrayLike
) -> NDArray[np.float64]:
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
    x, y = to_plane.transform(np.asarray(longitude), np.asarray(latitude))
    codes = np.asarray(country)
    shapes = countries()
    outside = np.full(len(codes), np.nan)

    def to_km(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_plane.transform(degrees[:, 0], degrees[:, 1]))

    for code in set(codes.tolist()) & set(shapes):
        polygon = shapely.transform(shapes[code], to_km)
        # Most points lie inside, which is much quicker to see than how far outside they are.
        shapely.prepare(polygon)
        own = np.flatnonzero(codes == code)
        inside = shapely.contains_xy(polygon, x[own], y[own])
        outside[own[inside]] = 0.0
        rest = own[~inside]
        outside[rest] = shapely.distance(polygon, shapely.points(x[rest], y[rest]))
    return outside
