"""Which polygon a point lies in, or lies nearest to: arrays in, arrays out."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sahelstats.boundaries import Boundaries, load_boundaries
from sahelstats.geography.distances import distance_km
from sahelstats.geography.projection import project, unproject

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def containing(boundaries: Boundaries, lat: FloatArray, lon: FloatArray) -> IntArray:
    """Return the polygon each point lies in, -1 for none.

    A point on a shared border goes to the polygon that comes first in the file. Sorting by
    longitude once, then testing only the points in each polygon's box against the prepared
    polygon, is five times quicker than a tree of points.
    """
    import shapely

    order = np.argsort(lon, kind="stable")
    east, north = lon[order], lat[order]
    result = np.full(len(lat), -1, dtype=np.int64)
    boxes = shapely.bounds(boundaries.geometry)
    for k in range(len(boundaries) - 1, -1, -1):  # backwards, so that the first one wins
        west, south, right, top = boxes[k]
        start, stop = np.searchsorted(east, [west, np.nextafter(right, np.inf)])
        near = np.flatnonzero((north[start:stop] >= south) & (north[start:stop] <= top)) + start
        if len(near):
            hit = shapely.intersects_xy(boundaries.geometry[k], east[near], north[near])
            result[order[near[hit]]] = k
    return result


@lru_cache(maxsize=4)
def in_plane(level: str) -> NDArray[np.object_]:
    """Return the polygons in the equal-area plane (kilometres)."""
    import shapely

    # Borders are straight in degrees: long ones need more vertices to stay so in the plane.
    fine = shapely.segmentize(load_boundaries(level).geometry, 0.1)

    def to_plane(lonlat: FloatArray) -> FloatArray:
        return np.column_stack(project(lonlat[:, 1], lonlat[:, 0]))

    projected: NDArray[np.object_] = shapely.transform(fine, to_plane)
    return projected


@lru_cache(maxsize=256)
def _tree(level: str, only: tuple[int, ...]) -> Any:
    """Return a search tree of some projected polygons."""
    import shapely

    return shapely.STRtree(in_plane(level)[list(only)])


def nearest(
    level: str, lat: FloatArray, lon: FloatArray, max_km: float, only: IntArray | None = None
) -> tuple[IntArray, FloatArray]:
    """Return the nearest polygon within `max_km` of each point (-1 for none) and how far.

    Only the polygons numbered in `only` compete, if given. The nearest point is found in the
    plane, its distance is geodesic; points inside a polygon are 0 km from it.
    """
    import shapely

    polygon, km = np.full(len(lat), -1, dtype=np.int64), np.full(len(lat), np.nan)
    chosen = np.arange(len(load_boundaries(level))) if only is None else only
    if not len(lat) or not len(chosen):
        return polygon, km
    tree = _tree(level, tuple(chosen.tolist()))
    x, y = project(lat, lon)
    points = shapely.points(x, y)
    # The plane's lengths are within 1.5 % of true ones in the region: search a little wider.
    rows, hits = tree.query_nearest(points, max_distance=max_km * 1.05 + 1e-6, all_matches=False)
    feet = shapely.get_point(shapely.shortest_line(tree.geometries[hits], points[rows]), 0)
    foot_lat, foot_lon = unproject(shapely.get_x(feet), shapely.get_y(feet))
    away = distance_km(lat[rows], lon[rows], foot_lat, foot_lon)
    away[shapely.intersects(tree.geometries[hits], points[rows])] = 0.0
    close = away <= max_km
    polygon[rows[close]] = chosen[hits[close]]
    km[rows[close]] = away[close]
    return polygon, km
