"""Plots of totals: by year and by model, under each assumption, and how many tolls exceed what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelstats.figures import palette
from sahelstats.figures.style import FAINT, INK, ON_GRID, QUIET, plain_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Looks of the dependences, narrowest first: they differ in lightness and in width.
SHADES = ("#1B3A5C", "#6699CC", "#B8CCE0")
_FIRST_WORDS = ("independent", "one shared", "errors that")


def totals_by_year(ax: Axes, data: pd.DataFrame) -> Axes:
    """Draw each year's total: the envelope as a frame, an interval per dependence inside.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        Long: ``year``, ``assumption`` (in the order wanted, narrowest first), ``low``, ``high``,
        ``q50``, ``lower``, ``upper``. Rows without numbers are skipped.

    Returns
    -------
    Axes
        Frame: sum of lows to sum of highs. Bars, dark to light: intervals; dash: median.
    """
    known = data.dropna(subset=["q50"])
    names = list(dict.fromkeys(known["assumption"]))
    width = 0.24
    ends = known.drop_duplicates("year")
    tallest = max(float(known["upper"].max()), float(known["high"].max()))
    ranged = bool((ends["high"] > ends["low"]).any())
    frame = "envelope: sums of lows and highs" if ranged else "sum of the figures"
    ax.bar(ends["year"].astype(int), (ends["high"] - ends["low"]).astype(float), 0.9,
           ends["low"].astype(float), facecolor="#F4F4F4", edgecolor="#888888", linewidth=0.7,
           zorder=1, label=frame)  # fmt: skip
    for place, name in enumerate(names):
        colour = _shade(name)
        own = known[known["assumption"] == name]
        x = own["year"].to_numpy(float) + (place - (len(names) - 1) / 2) * (width + 0.03)
        lower, upper = own["lower"].to_numpy(float), own["upper"].to_numpy(float)
        # The edge keeps an interval of no width visible; on one so thin a white dash would hide it.
        ax.bar(x, np.maximum(upper - lower, 0), width, lower, facecolor=colour, edgecolor=colour,
               linewidth=0.9, zorder=2, label=name)  # fmt: skip
        dash, dashed = _contrast(colour), np.ones(len(own), dtype=bool)
        if dash == "white":
            dashed = upper - lower > 0.02 * tallest
        ax.hlines(own["q50"][dashed], (x - width / 2)[dashed], (x + width / 2)[dashed], color=dash,
                  linewidth=1.1, zorder=3)  # fmt: skip
    ax.set_xticks(sorted(known["year"].astype(int).unique()))
    ax.tick_params(axis="x", length=0)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
    ax.set_ylabel("people killed")
    ax.grid(axis="y", color=FAINT)
    # Where no bar is: the deadliest year may be the first.
    ax.legend(loc="best", **ON_GRID)
    return ax


def _shade(assumption: str) -> str:
    """Return the colour of a dependence, the same in every figure."""
    for words, colour in zip(_FIRST_WORDS, SHADES, strict=True):
        if assumption.startswith(words):
            return colour
    return palette.OTHER


def _contrast(colour: str) -> str:
    """Return the colour of a median's dash on a bar."""
    return "white" if colour == SHADES[0] else INK


