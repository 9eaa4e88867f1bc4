"""Plots of claims and ranges: ladders on which every figure keeps its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sahelstats.figures import palette
from sahelstats.figures.style import INK, QUIET, name_rungs, range_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ARROW = 0.05  # length of an open end, as a share of the axis


def claim_ladder(ax: Axes, data: pd.DataFrame, xmax: float, label_width: int = 48) -> Axes:
    """Draw every claim on a rung of its own.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        One row a claim, top first: ``label``, ``source_type``, ``qualifier``, ``lower``,
        ``central``, ``upper``, ``counted`` (whether it enters the range), ``victims``.
    xmax : float
        Right end of the axis, in people.
    label_width : int
        Characters after which a label is cut.

    Returns
    -------
    Axes
        At the right the type of claimant. Filled dot: a figure. Bar: a range. Arrow: at least, or
        (to the left) at most. Hollow: the figure does not enter the range (superseded, part,
        wider, attackers where they are left out). Words where no number is given.
    """
    for y, (_, claim) in enumerate(data.iterrows()):
        colour = palette.SOURCE_TYPE.get(str(claim["source_type"]), palette.OTHER)
        _rung(ax, y, claim, colour, xmax)
        kind = palette.SOURCE_TYPE_NAME.get(str(claim["source_type"]), "")
        ax.text(1.01, y, kind, transform=ax.get_yaxis_transform(), size=6.8, color=QUIET,
                va="center")  # fmt: skip
    name_rungs(ax, [_cut(label, label_width) for label in data["label"]], 7.2)
    for tick, counted in zip(ax.get_yticklabels(), data["counted"], strict=True):
        tick.set_color(INK if counted else QUIET)
    ax.set_xlim(0, xmax)
    return ax


def _rung(ax: Axes, y: int, claim: pd.Series, colour: str, xmax: float) -> None:
    """Draw one claim."""
    if pd.isna(claim["upper"]):
        ax.text(xmax * 0.01, y, "no number given", size=7, color=QUIET, va="center",
                style="italic")  # fmt: skip
        return
    upper = float(claim["upper"])
    centre = upper if pd.isna(claim["central"]) else float(claim["central"])
    lower = centre if pd.isna(claim["lower"]) else float(claim["lower"])
    if upper > lower:
        ax.plot([lower, upper], [y, y], color=colour, linewidth=2.2, solid_capstyle="butt")
    if claim["qualifier"] in ("at_least", "more_than"):
        open_end(ax, centre, y, colour, xmax)
    if claim["qualifier"] == "up_to":
        open_end(ax, centre, y, colour, -xmax)
    face = colour if claim["counted"] else "white"
    if claim["qualifier"] != "range":
        ax.plot([centre], [y], "o", markersize=5.5, markerfacecolor=face, markeredgecolor=colour,
                zorder=3)  # fmt: skip
    if claim["qualifier"] in ("about", "nearly"):
        ax.text(centre - xmax * 0.014, y, "~", size=8, color=colour, ha="right", va="center")


def open_end(ax: Axes, x: float, y: float, colour: str, xmax: float) -> None:
    """Draw the arrow that says a figure was left open upwards.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    x, y : float
        Where it begins, in data units.
    colour : str
        Its colour.
    xmax : float
        Right end of the axis; the arrow's length is a share of it, and points left where it is
        negative.
    """
    ax.annotate(
        "", (x + ARROW * xmax, y), (x, y),
        arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 1.2, "mutation_scale": 8,
                    "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip


def source_legend(ax: Axes, types: list[str], columns: int = 4, centred: bool = False) -> Axes:
    """Draw the colours and letters of source types in an axes of their own.

    Parameters
    ----------
    ax : Axes
        An axes that holds nothing else.
    types : list of str
        Source types to show.
    columns : int
        How many beside each other.
    centred : bool
        Whether it lies in the middle of the figure, however wide its axes are, instead of narrowing
        the others.

    Returns
    -------
    Axes
        The same.
    """
    from matplotlib.lines import Line2D
    from matplotlib.transforms import blended_transform_factory

    shown = [kind for kind in palette.SOURCE_TYPE if kind in types]
    handles = [
        Line2D([], [], marker="o", linestyle="none", markersize=5.5, color=palette.SOURCE_TYPE[t],
               label=f"{palette.SOURCE_TYPE_LETTER[t]}  {palette.SOURCE_TYPE_NAME[t]}")
        for t in shown
    ]  # fmt: skip
    ax.axis("off")
    legend = ax.legend(handles=handles, ncols=columns, loc="center" if centred else "center left",
                       fontsize=7.5, handletextpad=0.2, columnspacing=1.2,
                       borderpad=0)  # fmt: skip
    figure = ax.get_figure(root=True)
    if centred and figure is not None:
        middle = blended_transform_factory(figure.transFigure, ax.transAxes)
        legend.set_bbox_to_anchor((0.5, 0.5), middle)
        legend.set_in_layout(False)
    return ax


def range_ladder(ax: Axes, data: pd.DataFrame, xmax: float, colour: str = "#4477AA") -> Axes:
    """Draw the range of each incident: low to high as a bar, best as a dot, reports as ticks.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        Top first: ``label``, ``low``, ``best``, ``high``, ``open_above``; ``highlight`` (bool) is
        optional.
    xmax : float
        Right end of the axis, in people.
    colour : str
        Of the bars.

    Returns
    -------
    Axes
        An arrow, and a plus in the numbers, mark a high that its source left open.
    """
    highlight = data.get("highlight", pd.Series(False, index=data.index))
    for y, (index, row) in enumerate(data.iterrows()):
        ink = colour if not highlight[index] else INK
        low, best, high = (float(row[name]) for name in ("low", "best", "high"))
        ax.plot([low, high], [y, y], color=ink, alpha=0.35, linewidth=6, solid_capstyle="butt")
        ax.plot([best], [y], "o", color=ink, markersize=5, clip_on=False)
        if bool(row["open_above"]):
            open_end(ax, high, y, ink, xmax)
        text = range_text(low, high, bool(row["open_above"]))
        beyond = ARROW * xmax if bool(row["open_above"]) else 0
        ax.text(
            max(high, best) + beyond + 0.015 * xmax, y, text, size=7.5, color=QUIET, va="center"
        )
    name_rungs(ax, data["label"].tolist())
    ax.set_xlim(0, xmax)
    return ax


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"
