"""Maps: the region's borders with names, capitals and a scale, and incidents upon them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelstats.boundaries import countries
from sahelstats.figures.labels import place_labels
from sahelstats.figures.style import INK, QUIET
from sahelstats.summaries import country_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LAND, SEA, BORDER = "#F7F6F2", "#E9EEF2", "#A8A8A0"
KM_PER_DEGREE = 111.32

#: West, east, south, north of the whole region, in degrees.
REGION = (-13.0, 16.5, 3.6, 26.0)

#: Area of a circle, in points squared, for each person killed.
AREA_PER_DEATH = 1.1


def region_map(
    ax: Axes,
    extent: tuple[float, float, float, float] = REGION,
    places: pd.DataFrame | None = None,
    name_countries: bool = True,
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
    name_countries : bool
        Whether countries are named.

    Returns
    -------
    Axes
        With degrees as data units, stretched so that distances at the middle latitude are true.
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Polygon

    west, east, south, north = extent
    ax.set_facecolor(SEA)
    outlines = []
    for shape in countries().values():
        for part in getattr(shape, "geoms", [shape]):
            outlines.append(Polygon(np.asarray(part.exterior.coords), closed=True))
    ax.add_collection(
        PatchCollection(outlines, facecolor=LAND, edgecolor=BORDER, linewidth=0.6, zorder=1)
    )
    ax.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
    ax.set_aspect(1 / np.cos(np.radians((south + north) / 2)))
    for spine in ax.spines.values():
        spine.set(visible=True, color=BORDER)
    if name_countries:
        _name_countries(ax, extent)
    if places is not None:
        _mark_places(ax, places, extent)
    _scale_bar(ax, extent)
    return ax


def _name_countries(ax: Axes, extent: tuple[float, float, float, float]) -> None:
    """Write each country's name at a point well inside what is seen of it."""
    import shapely

    west, east, south, north = extent
    window = shapely.box(west, south, east, north)
    for code, shape in countries().items():
        seen = shapely.intersection(shape, window)
        if seen.area < 0.012 * window.area:
            continue
        x, y = _roomiest_point(seen)
        ax.text(
            x, y, country_name(code).upper(), color="#8C8C84", size=6.5, ha="center", va="center",
            zorder=2, clip_on=True,
        )  # fmt: skip


def _roomiest_point(shape: object) -> tuple[float, float]:
    """Return the point of a polygon that is farthest from its edge."""
    import shapely

    line = shapely.maximum_inscribed_circle(shape, 0.1)
    x, y = np.asarray(line.coords)[0]
    return float(x), float(y)


def _mark_places(ax: Axes, places: pd.DataFrame, extent: tuple[float, float, float, float]) -> None:
    """Mark capitals with squares and other towns with dots, and write their names."""
    west, east, south, north = extent
    seen = places[
        places["longitude"].between(west, east) & places["latitude"].between(south, north)
    ]
    for kind, rows in seen.groupby("kind", observed=True):
        marker, size = ("s", 10) if kind == "capital" else ("o", 5)
        ax.scatter(rows["longitude"], rows["latitude"], s=size, marker=marker, color=INK, zorder=6)
    place_labels(
        ax, seen["longitude"].to_numpy(), seen["latitude"].to_numpy(), seen["place"].tolist(),
        size=7, color=INK, zorder=7,
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


def incident_points(
    ax: Axes, table: pd.DataFrame, colours: Sequence[str] | str, figure: str = "killed_best"
) -> Axes:
    """Draw incidents as circles whose area is the toll; how they are filled tells the precision.

    Parameters
    ----------
    ax : Axes
        A ``region_map``.
    table : DataFrame
        Tidy incidents with coordinates.
    colours : sequence of str or str
        A colour for each incident, or one for all.
    figure : str
        Column that gives the area; incidents without a figure are drawn as small crosses.

    Returns
    -------
    Axes
        Filled: exact site. Hollow: within about 25 km. A pale disc of 50 km: a district or coarser,
        never a point.
    """
    from matplotlib.patches import Ellipse

    colour = pd.Series([colours] * len(table) if isinstance(colours, str) else list(colours))
    colour.index = table.index
    order = table[figure].fillna(0).sort_values(ascending=False, kind="stable").index
    table, colour = table.loc[order], colour.loc[order]
    coarse = table["geo_precision"] >= 3
    for index, row in table[coarse].iterrows():
        height = 2 * 50 / KM_PER_DEGREE
        width = height / np.cos(np.radians(row["latitude"]))
        ax.add_patch(
            Ellipse((row["longitude"], row["latitude"]), width, height, facecolor=colour[index],
                    alpha=0.13, linewidth=0, zorder=2.5)
        )  # fmt: skip
    for precision, filled in ((1, True), (2, False)):
        rows = table[(table["geo_precision"] == precision) & table[figure].notna()]
        size = rows[figure].to_numpy(float) * AREA_PER_DEATH + 2
        edge = colour.loc[rows.index]
        ax.scatter(
            rows["longitude"], rows["latitude"], s=size,
            facecolor=[_faded(c, 0.55) for c in edge] if filled else "none",
            edgecolor=edge.tolist(), linewidth=0.6, zorder=4,
        )  # fmt: skip
    unknown = table[~coarse & table[figure].isna()]
    ax.scatter(unknown["longitude"], unknown["latitude"], s=9, marker="x", linewidth=0.7,
               color=colour.loc[unknown.index].tolist(), zorder=4)  # fmt: skip
    return ax


def _faded(colour: str, alpha: float) -> tuple[float, float, float, float]:
    from matplotlib.colors import to_rgba

    return to_rgba(colour, alpha)


def toll_legend(ax: Axes, deaths: Sequence[int] = (10, 50, 100, 200)) -> Axes:
    """Draw an honest legend of circle areas in a small axes.

    Parameters
    ----------
    ax : Axes
        An axes that holds nothing else.
    deaths : sequence of int
        Tolls to show.

    Returns
    -------
    Axes
        The same.
    """
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], marker="o", linestyle="none", markerfacecolor="#BBBBBB",
               markeredgecolor=QUIET, markersize=np.sqrt(n * AREA_PER_DEATH + 2), label=f"{n}")
        for n in deaths
    ]  # fmt: skip
    ax.axis("off")
    ax.legend(handles=handles, title="killed", ncols=len(deaths), loc="center left", fontsize=7,
              title_fontsize=7, handletextpad=0.8, columnspacing=1.6, borderpad=0.2)  # fmt: skip
    return ax
