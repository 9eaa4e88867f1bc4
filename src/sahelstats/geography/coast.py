"""The coast of the Gulf of Guinea, cut out of the countries' outline."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sahelstats.boundaries import load_boundaries
from sahelstats.geography.distances import as_positions, distance_km

# The outline of the fourteen countries is coast in some places and border with a country
# left out in others, and the polygons do not say which. Along the Gulf there is a single
# stretch of coast, and the outer border meets the sea at two river mouths: the Cavally
# (Cote d'Ivoire and Liberia) in the west, the Campo or Ntem (Cameroon and Equatorial
# Guinea) in the east. What lies between them on the southern side is coast. Cameroon
# is kept because it borders the Gulf too, as the International Hydrographic Organization
# draws it (Cape Palmas to Cape Lopez).
CAVALLY_MOUTH = (4.355, -7.524)
CAMPO_MOUTH = (2.342, 9.800)
# Islands count as coast if they lie in this window (south, north, west, east).
GULF_WINDOW = (2.0, 7.0, -8.0, 10.5)
# A sample every s km makes a distance of d km too long by at most s^2 / 8d (and s / 2 at the
# coast itself): points far inland need fewer samples, and the search is twenty times quicker.
SPACING_KM, FAR_SPACING_KM, NEAR_KM = 0.25, 5.0, 60.0


def _outline() -> tuple[Any, list[Any]]:
    """Return the mainland's outline (latitude, longitude) and the islands'."""
    import shapely

    union = shapely.union_all(load_boundaries("admin1").geometry)
    parts = sorted(shapely.get_parts(union), key=lambda p: -p.area)
    rings = [shapely.get_coordinates(p.exterior)[:, ::-1] for p in parts]
    return rings[0], rings[1:]


@lru_cache(maxsize=1)
def gulf_of_guinea() -> tuple[NDArray[np.float64], ...]:
    """Return the Gulf of Guinea's coast as lines of vertices.

    Returns
    -------
    tuple of ndarray, each of shape (n, 2)
        Latitude and longitude (WGS84 degrees): the mainland from the Cavally to the Campo,
        lagoons' and estuaries' shores as Natural Earth draws them, then the islands.

    Raises
    ------
    ValueError
        The boundaries' outline does not pass within 10 km of both river mouths.

    Notes
    -----
    Derived from the union of Natural Earth's 1:10m first-level divisions; the comment at
    the top of this module says how coast is told from border.

    Examples
    --------
    >>> mainland = gulf_of_guinea()[0]
    >>> bool(mainland[:, 0].max() < 7)  # nowhere near the outer land borders
    True
    """
    mainland, islands = _outline()
    ring = mainland[:-1]
    ends = []
    for latitude, longitude in (CAVALLY_MOUTH, CAMPO_MOUTH):
        away = distance_km(latitude, longitude, ring[:, 0], ring[:, 1])
        if away.min() > 10:
            raise ValueError(f"the outline passes {away.min():.0f} km from a river mouth")
        ends.append(int(away.argmin()))
    west, east = ends
    forward = np.roll(ring, -west, axis=0)[: (east - west) % len(ring) + 1]
    backward = np.roll(ring[::-1], west + 1, axis=0)[: (west - east) % len(ring) + 1]
    # One way round follows the coast, the other the land borders up to Algeria.
    coast = min(forward, backward, key=lambda line: line[:, 0].max())
    south, north, left, right = GULF_WINDOW
    centres = [i.mean(axis=0) for i in islands]
    inside = [south < c[0] < north and left < c[1] < right for c in centres]
    return (coast, *(i for i, keep in zip(islands, inside, strict=True) if keep))


def on_sphere(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return unit vectors, whose chords order points as great circles do."""
    phi, lam = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


@lru_cache(maxsize=2)
def _coast_tree(spacing_km: float) -> tuple[Any, NDArray[np.float64]]:
    """Return a KD-tree of the coast's vertices and points between them, and the points."""
    from scipy.spatial import cKDTree

    pieces = []
    for line in gulf_of_guinea():
        lengths = distance_km(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1])
        steps = np.maximum(np.ceil(lengths / spacing_km).astype(int), 1)
        which = np.repeat(np.arange(len(steps)), steps)
        within = np.arange(len(which)) - np.repeat(np.cumsum(steps) - steps, steps)
        part = (within / steps[which])[:, None]
        pieces += [line[which] * (1 - part) + line[which + 1] * part, line[-1:]]
    points = np.vstack(pieces)
    return cKDTree(on_sphere(points[:, 0], points[:, 1])), points


def _nearest_sample(
    lat: NDArray[np.float64], lon: NDArray[np.float64], spacing_km: float
) -> NDArray[np.float64]:
    """Return the distance to the nearest sample of the coast, in kilometres."""
    tree, points = _coast_tree(spacing_km)
    foot = points[tree.query(on_sphere(lat, lon))[1]]
    return distance_km(lat, lon, foot[:, 0], foot[:, 1])


def distance_to_coast_km(latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.float64]:
    """Geodesic distance to the nearest point of the Gulf of Guinea's coast, in kilometres.

    Parameters
    ----------
    latitude, longitude : float or array
        WGS84 degrees; they broadcast.

    Returns
    -------
    ndarray of float
        Kilometres, never negative, on land as at sea; NaN where a coordinate is missing.
        The coast is sampled so finely that the result is at most 0.13 km too long;
        the coast itself is generalised to 1:10 million (about 1 km).

    Raises
    ------
    ValueError
        A latitude outside -90..90 or a longitude outside -180..180.

    Notes
    -----
    Nearest sample by chord length, then Karney's (2013) geodesic to it. The Atlantic coast
    of Senegal, Mauritania and Guinea and the Mediterranean do not count.

    Examples
    --------
    >>> distance_to_coast_km([6.13, 13.51], [1.22, 2.11]).round(-1).tolist()  # Lome, Niamey
    [0.0, 780.0]
    """
    lat, lon = as_positions(latitude, longitude)
    flat_lat, flat_lon = lat.ravel(), lon.ravel()
    known = ~(np.isnan(flat_lat) | np.isnan(flat_lon))
    result = np.full(flat_lat.shape, np.nan)
    result[known] = _nearest_sample(flat_lat[known], flat_lon[known], FAR_SPACING_KM)
    near = known & (result < NEAR_KM)
    result[near] = _nearest_sample(flat_lat[near], flat_lon[near], SPACING_KM)
    return result.reshape(lat.shape)
