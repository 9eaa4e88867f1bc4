"""Maps of incidents: what is drawn on the ground of a map, and the keys that explain it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelstats.figures import palette
from sahelstats.figures.basemap import LAND, region_map
from sahelstats.figures.extents import KM_PER_DEGREE, extent_around
from sahelstats.figures.style import QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path as MplPath
    from matplotlib.patheffects import AbstractPathEffect

__all__ = [
    "DISC_KM",
    "NEAR_KM",
    "circle_km",
    "halo",
    "incident_points",
    "map_key",
    "precision_key",
    "region_map",
]

#: What precision 2 means, and the radius of the disc that stands for coarser places, in km.
NEAR_KM, DISC_KM = 25, 50

#: Area of a circle, in points squared, for each person killed.
AREA_PER_DEATH = 1.1


def incident_points(
    ax: Axes,
    table: pd.DataFrame,
    colours: Sequence[str] | str,
    figure: str = "killed_best",
    scale: float = 1.0,
    shapes: Sequence[str] | str = "o",
) -> Axes:
    """Draw incidents as marks whose area is the toll; how they are filled tells the precision.

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
    scale : float
        Areas are multiplied by this, for small maps; give the key the same.
    shapes : sequence of str or str
        A marker of matplotlib for each incident, or one for all.

    Returns
    -------
    Axes
        Filled: exact site. Hollow: within about 25 km. A pale disc of 50 km, one for each place: a
        district or coarser, never a point.
    """
    from matplotlib.patches import Ellipse

    colour, shape = (
        pd.Series([each] * len(table) if isinstance(each, str) else list(each), index=table.index)
        for each in (colours, shapes)
    )
    order = table[figure].fillna(0).sort_values(ascending=False, kind="stable").index
    table, colour = table.loc[order], colour.loc[order]
    coarse = table["geo_precision"] >= 3
    # One disc for a place, however many incidents are known to it alone: stacked, pale discs
    # would look like a site.
    for index, row in table[coarse].drop_duplicates(["latitude", "longitude"]).iterrows():
        height = 2 * DISC_KM / KM_PER_DEGREE
        width = height / np.cos(np.radians(row["latitude"]))
        ax.add_patch(
            Ellipse((row["longitude"], row["latitude"]), width, height, facecolor=colour[index],
                    alpha=0.13, linewidth=0, zorder=2.5)
        )  # fmt: skip
    for precision, filled in ((1, True), (2, False)):
        known = table[(table["geo_precision"] == precision) & table[figure].notna()]
        # Marks of one size and shape together: an SVG then holds the outline once.
        keys = [known[figure], shape.loc[known.index]]
        for (toll, mark), rows in known.groupby(keys, sort=False, observed=True):
            edge = colour.loc[rows.index]
            ax.scatter(
                rows["longitude"], rows["latitude"], marker=_circle() if mark == "o" else mark,
                s=(float(toll) * AREA_PER_DEATH * scale + 2) * _as_large(mark),
                facecolor=[_faded(c, 0.55) for c in edge] if filled else "none",
                edgecolor=edge.tolist(), linewidth=0.6, zorder=4,
            )  # fmt: skip
    unknown = table[~coarse & table[figure].isna()]
    ax.scatter(unknown["longitude"], unknown["latitude"], s=9, marker="x", linewidth=0.7,
               color=colour.loc[unknown.index].tolist(), zorder=4)  # fmt: skip
    return ax


@lru_cache(maxsize=1)
def _circle() -> MplPath:
    """Return a circle of four arcs (true to a fortieth of a percent) instead of eight."""
    from matplotlib.path import Path

    k = 0.5522847498
    corners = [(1, 0), (1, k), (k, 1), (0, 1), (-k, 1), (-1, k), (-1, 0)]
    corners += [(-1, -k), (-k, -1), (0, -1), (k, -1), (1, -k), (1, 0), (1, 0)]
    return Path(corners, [Path.MOVETO, *[Path.CURVE4] * 12, Path.CLOSEPOLY])


@lru_cache(maxsize=16)
def _as_large(marker: str) -> float:
    """Return how much larger a marker's size must be for it to cover as much as a circle."""
    from matplotlib.markers import MarkerStyle

    style = MarkerStyle(marker)
    outline = style.get_path().transformed(style.get_transform()).to_polygons()
    x, y = np.concatenate(outline).T
    area = abs(float(x[:-1] @ y[1:] - x[1:] @ y[:-1])) / 2
    return 1.0 if marker == "o" else np.pi / 4 / area


def _faded(colour: str, alpha: float) -> tuple[float, float, float, float]:
    from matplotlib.colors import to_rgba

    return to_rgba(colour, alpha)


