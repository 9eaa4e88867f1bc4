"""Plots of the project's incidents beside UCDP's events."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sahelstats.figures.style import FAINT, INK, ON_GRID, QUIET, name_rungs, range_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OURS, THEIRS, LACKING = "#4477AA", "#CC6677", "#DDDDDD"

#: How far a place may be off by its precision, in km; coarser codes have no single number.
NOMINAL_KM = {2: 25}

#: Why UCDP lacks an incident -> colour; what says nothing of UCDP is grey.
REASON_COLOURS = {
    "nobody_killed": "#DDCC77",
    "shared_event": "#88CCEE",
    "too_unlike": "#44AA99",
    "no_actor": "#CC6677",
    "below_threshold": "#882255",
    "passes": "#332288",
}

#: Marks of the same, so that the reasons can be told apart in greyscale.
REASON_MARKS = {
    "nobody_killed": "X",
    "shared_event": "v",
    "too_unlike": "^",
    "no_actor": "s",
    "below_threshold": "D",
    "passes": "o",
}

#: What the codes of precision mean, short enough for an axis.
PRECISION_WORDS = {
    1: "exact site",
    2: "within 25 km",
    3: "district",
    4: "region",
    5: "coarser",
}

_TICKS = (1, 3, 10, 30, 100, 300, 1000)


def found_bars(ax: Axes, data: pd.DataFrame, by: str) -> Axes:
    """Draw how many incidents of each class have a counterpart.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        Columns `by`, ``incidents``, ``found``.
    by : str
        Names the classes, in the order of the rows.

    Returns
    -------
    Axes
        A bar for each class: dark the found, light the others; both counts above it.
    """
    x = np.arange(len(data))
    found, every = data["found"].to_numpy(int), data["incidents"].to_numpy(int)
    ax.bar(x, every, width=0.74, color=LACKING)
    ax.bar(x, found, width=0.74, color=OURS)
    for at, (some, n) in enumerate(zip(found, every, strict=True)):
        ax.text(at, n + every.max() * 0.015, f"{some}\nof {n}", ha="center", va="bottom", size=6.6,
                color=INK, linespacing=0.95)  # fmt: skip
    return _name_bars(ax, x, [str(cell) for cell in data[by]], 7.2, every.max() * 1.16)


def _name_bars(ax: Axes, at: ArrayLike, names: Sequence[str], size: float, top: float) -> Axes:
    """Name bars whose heights are written on them: what a scale at the left would say twice."""
    ax.set_xticks(at, names)
    ax.tick_params(axis="x", length=0, labelsize=size)
    ax.set_yticks([])
    ax.set_ylim(0, top)
    ax.spines["left"].set_visible(False)
    return ax


def day_bars(ax: Axes, days_later: pd.Series, most: int = 3) -> Axes:
    """Draw by how many days the first days of pairs differ.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    days_later : Series of float
        Event's first day less the incident's.
    most : int
        Larger differences are counted at either end.

    Returns
    -------
    Axes
        A bar for each number of days, its count above.
    """
    days = days_later.dropna().astype(int).clip(-most, most)
    counts = days.value_counts().reindex(range(-most, most + 1), fill_value=0)
    bars = ax.bar(counts.index, counts, width=0.8, color=OURS)
    ax.bar_label(bars, [f"{n}" if n else "" for n in counts], size=7.2, padding=1)
    names = [f"{day:+d}" if day else "same" for day in counts.index]
    names[0], names[-1] = f"{-most}\nor less", f"+{most}\nor more"
    return _name_bars(ax, counts.index, names, 7, counts.max() * 1.08)


def distance_strip(ax: Axes, data: pd.DataFrame, least: float = 0.1) -> Axes:
    """Draw how far apart the points of pairs lie, by the precision that our table gives.

    Parameters
    ----------
    ax : Axes
        Where to draw; its horizontal axis is logarithmic.
    data : DataFrame
        ``geo_precision``, ``km_apart``.
    least : float
        Kilometres; what is nearer is drawn there.

    Returns
    -------
    Axes
        A dot for each pair, in a row for each code; the bar is the median, the dashed line how far
        off the code allows a place to be.
    """
    codes = sorted(data["geo_precision"].dropna().astype(int).unique())
    for row, code in enumerate(codes):
        km = data.loc[data["geo_precision"] == code, "km_apart"].to_numpy(float).clip(least)
        # Dots at one distance are spread over the row, in a fixed order.
        order = np.argsort(km, kind="stable")
        across = np.empty(len(km))
        across[order] = ((np.arange(len(km)) * 0.618034) % 1 - 0.5) * 0.62
        ax.plot(km, row + across, "o", color=OURS, alpha=0.45, markersize=3.4, markeredgewidth=0)
        middle = float(np.median(km))
        ax.plot([middle, middle], [row - 0.38, row + 0.38], color=INK, linewidth=2)
        if code in NOMINAL_KM:
            ax.plot([NOMINAL_KM[code]] * 2, [row - 0.45, row + 0.45], "--", color=THEIRS)
        ax.text(1.01, row, f"{len(km)}", transform=ax.get_yaxis_transform(), size=7.2, color=QUIET,
                va="center")  # fmt: skip
    if data.empty:
        ax.text(0.5, 0.5, "none", transform=ax.transAxes, ha="center", color=QUIET)
    ax.set_xscale("log")
    ax.set_xlim(least * 0.8, 1.15 * max([52.0, *data["km_apart"]]))
    ticks = [least, 1, 10, 50]
    ax.set_xticks(ticks, [f"{least:g} or less", "1", "10", "50"])
    ax.set_xticks([], minor=True)
    ax.set_yticks(range(len(codes)), [PRECISION_WORDS.get(code, str(code)) for code in codes])
    ax.set_ylim(len(codes) - 0.45, -0.55)
    ax.tick_params(axis="y", length=0, labelsize=7.2)
    ax.grid(axis="x", color=FAINT)
    ax.spines["left"].set_visible(False)
    return ax


def toll_scatter(ax: Axes, pairs: pd.DataFrame, named: int = 10) -> Axes:
    """Draw UCDP's toll of each pair against ours, each with its range.

    Parameters
    ----------
    ax : Axes
        Where to draw; both axes become logarithmic, a 0 is drawn at one half.
    pairs : DataFrame
        As ``comparison.both_known`` returns it, with ``label``.
    named : int
        How many of the pairs that differ most are named.

    Returns
    -------
    Axes
        Hollow where the ranges meet, filled where they do not; squares where several events
        belong to the incident.
    """
    from sahelstats.figures.labels import place_labels

    own = np.maximum(pairs[["low", "best", "high"]].to_numpy(float), 0.5)
    other = np.maximum(pairs[["sum_low", "sum_best", "sum_high"]].to_numpy(float), 0.5)
    top = max(own.max(), other.max()) * 1.6
    ax.plot([0.4, top], [0.4, top], color=INK, linewidth=0.8, zorder=1)
    for times, text in ((2.0, "twice ours"), (0.5, "half of ours")):
        ax.plot([0.4, top], [times * 0.4, times * top], color=FAINT, linewidth=0.9, zorder=0)
        ax.annotate(text, (top / max(times, 1) / 1.1, top * min(times, 1) / 1.1), size=7,
                    color=QUIET, ha="right", va="bottom" if times > 1 else "top", rotation=45,
                    rotation_mode="anchor")  # fmt: skip
    meet = (pairs["lies"] == "meet").to_numpy()
    several = (pairs["n_events"] > 1).to_numpy()
    for flag, colour in ((True, "#9DB6CF"), (False, THEIRS)):
        rows = meet == flag
        ax.hlines(other[rows, 1], own[rows, 0], own[rows, 2], color=colour, linewidth=0.8, zorder=2)
        ax.vlines(own[rows, 1], other[rows, 0], other[rows, 2], color=colour, linewidth=0.8,
                  zorder=2)  # fmt: skip
    for flag, face, edge, words in ((True, "white", OURS, "ranges meet"),
                                    (False, THEIRS, "#7A2F3A", "ranges do not meet")):  # fmt: skip
        for many, marker, kind in ((False, "o", "one event"), (True, "s", "several events")):
            rows = (meet == flag) & (several == many)
            ax.plot(own[rows, 1], other[rows, 1], marker, markersize=4.2, markerfacecolor=face,
                    markeredgecolor=edge, markeredgewidth=0.8, linestyle="none", zorder=3,
                    label=f"{words}, {kind} ({rows.sum()})")  # fmt: skip
    ax.set(xscale="log", yscale="log", xlim=(0.4, top), ylim=(0.4, top))
    ax.set_aspect("equal")
    ticks = [value for value in _TICKS if value < top]
    for setter in (ax.set_xticks, ax.set_yticks):
        setter([0.5, *ticks], ["0", *map(str, ticks)])
        setter([], minor=True)
    ax.set_xlabel("our best figure, people killed")
    ax.set_ylabel("UCDP's best estimate, people killed")
    ax.grid(color="#EEEEEE")
    ax.legend(loc="upper left", **ON_GRID)
    order = np.argsort(-np.abs(np.log(other[:, 1] / own[:, 1])), kind="stable")
    texts = [str(pairs["label"].iloc[i]) if rank < named else "" for rank, i in enumerate(order)]
    place_labels(ax, own[order, 1], other[order, 1], texts, radii=np.full(len(order), 2.4),
                 size=6.8, color=INK)  # fmt: skip
    return ax


def yearly_sums(ax: Axes, data: pd.DataFrame) -> Axes:
    """Draw the sums of both sides for the same incidents, a pair of bars for each year.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        As ``comparison.sums_by_year`` returns it.

    Returns
    -------
    Axes
        Bar: sum of lows to sum of highs, an envelope; dot: sum of bests.
    """
    x = np.arange(len(data))
    sides = (
        (-0.17, OURS, "o", "our ranges", ("low", "best", "high")),
        (0.17, THEIRS, "s", "UCDP", ("sum_low", "sum_best", "sum_high")),
    )
    for shift, colour, marker, name, (low, best, high) in sides:
        ax.vlines(x + shift, data[low], data[high], color=colour, alpha=0.4, linewidth=8)
        ax.plot(x + shift, data[best], marker, color=colour, markersize=5, label=name)
    names = [f"{year}\n{n}" for year, n in zip(data["year"], data["incidents"], strict=True)]
    ax.set_xticks(x, names)
    ax.tick_params(axis="x", length=0, labelsize=7.6)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.grid(axis="y", color=FAINT)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, **ON_GRID)
    return ax


def reason_bars(ax: Axes, data: pd.DataFrame) -> Axes:
    """Draw how many incidents without a counterpart have which likely reason.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        As ``comparison.reason_counts`` returns it.

    Returns
    -------
    Axes
        Coloured what says something of UCDP, grey what the record at hand could not hold.
    """
    y = np.arange(len(data))
    colours = [REASON_COLOURS.get(str(reason), "#BBBBBB") for reason in data["reason"]]
    ax.barh(y, data["incidents"], color=colours, height=0.66)
    rows = zip(data["incidents"], data["best"], strict=True)
    for at, (incidents, best) in enumerate(rows):
        ax.text(incidents + 0.012 * data["incidents"].max(), at, f"{incidents:,}; {best:,} dead",
                va="center", size=7.4, color=INK)  # fmt: skip
    ax.set_yticks(y, [textwrap.fill(str(label), 44) for label in data["label"]])
    ax.tick_params(axis="y", length=0, labelsize=7.8)
    ax.set_ylim(len(data) - 0.4, -0.6)
    ax.set_xlim(0, float(data["incidents"].max()) * 1.3)
    ax.set_xticks([])
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    return ax


def lacking_ladder(ax: Axes, data: pd.DataFrame) -> Axes:
    """Draw the incidents that UCDP lacks with their ranges, coloured by the likely reason.

    Parameters
    ----------
    ax : Axes
        Where to draw; its axis is a square root.
    data : DataFrame
        Top first: ``label``, ``low``, ``best``, ``high``, ``reason``, ``reason_label``.

    Returns
    -------
    Axes
        Bar: our low to high; mark: our best, its shape by the reason as well.
    """
    top = float(data["high"].max())
    ax.set_xscale("function", functions=(lambda v: np.sqrt(np.maximum(v, 0)), np.square))
    ax.set_xlim(0, top * 1.08)
    seen: set[str] = set()
    for y, row in enumerate(data.to_dict("records")):
        colour = REASON_COLOURS[str(row["reason"])]
        name = None if row["reason"] in seen else str(row["reason_label"])
        seen.add(str(row["reason"]))
        ax.plot([row["low"], row["high"]], [y, y], color=colour, alpha=0.45, linewidth=6,
                solid_capstyle="butt")  # fmt: skip
        mark = REASON_MARKS[str(row["reason"])]
        ax.plot(
            [row["best"]], [y], mark, color=colour, markersize=4.6, linestyle="none", label=name
        )
        ax.text(1.01, y, range_text(float(row["low"]), float(row["high"]), False), size=6.8,
                transform=ax.get_yaxis_transform(), color=QUIET, va="center")  # fmt: skip
    name_rungs(ax, data["label"].tolist(), 7.2)
    ax.set_xticks([x for x in (0, 5, 10, 25, 50, 100, 200, 300, 500, 1000) if x <= top * 1.08])
    ax.legend(loc="lower right", bbox_to_anchor=(1.08, 1.0), **ON_GRID)
    return ax
