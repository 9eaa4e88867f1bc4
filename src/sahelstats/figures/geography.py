"""Plots of where attacks happen: points, hexagons, divisions, and distances from capitals."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelstats.figures import maps, palette
from sahelstats.figures.extents import REGION
from sahelstats.figures.style import FAINT, INK, QUIET, name_rungs
from sahelstats.figures.years import highest_share, year_axis, yearly_marks
from sahelstats.summaries import country_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Incidents, where colour does not tell anything else.
BLUE = "#4477AA"

#: Light to dark, and so in greyscale: hexagons by their number of incidents.
HEXAGON_SHADES = ("#D4E1EC", "#94B8D6", "#4D85B4", "#1F4E79")


def numbered(table: pd.DataFrame, most: int = 8, width: int = 38) -> pd.DataFrame:
    """Return the deadliest incidents, numbered, with a short name for a key.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents.
    most : int
        How many.
    width : int
        Characters after which a place's name is cut.

    Returns
    -------
    DataFrame
        Columns ``number``, ``name``, ``killed``, ``latitude``, ``longitude``; ties in the order of
        the table.

    Examples
    --------
    >>> from sahelstats import load_incidents
    >>> numbered(load_incidents(), 3)["number"].tolist()
    [1, 2, 3]
    """
    known = table[table["killed_best"].notna() & (table["killed_best"] > 0)]
    top = known.sort_values("killed_best", ascending=False, kind="stable").head(most)
    names = []
    for place, code, day in zip(top["place"], top["country"], top["date_start"], strict=True):
        short = str(place).split("(")[0].split(",")[0].strip()
        short = textwrap.shorten(short, width, placeholder=" …")
        names.append(f"{short}, {country_name(code)}, {day.year}")
    return pd.DataFrame(
        {
            "number": range(1, len(top) + 1),
            "name": names,
            "killed": top["killed_best"].to_numpy(int),
            "latitude": top["latitude"].to_numpy(float),
            "longitude": top["longitude"].to_numpy(float),
        }
    )


def deaths_map(
    ax: Axes,
    table: pd.DataFrame,
    places: pd.DataFrame | None,
    top: pd.DataFrame,
    circle: tuple[float, float, float] | None = None,
    extent: tuple[float, float, float, float] = REGION,
) -> Axes:
    """Draw incidents by toll and precision, the deadliest with their number.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    table : DataFrame
        Tidy incidents known at least to the district.
    places : DataFrame or None
        Capitals to mark.
    top : DataFrame
        From ``numbered``.
    circle : (float, float, float), optional
        Latitude, longitude and radius in km of a circle to draw.
    extent : tuple of float
        West, east, south, north in degrees.

    Returns
    -------
    Axes
        Circles whose area is the toll; a number on each of the deadliest.
    """
    from matplotlib.patheffects import withStroke

    spots = _apart(top)
    where = table[["longitude", "latitude"]].to_numpy(float)
    maps.region_map(ax, extent, places=places, keep_clear=[*spots, *map(tuple, where)])
    maps.incident_points(ax, table, BLUE, "killed_best")
    for (x, y), number in zip(spots, top["number"], strict=True):
        ax.text(
            x, y, f"{number}", size=7.5, weight="bold", color=INK, ha="center", va="center",
            zorder=9, path_effects=[withStroke(linewidth=2, foreground="white", alpha=0.9)],
            in_layout=False,
        )  # fmt: skip
    if circle is not None:
        maps.circle_km(ax, circle[0], circle[1], round(circle[2]))
        # Written beyond the map the radius would lie over other text; the title has it, too.
        radius = ax.texts[-1]
        longitude, latitude = radius.get_position()
        if not (extent[0] <= longitude <= extent[1] and latitude <= extent[3]):
            radius.remove()
    return ax


def _apart(top: pd.DataFrame, degrees: float = 0.42) -> list[tuple[float, float]]:
    """Return where the numbers stand: on their incidents, but never on each other."""
    spots: list[tuple[float, float]] = []
    steps = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1)]
    for x, y in zip(top["longitude"], top["latitude"], strict=True):
        tried = [(x + a * degrees, y + b * degrees) for a, b in steps]
        free = [p for p in tried if all(_far(p, q, 0.95 * degrees) for q in spots)]
        spots.append(free[0] if free else (x, y))
    return spots


def _far(p: tuple[float, float], q: tuple[float, float], degrees: float) -> bool:
    return max(abs(p[0] - q[0]), abs(p[1] - q[1])) >= degrees


def number_key(ax: Axes, top: pd.DataFrame, columns: int = 3) -> Axes:
    """Write what the numbers on a map stand for.

    Parameters
    ----------
    ax : Axes
        An axes that holds nothing else.
    top : DataFrame
        From ``numbered``.
    columns : int
        How many beside each other.

    Returns
    -------
    Axes
        One line of text for each number.
    """
    ax.axis("off")
    rows = max(-(-len(top) // columns), 1)
    for k, line in enumerate(top.itertuples()):
        column, row = divmod(k, rows)
        ax.text(
            column / columns, 1 - (row + 0.5) / rows,
            f"{line.number}  {line.name}: {line.killed:,}",
            size=7, color=INK, ha="left", va="center", transform=ax.transAxes,
        )  # fmt: skip
    return ax


def incident_classes(counts: np.ndarray) -> list[tuple[int, int]]:
    """Return the classes of a map of counts: at most four, each about twice the one before.

    Parameters
    ----------
    counts : array of int
        Incidents in each occupied cell.

    Returns
    -------
    list of (int, int)
        Least and greatest count of each class; together they reach the greatest.

    Examples
    --------
    >>> incident_classes(np.array([1, 2, 7]))
    [(1, 1), (2, 2), (3, 4), (5, 7)]
    >>> incident_classes(np.array([1, 90]))
    [(1, 6), (7, 18), (19, 42), (43, 90)]
    """
    most = int(np.max(counts))
    if most <= len(HEXAGON_SHADES):
        return [(n, n) for n in range(1, most + 1)]
    unit = most / 15 if most > 8 else 1.0
    upper = [max(int(unit * factor), k + 1) for k, factor in enumerate((1, 3, 7))]
    upper = [1, 2, 4] if most <= 8 else upper
    lower = [1, *(n + 1 for n in upper)]
    return [(a, b) for a, b in zip(lower, [*upper, most], strict=True) if a <= b]


def hexagon_map(
    ax: Axes,
    cells: pd.DataFrame,
    classes: Sequence[tuple[int, int]],
    extent: tuple[float, float, float, float],
    places: pd.DataFrame | None = None,
) -> Axes:
    """Draw equal-area hexagons by their number of incidents, hot spots with an edge.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    cells : DataFrame
        From ``geography.hot_spots``; empty cells are not drawn unless they are hot.
    classes : sequence of (int, int)
        From ``incident_classes``.
    extent : tuple of float
        West, east, south, north in degrees.
    places : DataFrame, optional
        Capitals to mark.

    Returns
    -------
    Axes
        With two collections of hexagons: the occupied ones, and the edges of the hot spots.
    """
    from matplotlib.collections import PolyCollection

    from sahelstats.geography import hexagon_outlines

    corners = hexagon_outlines(cells)[:, :, ::-1]
    occupied = (cells["n_incidents"] > 0).to_numpy()
    where = cells.loc[occupied, ["longitude", "latitude"]].to_numpy(float)
    maps.region_map(ax, extent, places=places, keep_clear=[*map(tuple, where)])
    lower = np.array([first for first, _ in classes])
    shade = np.searchsorted(lower, cells["n_incidents"].to_numpy(), side="right") - 1
    colours = [HEXAGON_SHADES[k] for k in shade[occupied]]
    ax.add_collection(
        PolyCollection(corners[occupied], facecolor=colours, edgecolor="white", linewidth=0.4,
                       zorder=3)
    )  # fmt: skip
    hot = (cells["spot"] == "hot").to_numpy()
    ax.add_collection(
        PolyCollection(corners[hot], facecolor="none", edgecolor=INK, linewidth=1.1, zorder=4)
    )
    return ax


def hexagon_key(ax: Axes, classes: Sequence[tuple[int, int]], hot: bool = True) -> Axes:
    """Draw the key of ``hexagon_map``.

    Parameters
    ----------
    ax : Axes
        An axes that holds nothing else.
    classes : sequence of (int, int)
        As given to the map.
    hot : bool
        Whether there are hot spots.

    Returns
    -------
    Axes
        The same.
    """
    from matplotlib.lines import Line2D

    style: dict[str, Any] = {"linestyle": "none", "markersize": 8}
    handles = [
        Line2D([], [], marker="h", color=shade, markeredgewidth=0, **style,
               label=f"{first}" if first == last else f"{first} to {last}")
        for shade, (first, last) in zip(HEXAGON_SHADES, classes, strict=False)
    ]  # fmt: skip
    if hot:
        handles.append(
            Line2D([], [], marker="h", markerfacecolor="none", markeredgecolor=INK,
                   label="hot spot", **style)
        )  # fmt: skip
    ax.axis("off")
    ax.legend(handles=handles, title="incidents in a hexagon", title_fontsize=7.5, fontsize=7.5,
              ncols=len(handles), loc="center left", handletextpad=0.2, columnspacing=1.2,
              borderpad=0, alignment="left")  # fmt: skip
    return ax


def region_ladder(ax: Axes, data: pd.DataFrame) -> Axes:
    """Draw the deaths of each first-level division: lows to highs, best, and an interval if known.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        Top first: ``region``, ``country`` (code), ``incidents``, ``low``, ``best``, ``high``; where
        ``interval_low`` and ``interval_high`` are present, a probability interval is drawn too.

    Returns
    -------
    Axes
        A pale bar from the sum of lows to the sum of highs, a dot at the sum of bests, a thin dark
        line with ends for the interval; incidents and deaths in words at the right.
    """
    known = data[["low", "best", "high"]].astype(float)
    drawn = ["interval_low", "interval_high"] if "interval_high" in data else []
    ends = data[[*known.columns, *drawn]].astype(float).max(axis=1)
    xmax = max(float(np.nanmax(np.append(ends, 1.0))), 1.0)
    for y, (index, row) in enumerate(data.iterrows()):
        colour = palette.COUNTRY.get(str(row["country"]), palette.OTHER)
        low, best, high = known.loc[index]
        ax.plot([low, high], [y, y], color=colour, alpha=0.4, linewidth=7, solid_capstyle="butt")
        ax.plot([best], [y], "o", color=colour, markeredgecolor=INK, markeredgewidth=0.5,
                markersize=5, zorder=3)  # fmt: skip
        # The interval need not hold the sum of bests: where highs lie far above, tolls do too.
        ax.plot(row[drawn].to_numpy(float), [y] * len(drawn), color=INK, linewidth=1.1, marker="|",
                markersize=7, markeredgewidth=1.1, zorder=4)  # fmt: skip
        span = f"{low:,.0f} to {high:,.0f}" if high > low else f"{best:,.0f}"
        ax.annotate(
            f"{span}   ({int(row['incidents'])})", (float(ends[index]), y), (8, 0),
            textcoords="offset points", size=7.5, color=QUIET, va="center",
        )  # fmt: skip
    name_rungs(
        ax,
        [
            f"{region}, {country_name(code)}"
            for region, code in zip(data["region"], data["country"], strict=True)
        ],
    )
    ax.set_xlim(-0.01 * xmax, xmax * 1.27)
    ax.xaxis.set_major_formatter("{x:,.0f}")
    return ax


def capital_distances(ax: Axes, data: pd.DataFrame) -> Axes:
    """Draw, year by year, how far from the nearest capital incidents lie.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        From ``geography.yearly_quantiles`` of the distance to the nearest capital: ``year``,
        ``quantile``, ``n_incidents``, ``value``, ``low``, ``high``.

    Returns
    -------
    Axes
        A series of marks with bars for each quantile; kilometres from 0.
    """
    styles = ((INK, "s"), (BLUE, "o"))
    quantiles = sorted(data["quantile"].unique())
    for (colour, marker), quantile, side in zip(styles, quantiles, (-1, 1), strict=False):
        own = data[data["quantile"] == quantile]
        label = "median incident" if quantile == 0.5 else f"nearest {quantile:.0%} of incidents"
        yearly_marks(ax, own, colour, label, marker=marker, shift=0.14 * side)
    ax.set_ylim(0, float(np.nanmax(data[["value", "high"]].to_numpy(float))) * 1.18)
    ax.set_ylabel("km to the nearest capital")
    ax.legend(loc="upper right", ncols=2)
    year_axis(ax, data.drop_duplicates("year"))
    return ax


def capital_panels(axes: Sequence[Axes], data: pd.DataFrame, km: float) -> Sequence[Axes]:
    """Draw, year by year, the share of incidents near each capital; a panel each, one scale.

    Parameters
    ----------
    axes : sequence of Axes
        One for each capital.
    data : DataFrame
        From ``geography.capital_share``.
    km : float
        What counts as near.

    Returns
    -------
    sequence of Axes
        The same; each is titled with the capital and how many of how many incidents.
    """
    top = highest_share(data)
    for k, (ax, capital) in enumerate(zip(axes, data["capital"].unique(), strict=True)):
        own = data[data["capital"] == capital]
        yearly_marks(ax, own.rename(columns={"share": "value"}), BLUE, "", line=False)
        near, total = int(own["n_inside"].sum()), int(own["n_incidents"].sum())
        ax.set_title(f"{capital}: {near} of {total:,}")
        ax.set_ylim(-0.015, min(1.0, 1.15 * top))
        ax.yaxis.set_major_formatter(lambda v, _: f"{v:.0%}")
        ax.grid(axis="y", color=FAINT)
        year_axis(ax, own, counts=False, most=5)
        if k:
            ax.tick_params(axis="y", labelleft=False)
        else:
            ax.set_ylabel(f"within {km:g} km")
    return axes