def circle_km(ax: Axes, latitude: float, longitude: float, km: float) -> Axes:
    """Draw the circle of a distance around a point, with its radius written on it.

    Parameters
    ----------
    ax : Axes
        A ``region_map``.
    latitude, longitude : float
        Its middle, in degrees.
    km : float
        Its radius.

    Returns
    -------
    Axes
        The same.
    """
    from matplotlib.patches import Ellipse

    west, east, south, north = extent_around(latitude, longitude, km)
    ax.add_patch(
        Ellipse((longitude, latitude), east - west, north - south, fill=False, edgecolor=QUIET,
                linewidth=0.7, linestyle=(0, (4, 3)), zorder=3)
    )  # fmt: skip
    ax.text(longitude, north, f"{km:g} km", size=7, color=QUIET, ha="center", va="bottom", zorder=3)
    return ax


def halo() -> list[AbstractPathEffect]:
    """Return a pale edge that keeps words readable on top of marks."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2, foreground=LAND, alpha=0.85)]


def precision_key(ax: Axes, colour: str, deaths: Sequence[int], scale: float = 1.0) -> Axes:
    """Draw the key of a map of incidents in one colour: what areas and fillings mean.

    Parameters
    ----------
    ax : Axes
        An axes that holds nothing else.
    colour : str
        Of the incidents.
    deaths : sequence of int
        Tolls to show.
    scale : float
        As given to ``incident_points``.

    Returns
    -------
    Axes
        The same.
    """
    from matplotlib.lines import Line2D

    mark: dict[str, Any] = {"linestyle": "none", "markeredgecolor": colour, "markeredgewidth": 0.7}
    areas = [
        Line2D([], [], marker="o", markerfacecolor=_faded(colour, 0.55), label=f"{n}",
               markersize=np.sqrt(n * AREA_PER_DEATH * scale + 2), **mark)
        for n in deaths
    ]  # fmt: skip
    pale: dict[str, Any] = {**mark, "markeredgewidth": 0.0}
    kinds = [
        Line2D([], [], marker="o", markersize=6, markerfacecolor=_faded(colour, 0.55),
               label="exact site", **mark),
        Line2D([], [], marker="o", markersize=6, markerfacecolor="none", label="within 25 km",
               **mark),
        Line2D([], [], marker="o", markersize=10, markerfacecolor=_faded(colour, 0.16),
               label="the district only", **pale),
    ]  # fmt: skip
    areas.append(Line2D([], [], marker="x", markersize=4, label="no figure", **mark))
    ax.axis("off")
    text: dict[str, Any] = {
        "fontsize": 7, "borderpad": 0, "handletextpad": 0.4, "columnspacing": 1.0,
        "labelspacing": 0.9,
    }  # fmt: skip
    first = ax.legend(handles=areas, title="people killed", title_fontsize=7, ncols=len(areas),
                      loc="center left", **text)  # fmt: skip
    ax.legend(handles=kinds, title="place known to", title_fontsize=7, ncols=len(kinds),
              loc="center right", **text)  # fmt: skip
    ax.add_artist(first)
    return ax


def map_key(ax: Axes, families: Sequence[str], deaths: Sequence[int] = (10, 50, 200)) -> Axes:
    """Draw the key of a map of incidents: colours and shapes of actor families, areas of tolls.

    Parameters
    ----------
    ax : Axes
        An axes that holds nothing else.
    families : sequence of str
        Actor families shown.
    deaths : sequence of int
        Tolls to show.

    Returns
    -------
    Axes
        The same.
    """
    from matplotlib.lines import Line2D

    colours = [
        Line2D([], [], marker=mark, linestyle="none", markersize=6 * np.sqrt(_as_large(mark)),
               color=palette.ACTOR_FAMILY[family], label=palette.ACTOR_FAMILY_NAME[family])
        for family in families
        for mark in [palette.ACTOR_FAMILY_SHAPE[family]]
    ]  # fmt: skip
    areas = [
        Line2D([], [], marker="o", linestyle="none", markerfacecolor="#BBBBBB",
               markeredgecolor=QUIET, markersize=np.sqrt(n * AREA_PER_DEATH + 2), label=f"{n}")
        for n in deaths
    ]  # fmt: skip
    ax.axis("off")
    text: dict[str, Any] = {"fontsize": 7, "title_fontsize": 7, "borderpad": 0}
    first = ax.legend(handles=areas, title="killed", ncols=len(deaths), loc="center left",
                      handletextpad=0.6, columnspacing=1.2, **text)  # fmt: skip
    ax.legend(handles=colours, ncols=-(-len(families) // 2), loc="center right",
              handletextpad=0.1, columnspacing=0.9, **text)  # fmt: skip
    ax.add_artist(first)
    return ax
