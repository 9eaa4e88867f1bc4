"""Plots of who reports what: factors with their intervals, first tolls against last ones."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelstats.figures import palette
from sahelstats.figures.style import FAINT, INK, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIDE_NAME = {
    "own_dead": "Belligerents on their own dead",
    "enemy_dead": "Belligerents on the enemy's dead",
    "other": "On the dead of neither side, or undivided",
}
TYPE_NAME = {**palette.SOURCE_TYPE_NAME, "belligerents": "All belligerents"}
#: A thin line from a label to its mark, where they stand apart.
_LEADER = {"arrowstyle": "-", "color": QUIET, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 4}
_FACTORS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)


def bias_rows(bias: pd.DataFrame, main: str, beside: str) -> pd.DataFrame:
    """Return the rows of the figure in order: side by side, all belligerents first.

    Parameters
    ----------
    bias : DataFrame
        ``victims_side``, ``against``, ``source_type``, ``n_reports``, ``n_incidents``, ``bias``,
        ``lower``, ``upper``.
    main, beside : str
        Values of ``against``: the comparison drawn filled, and the one drawn hollow below it.

    Returns
    -------
    DataFrame
        One row a mark, with ``row`` (place from the top, a gap before each side) and ``order`` (0
        for main, 1 for beside).

    Examples
    --------
    >>> bias = pd.DataFrame({"victims_side": "own_dead", "against": "all",
    ...     "source_type": ["military", "belligerents"], "n_reports": 2, "n_incidents": 2,
    ...     "bias": 0.5, "lower": 0.4, "upper": 0.6})
    >>> bias_rows(bias, "all", "few")["source_type"].tolist()
    ['belligerents', 'military']
    """
    types = ["belligerents", *palette.SOURCE_TYPE]
    found = []
    row = 0.0
    for side in SIDE_NAME:
        own = bias[bias["victims_side"] == side]
        row += 1.25
        for kind in types:
            both = own[own["source_type"] == kind]
            if both.empty:
                continue
            for order, against in enumerate((main, beside)):
                found.append(both[both["against"] == against].assign(row=row, order=order))
            row += 1
    return pd.concat(found, ignore_index=True)


def bias_ladder(ax: Axes, data: pd.DataFrame) -> Axes:
    """Draw the factor by which each type of source differs from the others.

    Parameters
    ----------
    ax : Axes
        Where to draw; the horizontal axis is logarithmic.
    data : DataFrame
        As ``bias_rows`` returns it.

    Returns
    -------
    Axes
        Filled dot and thick bar: the main comparison; hollow dot and thin bar: the other one. A
        dot without a bar rests on too few incidents. At the right: reports in incidents.
    """
    ax.set_xscale("log")
    ax.axvline(1, color=INK, linewidth=0.9, zorder=1)
    for _, mark in data.iterrows():
        colour = palette.SOURCE_TYPE.get(str(mark["source_type"]), INK)
        y = float(mark["row"]) + (0.32 if mark["order"] else 0.0)
        main = not mark["order"]
        if pd.notna(mark["lower"]):
            ax.plot([mark["lower"], mark["upper"]], [y, y], color=colour,
                    linewidth=2.6 if main else 1.1, solid_capstyle="butt", zorder=2)  # fmt: skip
        ax.plot([mark["bias"]], [y], "o", markersize=5.5 if main else 4.2, zorder=3,
                markerfacecolor=colour if main else "white", markeredgecolor=colour)  # fmt: skip
        if main:
            text = f"{mark['bias']:.2f}   {mark['n_reports']} in {mark['n_incidents']}"
            ax.text(1.01, y, text, transform=ax.get_yaxis_transform(), size=7, color=QUIET,
                    va="center")  # fmt: skip
    rows = data[data["order"] == 0]
    ax.set_yticks(rows["row"], [TYPE_NAME[kind] for kind in rows["source_type"]])
    ax.tick_params(axis="y", length=0, labelsize=7.8)
    for tick, kind in zip(ax.get_yticklabels(), rows["source_type"], strict=True):
        tick.set_fontweight("bold" if kind == "belligerents" else "normal")
    for side, own in rows.groupby("victims_side", sort=False):
        ax.text(0.0, float(own["row"].min()) - 0.85, SIDE_NAME[str(side)], size=8.4,
                weight="bold", transform=ax.get_yaxis_transform(), va="center",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0})  # fmt: skip
    ax.text(1.01, float(rows["row"].min()) - 0.85, "factor, reports", size=7, color=QUIET,
            transform=ax.get_yaxis_transform(), va="center")  # fmt: skip
    ends = data[["lower", "upper", "bias"]].to_numpy(dtype=float)
    low, high = np.nanmin(ends) / 1.15, np.nanmax(ends) * 1.15
    ax.set_xlim(low, high)
    ax.set_ylim(float(data["row"].max()) + 0.8, 0.0)
    ticks = [x for x in _FACTORS if low <= x <= high]
    ax.set_xticks(ticks, [f"{x:g}" for x in ticks])
    ax.set_xticks([], minor=True)
    ax.grid(axis="x", color=FAINT)
    ax.spines["left"].set_visible(False)
    return ax


def first_against_last(ax: Axes, data: pd.DataFrame, named: int = 8) -> Axes:
    """Draw the toll of the last day against that of the first, a mark per incident.

    Parameters
    ----------
    ax : Axes
        Where to draw; both axes are logarithmic, a 0 is drawn at one half.
    data : DataFrame
        ``label``, ``first``, ``last``, ``same_party``.
    named : int
        How many of the incidents that moved furthest are named.

    Returns
    -------
    Axes
        Filled: one party spoke on both days; hollow: different ones. Above the line: it rose.
    """
    from sahelstats.figures.labels import place_labels

    first = np.maximum(data["first"].to_numpy(dtype=float), 0.5)
    last = np.maximum(data["last"].to_numpy(dtype=float), 0.5)
    same = data["same_party"].to_numpy(dtype=bool)
    low, high = 0.7 * min(first.min(), last.min()), 2.6 * max(first.max(), last.max())
    ax.plot([low, high], [low, high], color=INK, linewidth=0.8, zorder=1)
    for times, text in ((2.0, "doubled"), (0.5, "halved")):
        ax.plot([low, high], [times * low, times * high], color=FAINT, linewidth=0.9, zorder=0)
        ax.annotate(text, (high / max(times, 1) / 1.08, high * min(times, 1) / 1.08), size=7.2,
                    color=QUIET, ha="right", va="bottom" if times < 1 else "top", rotation=45,
                    rotation_mode="anchor")  # fmt: skip
    for flag, face, name in ((True, "#4477AA", "one party spoke on both days"),
                             (False, "white", "different parties")):  # fmt: skip
        ax.plot(first[same == flag], last[same == flag], "o", markersize=5, markerfacecolor=face,
                markeredgecolor="#1B3A5C", markeredgewidth=0.9, label=name, zorder=2)  # fmt: skip
    ax.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high))
    ax.set_aspect("equal")
    ticks = [x for x in (1, 3, 10, 30, 100, 300, 1000) if low <= x <= high]
    for setter in (ax.set_xticks, ax.set_yticks):
        setter(ticks, [f"{x:g}" for x in ticks])
        setter([], minor=True)
    ax.set_xlabel("first toll, people killed")
    ax.set_ylabel("last toll, people killed")
    ax.grid(color="#EEEEEE")
    ax.legend(loc="upper left", fontsize=7.5)
    moved = np.abs(np.log(last / first))
    order = np.argsort(-moved, kind="stable")
    texts = [
        textwrap.fill(str(data["label"].iloc[i]), 26) if rank < named else ""
        for rank, i in enumerate(order)
    ]
    place_labels(ax, first[order], last[order], texts, radii=np.full(order.size, 3.0), size=7,
                 arrowprops=_LEADER, color=INK)  # fmt: skip
    return ax