def total_intervals(
    ax: Axes, data: pd.DataFrame, rows: str, envelope: tuple[float, float] | None = None
) -> Axes:
    """Draw the interval of a total in rows, the dependences beneath each other in each.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        Long: `rows` (top first), ``assumption`` (narrowest first), ``q50``, ``lower``, ``upper``.
    rows : str
        Column that names the rows.
    envelope : (float, float), optional
        Sum of lows and sum of highs: a band behind all rows.

    Returns
    -------
    Axes
        Bars: intervals, their ends as numbers; white or black dash: median.
    """
    names = list(dict.fromkeys(data["assumption"]))
    labels = list(dict.fromkeys(data[rows]))
    step = 0.8 / len(names)
    edge = float(data["upper"].max())
    if envelope is not None:
        ax.axvspan(*envelope, color="#F0F0F0", zorder=0, label="envelope: sums of lows and highs")
        edge = max(edge, envelope[1])
    for place, name in enumerate(names):
        colour = _shade(name)
        own = data[data["assumption"] == name].set_index(rows).loc[labels]
        y = np.arange(len(labels)) + (place - (len(names) - 1) / 2) * step
        lower, upper = own["lower"].to_numpy(float), own["upper"].to_numpy(float)
        ax.barh(y, upper - lower, step * 0.86, lower, color=colour, zorder=2, label=name)
        ax.vlines(own["q50"], y - step * 0.43, y + step * 0.43, color=_contrast(colour),
                  linewidth=1.3, zorder=3)  # fmt: skip
        for height, left, right in zip(y, lower, upper, strict=True):
            ax.text(1.01, height, f"{left:,.0f} to {right:,.0f}", va="center", size=7,
                    color=QUIET, transform=ax.get_yaxis_transform())  # fmt: skip
    start = min(float(data["lower"].min()), envelope[0] if envelope else np.inf)
    pad = 0.05 * (edge - start)
    ax.set_xlim(max(0.0, start - pad), edge + pad)
    ax.set_yticks(range(len(labels)), labels)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(labels) - 0.45, -0.55)
    ax.xaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
    ax.grid(axis="x", color=FAINT)
    ax.spines["left"].set_visible(False)
    return ax


def legend_below(ax: Axes, source: Axes, columns: int = 4) -> Axes:
    """Draw the legend of another axes in an axes of its own.

    Parameters
    ----------
    ax : Axes
        An axes that holds nothing else.
    source : Axes
        Whose marks are explained.
    columns : int
        How many beside each other.

    Returns
    -------
    Axes
        `ax`.
    """
    ax.axis("off")
    handles, labels = source.get_legend_handles_labels()
    ax.legend(handles, labels, ncols=columns, loc="center left", fontsize=7.5, borderpad=0,
              columnspacing=1.4, handlelength=1.4)  # fmt: skip
    return ax


def exceedance(ax: Axes, curves: Sequence[pd.DataFrame], best: np.ndarray) -> Axes:
    """Draw how many incidents killed at least so many people, with a band per dependence.

    Parameters
    ----------
    ax : Axes
        Where to draw; both axes become logarithmic.
    curves : sequence of DataFrame
        As ``exceedance_curve`` returns them, on the same thresholds, narrowest band first.
    best : array of float
        Best figures of the incidents, for comparison.

    Returns
    -------
    Axes
        Line: expected number. Bands: pointwise intervals. Dotted: number by best figures.
    """
    floor = 0.4  # below the axis: no incident at all
    for place in range(len(curves) - 1, -1, -1):
        curve, words = curves[place], _words(curves[place])
        lower = np.maximum(curve["lower"].to_numpy(float), floor)
        upper = np.maximum(curve["upper"].to_numpy(float), floor)
        colour = SHADES[2] if place else SHADES[1]
        ax.fill_between(curve["toll"], lower, upper, color=colour, linewidth=0, label=words)
    expected = np.maximum(curves[0]["expected"].to_numpy(float), floor)
    ax.plot(curves[0]["toll"], expected, color=INK, linewidth=1.4, label="expected number")
    tops = curves[0]["toll"].to_numpy(float)
    counts = np.array([(best >= x).sum() for x in tops], dtype=float)
    ax.plot(tops[counts > 0], counts[counts > 0], color=INK, linewidth=1.0, linestyle=":",
            label="by best figures")  # fmt: skip
    ax.set(xscale="log", yscale="log", xlabel="people killed, at least", ylabel="incidents")
    ax.set_ylim(0.8, None)
    ax.set_xlim(1, float(tops.max()))
    plain_ticks(ax.xaxis)
    plain_ticks(ax.yaxis)
    ax.grid(color=FAINT)
    ax.legend(loc="lower left", **ON_GRID)
    return ax


def _words(curve: pd.DataFrame) -> str:
    words = {"independent": "independent errors", "comonotonic": "errors that all move together"}
    name = str(curve["dependence"].iloc[0])
    return words.get(name, name)
