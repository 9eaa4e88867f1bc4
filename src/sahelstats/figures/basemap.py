"""The ground of every map: borders, the names of countries and towns, and a scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelstats.boundaries import countries
from sahelstats.figures.extents import KM_PER_DEGREE, REGION
from sahelstats.figures.labels import place_labels
from sahelstats.figures.style import INK
from sahelstats.summaries import country_name

if TYPE_CHECKING:
    import shapely
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox

LAND, ELSEWHERE, SEA, BORDER = "#F7F6F2", "#E6E5E0", "#DCE7EF", "#A8A8A0"

#: Open water within the region's reach: the borders say nothing of what lies between them.
GULF_OF_GUINEA = (-7.4, 9.8, 2.0, 6.6)

#: What borders are simplified to, in points: less than half of a line's width. Files stay small.
FINEST = 0.2

#: A pale ground under the names on a map. A halo would write every letter's outline into the SVG,
#: twice: it is kept for the few words that stand on marks.
PLATE: dict[str, Any] = {
    "boxstyle": "square,pad=0.05",
    "facecolor": LAND,
    "alpha": 0.5,
    "linewidth": 0,
}

#: Half the width of the box around a town's mark that names keep off, in points.
MARK_REACH = 3.5


def region_map(
    ax: Axes,
    extent: tuple[float, float, float, float] = REGION,
    places: pd.DataFrame | None = None,
    keep_clear: Sequence[tuple[float, float]] = (),
) -> Axes:
    """Draw the base of every map.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    extent : tuple of float
        West, east, south, north in degrees.
    places : DataFrame, optional
        Capitals and towns to mark: columns ``place``, ``kind``, ``latitude``, ``longitude``.
    keep_clear : sequence of (float, float), optional
        Longitude and latitude of points that the names of countries avoid where they can.

    Returns
    -------
    Axes
        With degrees as data units, stretched so that distances at the middle latitude are true.
        Grey: countries of which the project has no borders.
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Polygon, Rectangle

    west, east, south, north = extent
    ax.set_facecolor(ELSEWHERE)
    left, right, bottom, top = GULF_OF_GUINEA
    ax.add_patch(Rectangle((left, bottom), right - left, top - bottom, color=SEA, linewidth=0))
    wide = ax.get_window_extent().width / ax.figure.dpi * 72
    outlines = [
        Polygon(np.asarray(part.exterior.coords), closed=True)
        for part in _seen_outlines(extent, wide)
    ]
    ax.add_collection(
        PatchCollection(outlines, facecolor=LAND, edgecolor=BORDER, linewidth=0.6, zorder=1)
    )
    ax.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
    ax.set_aspect(1 / np.cos(np.radians((south + north) / 2)))
    for spine in ax.spines.values():
        spine.set(visible=True, color=BORDER)
    _scale_bar(ax, extent)
    taken: list[Any] = []
    if places is not None:
        taken += [label.get_window_extent().extents for label in _mark_places(ax, places, extent)]
        marks = places[["longitude", "latitude"]].to_numpy(float)
        taken += list(_boxes_around(ax, marks, MARK_REACH))
    # Last, because writing the places settles where the axes lie.
    taken.append(ax.transData.transform_bbox(_corner(extent)).extents)
    _name_countries(ax, extent, taken, keep_clear)
    return ax


def _boxes_around(ax: Axes, points: np.ndarray, reach: float) -> np.ndarray:
    """Return the boxes (x0, y0, x1, y1) in pixels that reach so many points from each point."""
    pixels = reach * ax.figure.dpi / 72
    around = ax.transData.transform(points)[:, [0, 1, 0, 1]]
    return np.asarray(around + np.array([-1, -1, 1, 1]) * pixels)


def _seen_outlines(
    extent: tuple[float, float, float, float], points: float
) -> list[shapely.Polygon]:
    """Return what a map so many points wide shows of the countries, no finer than its ink."""
    import shapely

    west, east, south, north = extent
    margin, ink = 0.1 * (east - west), (east - west) * FINEST / max(points, 1.0)
    window = shapely.box(west - margin, south - margin, east + margin, north + margin)
    shapes = shapely.intersection(list(countries().values()), window)
    parts = shapely.get_parts(shapely.simplify(shapes, ink))
    return [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]


