"""Plots of movement: yearly centres, southern limits, shares, periods and slopes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelstats.figures import extents, maps
from sahelstats.figures.geography import BLUE
from sahelstats.figures.labels import place_labels
from sahelstats.figures.style import INK, QUIET, name_rungs
from sahelstats.figures.years import FEW, highest_share, year_axis, yearly_marks
from sahelstats.tables import load_places

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ticker import Locator

#: First and last of a series of years: they differ in lightness, so in greyscale too.
EARLY, LATE = "#7FB3D5", "#1B2A5C"

#: Towns whose latitude tells a reader how far south is, from the north.
LATITUDES = ("Timbuktu", "Niamey", "Bamako", "Natitingou", "Abidjan")


def well_known(centres: pd.DataFrame) -> pd.DataFrame:
    """Return the years whose centre rests on at least ten incidents and has an interval.

    Parameters
    ----------
    centres : DataFrame
        From ``geography.yearly_centres``.

    Returns
    -------
    DataFrame
        Some of its rows; all that have an interval when none rests on so many.
    """
    drawn = centres[centres["mean_latitude_low"].notna()]
    many = drawn[drawn["n_incidents"] >= FEW]
    return many if len(many) else drawn


def _shades(n: int) -> list[tuple[float, float, float, float]]:
    """Return n colours from the early to the late one."""
    from matplotlib.colors import LinearSegmentedColormap

    ramp = LinearSegmentedColormap.from_list("years", [EARLY, LATE])
    return [ramp(k / max(n - 1, 1)) for k in range(n)]


def ellipse_map(
    ax: Axes,
    centres: pd.DataFrame,
    extent: tuple[float, float, float, float],
    places: pd.DataFrame | None = None,
) -> Axes:
    """Draw the yearly ellipses on a map, the first and the last of them with their year.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    centres : DataFrame
        From ``well_known``.
    extent : tuple of float
        From ``ellipse_extent``.
    places : DataFrame, optional
        Capitals to mark.

    Returns
    -------
    Axes
        An outline for each year, one standard deviation about the mean centre; first and last are
        thick.
    """
    outlines = _outlines(centres)
    ends = dict.fromkeys((0, len(outlines) - 1))
    marks = {}
    for k in ends:
        latitude, longitude = outlines[k]
        # The first year is named at its eastern end, the last at its western one.
        corner = int(np.argmax(longitude) if k == 0 else np.argmin(longitude))
        marks[k] = (float(longitude[corner]), float(latitude[corner]))
    around = [p for lat, lon in outlines for p in zip(lon[::3], lat[::3], strict=True)]
    maps.region_map(ax, extent, places=places, keep_clear=[*marks.values(), *around])
    shades = _shades(len(outlines))
    for k, (latitude, longitude) in enumerate(outlines):
        ax.plot(longitude, latitude, color=shades[k], linewidth=2.0 if k in ends else 0.6,
                linestyle=(0, (4, 2)) if k == 0 and len(ends) > 1 else "-",
                zorder=4 if k in ends else 3)  # fmt: skip
    for k, (x, y) in marks.items():
        ax.text(
            x, y, f"{int(centres['year'].iloc[k])}", size=8, weight="bold", color=INK, zorder=9,
            ha="center", va="center", path_effects=maps.halo(), in_layout=False,
        )  # fmt: skip
    return ax


def _outlines(centres: pd.DataFrame) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return latitudes and longitudes of each year's ellipse."""
    from sahelstats.geography import ellipse_outline

    return [ellipse_outline(row) for _, row in centres.iterrows()]


def ellipse_extent(centres: pd.DataFrame) -> tuple[float, float, float, float]:
    """Return the extent of a map that holds the ellipses.

    Parameters
    ----------
    centres : DataFrame
        From ``well_known``.

    Returns
    -------
    tuple of float
        West, east, south, north in degrees.
    """
    outlines = _outlines(centres)
    latitude, longitude = (np.concatenate(part) for part in zip(*outlines, strict=True))
    return extents.landscape(extents.extent_of(latitude, longitude, 1.0))


def centre_extent(centres: pd.DataFrame) -> tuple[float, float, float, float]:
    """Return the extent of a map that holds the centres and their intervals.

    Parameters
    ----------
    centres : DataFrame
        From ``well_known``.

    Returns
    -------
    tuple of float
        West, east, south, north in degrees.
    """
    ends = centres[["mean_latitude_low", "mean_latitude_high"]].to_numpy(float)
    sides = centres[["mean_longitude_low", "mean_longitude_high"]].to_numpy(float)
    return extents.landscape(extents.extent_of(ends, sides, 0.4))


