"""Plots of the article's figures beside the ranges of everybody else's claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sahelstats.figures.style import FAINT, INK, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ARTICLE, OTHERS = "#BB5566", "#4477AA"


def figure_strip(ax: Axes, data: pd.DataFrame) -> Axes:
    """Draw each figure of the article as a diamond on the range of the other claims.

    Parameters
    ----------
    ax : Axes
        Where to draw; its axis becomes logarithmic.
    data : DataFrame
        Top first: ``label``, ``low``, ``best``, ``high``, ``article_low``, ``article_high``.

    Returns
    -------
    Axes
        Bar: lowest to highest other claim; dot: median of the reports; diamonds: the article.
    """
    for y, (_, row) in enumerate(data.iterrows()):
        ax.plot([row["low"], row["high"]], [y + 0.12, y + 0.12], color=OTHERS, alpha=0.4,
                linewidth=6, solid_capstyle="butt")  # fmt: skip
        ax.plot([row["best"]], [y + 0.12], "o", color=OTHERS, markersize=5)
        ax.plot([row["article_low"], row["article_high"]], [y - 0.18, y - 0.18], color=ARTICLE,
                linewidth=1.2)  # fmt: skip
        for value in {row["article_low"], row["article_high"]}:
            ax.plot([value], [y - 0.18], "D", color=ARTICLE, markersize=4.5)
    ax.set_yticks(range(len(data)), data["label"].tolist())
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(data) - 0.4, -0.8)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.grid(axis="x", color=FAINT)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("people (logarithmic)", color=QUIET)
    return ax


VERDICT_COLOURS = {
    "supported": "#1B6E2A",
    "partly": "#CCBB44",
    "contradicted": "#AA3377",
    "not testable here": "#FFFFFF",
}

#: These would not be told from the others in greyscale.
HATCHES = {"contradicted": "\\\\\\\\", "not testable here": "////"}

#: On these the counts are written in white.
DARK = ("supported", "contradicted")


def verdict_bars(ax: Axes, counts: pd.DataFrame) -> Axes:
    """Draw how many assertions of each kind have which verdict.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    counts : DataFrame
        Indexed by kind, a column for each verdict, in the order wanted.

    Returns
    -------
    Axes
        A stacked bar for each kind, its counts written inside.
    """
    left = pd.Series(0, index=counts.index)
    for verdict in counts.columns:
        width = counts[verdict]
        edge = "#888888" if verdict == "not testable here" else "white"
        bars = ax.barh(counts.index, width, left=left, color=VERDICT_COLOURS[verdict],
                       label=verdict, height=0.62, hatch=HATCHES.get(verdict),
                       edgecolor=edge)  # fmt: skip
        ax.bar_label(bars, [str(n) if n else "" for n in width], label_type="center", size=7.5,
                     color="white" if verdict in DARK else INK,
                     bbox={"facecolor": VERDICT_COLOURS[verdict], "edgecolor": "none", "pad": 1}
                     if verdict in HATCHES else None)  # fmt: skip
        left = left + width
    ax.set_ylim(len(counts) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.set_xticks([])
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    return ax


def counts_by_kind(checked: pd.DataFrame, verdict: str) -> pd.DataFrame:
    """Return how many assertions of each kind have which verdict, most frequent kind first.

    Parameters
    ----------
    checked : DataFrame
        With ``kind`` and the column that `verdict` names.
    verdict : str
        ``verdict`` or ``events_verdict``.

    Returns
    -------
    DataFrame
        Indexed by ``kind``, a column for each verdict.

    Examples
    --------
    >>> checked = pd.DataFrame({"kind": ["figure", "figure"], "verdict": ["partly", "supported"]})
    >>> counts_by_kind(checked, "verdict").to_numpy().tolist()
    [[1, 1, 0, 0]]
    """
    counts = checked.groupby(["kind", verdict]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(VERDICT_COLOURS), fill_value=0).rename_axis(columns=None)
    return counts.loc[counts.sum(axis=1).sort_values(ascending=False).index]


def verdict_key(axes: Sequence[Axes]) -> Sequence[Axes]:
    """Draw the key of the verdicts once: below a single plot, else in the last one.

    Parameters
    ----------
    axes : sequence of Axes
        With ``verdict_bars``; the last of several has room at its lower right.

    Returns
    -------
    sequence of Axes
        The same.
    """
    if len(axes) == 1:
        axes[0].legend(ncols=len(VERDICT_COLOURS), loc="lower left", bbox_to_anchor=(0, -0.16))
    else:
        axes[-1].legend(loc="lower right")
    return axes