def _name_countries(
    ax: Axes,
    extent: tuple[float, float, float, float],
    taken: list[Any],
    keep_clear: Sequence[tuple[float, float]],
) -> None:
    """Write each country's name well inside what is seen of it, off what is taken.

    Where a name cannot also keep clear of all points, it covers as few as it can.
    """
    import shapely

    west, east, south, north = extent
    window = shapely.box(west, south, east, north)
    frame = ax.get_window_extent().extents
    points = np.asarray(keep_clear, dtype=float).reshape(-1, 2)
    around = _boxes_around(ax, points, 4.5)
    for code, shape in countries().items():
        seen = shapely.intersection(shape, window)
        if seen.area < 0.012 * window.area:
            continue
        room = _roomy_points(seen)
        if seen.area > 0.6 * window.area:
            # A country that fills the map is named at its edge, away from what the map is about.
            room.insert(0, (west + 0.1 * (east - west), north - 0.05 * (north - south)))
        if not room:
            continue
        label = ax.text(
            *room[0], country_name(code).upper(), color="#77776F", size=6.5, ha="center",
            va="center", zorder=5, bbox=PLATE, in_layout=False,
        )  # fmt: skip
        box = label.get_window_extent().padded(3).extents
        moved = ax.transData.transform(room) - ax.transData.transform(room[0])
        boxes = box + moved[:, [0, 1, 0, 1]]
        inside = (boxes[:, 0] >= frame[0]) & (boxes[:, 2] <= frame[2])
        free = inside & ~_touching(boxes, np.array(taken)).any(axis=1)
        if not free.any():
            label.remove()
            continue
        covered = np.where(free, _touching(boxes, around).sum(axis=1), np.inf)
        chosen = int(np.argmin(covered))
        label.set_position(room[chosen])
        taken.append(boxes[chosen])


def _touching(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return which boxes (rows; x0, y0, x1, y1) touch which of the others (columns)."""
    a, b = boxes[:, None], others[None]
    meet = (a[..., :2] <= b[..., 2:]) & (a[..., 2:] >= b[..., :2])
    return np.asarray(np.all(meet, axis=2))


def _corner(extent: tuple[float, float, float, float]) -> Bbox:
    """Return the lower right corner of a map, where the scale bar stands."""
    from matplotlib.transforms import Bbox

    west, east, south, north = extent
    return Bbox([[east - 0.35 * (east - west), south], [east, south + 0.1 * (north - south)]])


def _roomy_points(shape: shapely.Geometry) -> list[tuple[float, float]]:
    """Return points of a polygon, the farthest from its edge first."""
    import shapely

    west, south, east, north = shape.bounds
    grid = np.meshgrid(np.linspace(west, east, 22), np.linspace(south, north, 22))
    points = shapely.points(grid[0].ravel(), grid[1].ravel())
    inside = points[shapely.contains(shape, points)]
    room = shapely.distance(inside, shapely.boundary(shape))
    return [(float(p.x), float(p.y)) for p in inside[np.argsort(-room, kind="stable")]]


def _mark_places(
    ax: Axes, places: pd.DataFrame, extent: tuple[float, float, float, float]
) -> list[Annotation]:
    """Mark capitals with squares and other towns with dots, and write their names."""
    west, east, south, north = extent
    seen = places[
        places["longitude"].between(west, east) & places["latitude"].between(south, north)
    ].sort_values("kind", kind="stable")
    for kind, rows in seen.groupby("kind", observed=True):
        marker, size = ("s", 10) if kind == "capital" else ("o", 5)
        ax.scatter(rows["longitude"], rows["latitude"], s=size, marker=marker, color=INK, zorder=6)
    return place_labels(
        ax, seen["longitude"].to_numpy(), seen["latitude"].to_numpy(), seen["place"].tolist(),
        size=7, color=INK, zorder=7, bbox=PLATE,
    )  # fmt: skip


def _scale_bar(ax: Axes, extent: tuple[float, float, float, float]) -> None:
    """Draw a bar of a round length at the lower right."""
    west, east, south, north = extent
    per_degree = KM_PER_DEGREE * np.cos(np.radians(south + 0.06 * (north - south)))
    width_km = (east - west) * per_degree
    length = max(v for v in (10, 20, 50, 100, 200, 500, 1000) if v <= width_km / 4)
    right, y = east - 0.03 * (east - west), south + 0.035 * (north - south)
    left = right - length / per_degree
    ax.plot([left, right], [y, y], color=INK, linewidth=1.5, solid_capstyle="butt", zorder=8)
    ax.text((left + right) / 2, y + 0.01 * (north - south), f"{length} km", size=7, ha="center",
            va="bottom", color=INK, zorder=8)  # fmt: skip