def centre_map(
    ax: Axes,
    centres: pd.DataFrame,
    extent: tuple[float, float, float, float],
    places: pd.DataFrame | None = None,
) -> Axes:
    """Draw the yearly mean centres with their intervals, on a map that is close enough to see them.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    centres : DataFrame
        From ``well_known``.
    extent : tuple of float
        From ``centre_extent``.
    places : DataFrame, optional
        Capitals and towns to mark.

    Returns
    -------
    Axes
        A cross of two bars and a dot for each year, light to dark with time, the year beside it.
    """
    x, y = (centres[f"mean_{axis}"].to_numpy(float) for axis in ("longitude", "latitude"))
    maps.region_map(ax, extent, places=places, keep_clear=_crosses(centres))
    for k, shade in enumerate(_shades(len(centres))):
        row = centres.iloc[k]
        ax.plot([x[k], x[k]], [row["mean_latitude_low"], row["mean_latitude_high"]],
                color=shade, linewidth=0.9, zorder=4)  # fmt: skip
        ax.plot([row["mean_longitude_low"], row["mean_longitude_high"]], [y[k], y[k]],
                color=shade, linewidth=0.9, zorder=4)  # fmt: skip
        ax.plot([x[k]], [y[k]], "o", color=shade, markeredgecolor="white", markeredgewidth=0.5,
                markersize=6.5, zorder=5)  # fmt: skip
    place_labels(
        ax, x[::-1], y[::-1], [f"{int(year)}" for year in centres["year"].iloc[::-1]],
        radii=np.full(len(x), 3.5), size=8, weight="bold", color=INK, zorder=9,
        path_effects=maps.halo(),
    )  # fmt: skip
    return ax


def _crosses(centres: pd.DataFrame, n: int = 30) -> list[tuple[float, float]]:
    """Return points along the bars of each year's interval."""
    points: list[tuple[float, float]] = []
    for _, row in centres.iterrows():
        x, y = row["mean_longitude"], row["mean_latitude"]
        west, east = row["mean_longitude_low"], row["mean_longitude_high"]
        south, north = row["mean_latitude_low"], row["mean_latitude_high"]
        points += [(float(a), y) for a in np.linspace(west, east, n)]
        points += [(x, float(b)) for b in np.linspace(south, north, n)]
    return points


def southern_limits(
    ax: Axes, tenth: pd.DataFrame, median: pd.DataFrame, km_per_year: float | None = None
) -> Axes:
    """Draw, year by year, the latitude of the southern tenth and of the median incident.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    tenth, median : DataFrame
        ``year``, ``n_incidents``, ``value``, ``low``, ``high`` in degrees north.
    km_per_year : float, optional
        Slope of the tenth, south positive (``geography.southward_trend``); drawn through the middle
        of its values.

    Returns
    -------
    Axes
        North is up; at the right edge the latitudes of some towns.
    """
    yearly_marks(ax, median, "#8C8C8C", "median incident", marker="s", shift=0.14)
    yearly_marks(ax, tenth, BLUE, "southern tenth begins", shift=-0.14)
    year_axis(ax, tenth)
    years = tenth["year"].to_numpy(float)
    if km_per_year is not None:
        slope = -km_per_year / extents.KM_PER_DEGREE
        ends = np.array([years.min() - 0.4, years.max() + 0.4])
        start = float(np.nanmedian(tenth["value"].to_numpy(float) - slope * years))
        ax.plot(ends, start + slope * ends, color=BLUE, linewidth=1.1, linestyle=(0, (5, 3)),
                label="its trend (Theil-Sen)", zorder=2)  # fmt: skip
    cells = pd.concat([tenth, median])[["value", "low", "high"]].to_numpy(float)
    south, north = float(np.nanmin(cells)) - 0.6, float(np.nanmax(cells)) + 0.4
    ax.set_ylim(south, north + 0.13 * (north - south))
    ax.yaxis.set_major_formatter(lambda v, _: f"{v:g}° N")
    towns = load_places().set_index("place").loc[list(LATITUDES), "latitude"]
    for town, latitude in towns.items():
        if south < latitude < north:
            ax.axhline(latitude, color="#C9C2B0", linewidth=0.7, zorder=1)
            ax.annotate(f"{town}", (1.005, latitude), xycoords=("axes fraction", "data"), size=7,
                        color=QUIET, va="center")  # fmt: skip
    ax.legend(loc="upper right", ncols=3, borderpad=0.1)
    return ax


def share_panels(
    axes: Sequence[Axes], shares: Sequence[pd.DataFrame], titles: Sequence[str]
) -> Sequence[Axes]:
    """Draw yearly shares, a panel for each way to count, on one scale.

    Parameters
    ----------
    axes : sequence of Axes
        From the top.
    shares : sequence of DataFrame
        From ``geography.yearly_share`` or its kin.
    titles : sequence of str
        What each panel counts.

    Returns
    -------
    sequence of Axes
        The same; the number of incidents inside above each mark of the first panel.
    """
    top = highest_share(pd.concat(shares))
    for k, (ax, data, title) in enumerate(zip(axes, shares, titles, strict=True)):
        yearly_marks(ax, data.rename(columns={"share": "value"}), BLUE, "", line=False)
        ax.set_title(title)
        ax.set_ylim(-0.02 * top, min(1.1 * top, 1.0))
        ax.yaxis.set_major_formatter(lambda v, _: f"{v:.0%}")
        ax.yaxis.set_major_locator(_few_ticks())
        year_axis(ax, data, counts=k == len(axes) - 1)
        if k < len(axes) - 1:
            ax.tick_params(axis="x", labelbottom=False)
    return axes


def _few_ticks() -> Locator:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(5)


def period_maps(
    axes: Sequence[Axes],
    parts: Sequence[tuple[str, pd.DataFrame, float]],
    extent: tuple[float, float, float, float],
    places: pd.DataFrame | None = None,
    scale: float = 0.35,
) -> Sequence[Axes]:
    """Draw the incidents of each period on a map of its own, all on one scale.

    Parameters
    ----------
    axes : sequence of Axes
        One for each period.
    parts : sequence of (str, DataFrame, float)
        Title, incidents known at least to the district, and the latitude where their southern
        tenth begins (NaN for none).
    extent : tuple of float
        West, east, south, north in degrees: the same for all.
    places : DataFrame, optional
        Capitals to mark.
    scale : float
        Of the areas of circles, as in ``maps.incident_points``.

    Returns
    -------
    sequence of Axes
        The same; a dashed line where the southern tenth begins.
    """
    for ax, (title, _, _) in zip(axes, parts, strict=True):
        ax.set_title(title)
    for ax, (_, table, latitude) in zip(axes, parts, strict=True):
        line = [] if np.isnan(latitude) else [(x, latitude) for x in np.linspace(*extent[:2], 90)]
        where = table[["longitude", "latitude"]].to_numpy(float)
        maps.region_map(ax, extent, places=places, keep_clear=[*line, *map(tuple, where)])
        maps.incident_points(ax, table, BLUE, "killed_best", scale)
        if line:
            ax.plot(*zip(*line, strict=True), color="#AA3333", linewidth=0.9, zorder=1.5,
                    linestyle=(0, (5, 3)))  # fmt: skip
    return axes


def slope_ladder(ax: Axes, data: pd.DataFrame) -> Axes:
    """Draw slopes with their intervals, one a rung, north to the left and south to the right.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        Top first: ``label``, ``km_per_year``, ``low``, ``high``; ``interval`` (bool, optional)
        is false where the bar is no interval of probability.

    Returns
    -------
    Axes
        A dot and a bar for each row, the numbers at the right, a line at no movement. Hollow and
        dashed where the bar is no interval.
    """
    sampled = data.get("interval", pd.Series(True, index=data.index)).to_numpy(bool)
    values = data[["km_per_year", "low", "high"]].to_numpy(float)
    west, east = float(np.nanmin(values, initial=0.0)), float(np.nanmax(values, initial=0.0))
    room = 0.04 * (east - west)
    ax.axvline(0, color=QUIET, linewidth=0.8, zorder=1)
    for y, (value, low, high) in enumerate(values):
        ax.plot([low, high], [y, y], "-" if sampled[y] else ":", color=BLUE, linewidth=1.6,
                solid_capstyle="butt", zorder=2)  # fmt: skip
        ax.plot([value], [y], "o", color=BLUE, markerfacecolor=BLUE if sampled[y] else "white",
                markersize=5.5, zorder=3)  # fmt: skip
        ax.annotate(
            f"{value:.0f} ({low:.0f} to {high:.0f})".replace("-", "\u2212"), (1.01, y),
            xycoords=("axes fraction", "data"), size=7.5, color=QUIET, va="center",
        )  # fmt: skip
    name_rungs(ax, data["label"].tolist())
    ax.set_xlim(west - room, east + room)
    ax.set_xlabel("km per year southward; below zero: northward")
    return ax
