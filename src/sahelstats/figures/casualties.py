"""Plots of uncertain tolls: ranges with their reports, totals under every assumption, curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelstats.figures import palette
from sahelstats.figures.style import (
    FAINT,
    INK,
    ON_GRID,
    QUIET,
    name_rungs,
    plain_ticks,
    range_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, PALE = "#4477AA", "#BBCCDD"
BAR = "#D9D9D9"

#: Width of a letter of a report, as a share of the ladder's.
LETTER = 0.021

MODEL_NAME = {
    "uniform": "uniform",
    "triangular": "triangular",
    "pert": "PERT",
    "lognormal": "lognormal",
    "claims": "claims",
    "reported": "reported",
}

#: Marks of the number of parties behind a toll.
PARTIES = ((1, "one party", "o", "#BBBBBB"), (2, "two", "s", "#6699CC"),
           (3, "three or more", "D", "#1B3A5C"))  # fmt: skip


def report_ladder(ax: Axes, data: pd.DataFrame, reports: pd.DataFrame) -> Axes:
    """Draw a rung per incident: its range, its best figure, and every report as a tick.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        Top first: ``incident_id``, ``label``, ``low``, ``best``, ``high``, ``open_above``.
    reports : DataFrame
        ``incident_id``, ``central``, ``upper``, ``source_type``, ``open_above``; may be empty.

    Returns
    -------
    Axes
        Grey bar: lowest to highest; black diamond: best; coloured tick: a report, those on the
        same figure above each other; arrow: left open by its source, to the left for "up to";
        letters behind the last: the types of source of the ticks, from left to right. The axis is
        of square roots.
    """
    owns = [_in_order(reports, row["incident_id"]) for _, row in data.iterrows()]
    ends = [max(float(high), _highest(own)) for high, own in zip(data["high"], owns, strict=True)]
    top = _room(np.array(ends), np.array([len(own) for own in owns]))
    ax.set_xscale("function", functions=(_root, _square))
    ax.set_xlim(0, top)
    name_rungs(ax, data["label"].tolist(), 7.2)
    for y, (_, row) in enumerate(data.iterrows()):
        low, best, high = (float(row[name]) for name in ("low", "best", "high"))
        ax.plot([low, high], [y, y], color=BAR, linewidth=7, solid_capstyle="butt", zorder=1)
        own = owns[y]
        _ticks(ax, y, own)
        _letters(ax, y, ends[y], own)
        if bool(row["open_above"]) and own.empty:
            _arrow(ax, high, y, INK)
        ax.plot([best], [y], "D", color=INK, markersize=3.2, zorder=5)
        text = range_text(low, high, bool(row["open_above"]))
        ax.text(1.01, y, text, transform=ax.get_yaxis_transform(), size=6.8, color=QUIET,
                va="center")  # fmt: skip
    marks = (0, 25, 50, 100, 200, 400, 700, 1000, 1500) if top > 67 else (0, 2, 5, 10, 20, 30, 50)
    ax.set_xticks([x for x in marks if x <= top])
    return ax


def _highest(reports: pd.DataFrame) -> float:
    return float(reports["upper"].max()) if reports["upper"].notna().any() else 0.0


def _root(x: np.ndarray) -> np.ndarray:
    return np.sqrt(np.maximum(x, 0))


def _square(x: np.ndarray) -> np.ndarray:
    return np.square(x)


def _in_order(reports: pd.DataFrame, incident_id: str) -> pd.DataFrame:
    """Return the reports of an incident from low to high, those on one figure by their type."""
    own = reports[(reports["incident_id"] == incident_id) & reports["upper"].notna()]
    types = list(palette.SOURCE_TYPE)
    at = own["central"].fillna(own["upper"])
    kind = own["source_type"].astype(str).map(types.index)
    return own.assign(at=at, kind=kind).sort_values(["at", "kind"], kind="stable")


def _room(ends: np.ndarray, letters: np.ndarray) -> float:
    """Return the end of a square-root axis on which every rung has room for its letters."""
    shares = np.where(letters > 0, 0.07 + LETTER * letters, 0.055)
    return float(np.max(np.sqrt(ends) / (1 - np.minimum(shares, 0.5))) ** 2)


def _letters(ax: Axes, y: int, end: float, own: pd.DataFrame) -> None:
    """Write who reports behind the last mark of a rung: colours alone are lost in greyscale."""
    if own.empty:
        return
    text = "\u2009".join(palette.SOURCE_TYPE_LETTER[str(kind)] for kind in own["source_type"])
    ax.annotate(text, (end, y), (13, 0), textcoords="offset points", size=6, color=INK,
                va="center", ha="left", annotation_clip=False).set_in_layout(False)  # fmt: skip


def _ticks(ax: Axes, y: int, own: pd.DataFrame) -> None:
    """Draw the reports of one rung; those on one figure share its height."""
    at_most = own["central"].isna()
    for value, same in own.assign(at_most=at_most).groupby("at"):
        ordered = same.to_dict("records")
        height = 0.86 / len(ordered)
        for place, report in enumerate(ordered):
            bottom = y - 0.43 + place * height
            colour = palette.SOURCE_TYPE[str(report["source_type"])]
            ax.plot([value, value], [bottom, bottom + height], color=colour, linewidth=2.4,
                    solid_capstyle="butt", zorder=3)  # fmt: skip
            if report["open_above"] or report["at_most"]:
                _arrow(ax, float(value), bottom + height / 2, colour, report["at_most"])


def _arrow(ax: Axes, x: float, y: float, colour: str, down: bool = False) -> None:
    """Draw the short arrow of an open end; its length is in points, whatever the scale."""
    ax.annotate("", (x, y), (-9 if down else 9, 0), xycoords="data", textcoords="offset points",
                arrowprops={"arrowstyle": "<|-", "color": colour, "linewidth": 0.9,
                            "mutation_scale": 5, "shrinkA": 0, "shrinkB": 0}, zorder=4)  # fmt: skip


def relative_width(ax: Axes, zero: Axes, data: pd.DataFrame) -> Axes:
    """Draw the relative width of ranges against the size of the toll.

    Parameters
    ----------
    ax : Axes
        For the ranges that have a width; both axes logarithmic.
    zero : Axes
        A strip below for the ranges that have none; shares the horizontal axis.
    data : DataFrame
        ``best``, ``relative_width``, ``n_sources``; rows with a best of 0 are left out.

    Returns
    -------
    Axes
        `ax`. Shape and shade say how many parties stand behind the toll; of numbers of parties
        that no toll has there is neither a row nor a key.
    """
    shown = data[data["relative_width"].notna()]
    parties = shown["n_sources"].clip(1, 3)
    wide = shown["relative_width"] > 0
    held = [kind for kind in PARTIES if (parties == kind[0]).any()]
    for row, (number, name, mark, colour) in enumerate(held, start=1):
        own = wide & (parties == number)
        ax.plot(shown.loc[own, "best"], shown.loc[own, "relative_width"], mark, color=colour,
                markersize=4, markeredgecolor="white", markeredgewidth=0.4, label=name)  # fmt: skip
        flat = shown.loc[~wide & (parties == number), "best"].to_numpy(dtype=float)
        height = np.full(flat.size, -float(row))
        zero.plot(flat, height, mark, color=colour, markersize=4, markeredgecolor="white",
                  markeredgewidth=0.4)  # fmt: skip
        zero.text(1.01, -row, f"{flat.size}", transform=zero.get_yaxis_transform(), size=7.5,
                  color=QUIET, va="center")  # fmt: skip
    ax.set(xscale="log", yscale="log", ylabel="(high less low) / best")
    zero.set(xscale="log", xlabel="best figure, people killed")
    for axis in (ax.xaxis, ax.yaxis, zero.xaxis):
        plain_ticks(axis)
    ax.tick_params(axis="x", labelbottom=False)
    ax.grid(color=FAINT)
    if len(held) > 1:
        ax.legend(loc="upper right", title="independent parties", fontsize=7.5, title_fontsize=7.5)
    zero.set_yticks([-row for row, _ in enumerate(held, start=1)], [kind[1] for kind in held])
    zero.tick_params(axis="y", length=0, labelsize=7.5)
    zero.set_ylim(-len(held) - 0.7, -0.3)
    zero.grid(axis="x", color=FAINT)
    zero.set_title("no width: low = best = high", size=8, weight="normal", color=QUIET, pad=3)
    zero.spines["left"].set_visible(False)
    return ax


def dumbbells(ax: Axes, data: pd.DataFrame) -> Axes:
    """Draw the toll of incidents without and with the attackers' own dead.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        Top first: ``label``, ``without``, ``with_attackers``.

    Returns
    -------
    Axes
        Hollow: without; filled: with the attackers.
    """
    y = np.arange(len(data), dtype=float)
    ax.hlines(y, data["without"], data["with_attackers"], color=PALE, linewidth=3, zorder=1)
    ax.plot(data["without"], y, "o", markersize=5.5, markerfacecolor="white",
            markeredgecolor=BLUE, markeredgewidth=1.2, label="attackers left out")  # fmt: skip
    ax.plot(data["with_attackers"], y, "o", markersize=5.5, color="#1B3A5C",
            label="attackers counted")  # fmt: skip
    for height, (_, row) in zip(y.tolist(), data.iterrows(), strict=True):
        text = f"{row['without']:,} to {row['with_attackers']:,}"
        ax.text(1.01, height, text, transform=ax.get_yaxis_transform(), size=7, color=QUIET,
                va="center")  # fmt: skip
    name_rungs(ax, data["label"].tolist(), 7.5)
    ax.set_xscale("function", functions=(_root, _square))
    ax.set_xlim(left=0)
    top = float(data[["without", "with_attackers"]].to_numpy().max())
    ax.set_xticks([x for x in (0, 10, 25, 50, 100, 200, 400, 700, 1000) if x <= top * 1.1])
    ax.legend(loc="lower right", **ON_GRID)
    return ax


def drivers(ax: Axes, data: pd.DataFrame) -> Axes:
    """Draw what single incidents add to the uncertainty of the total.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        Top first: ``label``, ``variance_share``, ``std_share``, ``note`` (text at the right).

    Returns
    -------
    Axes
        Bar: share of the variance; hollow diamond: share of the standard deviations.
    """
    y = np.arange(len(data), dtype=float)
    ax.barh(y, 100 * data["variance_share"], 0.62, color=BLUE, label="errors independent:"
            " share of the variance")  # fmt: skip
    ax.plot(100 * data["std_share"], y, "D", markersize=4.5, markerfacecolor="white",
            markeredgecolor=INK, label="errors moving together: share of the standard"
            " deviations")  # fmt: skip
    for height, note in zip(y.tolist(), data["note"], strict=True):
        ax.text(1.01, height, note, transform=ax.get_yaxis_transform(), size=7, color=QUIET,
                va="center")  # fmt: skip
    name_rungs(ax, data["label"].tolist(), 7.5)
    ax.set_xlim(left=0)
    ax.set_xlabel("percent")
    ax.legend(loc="lower right", **ON_GRID)
    return ax


def toll_distributions(
    axes: Sequence[Axes], data: pd.DataFrame, thresholds: Sequence[int], bin_width: int
) -> Sequence[Axes]:
    """Draw the distribution of one toll under several models, a row for each.

    Parameters
    ----------
    axes : sequence of Axes
        One for each model, sharing the horizontal axis.
    data : DataFrame
        Long: ``model`` (top first), ``toll`` (first of its bin), ``mass`` (of the bin), and
        ``beyond_N`` (probability of more than N) for each threshold, equal within a model.
    thresholds : sequence of int
        Dashed lines, in people.
    bin_width : int
        People in a bin.

    Returns
    -------
    sequence of Axes
        Bars: probability of a bin, each row to a height of its own. At the right: the probability
        of more than each threshold.
    """
    models = list(dict.fromkeys(data["model"]))
    for row, (ax, model) in enumerate(zip(axes, models, strict=True)):
        own = data[data["model"] == model]
        ax.bar(own["toll"], own["mass"], bin_width, align="edge", color=BLUE, edgecolor="white",
               linewidth=0.3)  # fmt: skip
        ax.set_ylim(0, 1.12 * float(own["mass"].max()))
        for place, threshold in enumerate(thresholds):
            ax.axvline(threshold, color=INK, linewidth=0.8, linestyle=(0, (3, 2)))
            x = 1.04 + 0.1 * place
            chance = float(own[f"beyond_{threshold}"].iloc[0])
            ax.text(x, 0.3, percent(chance), transform=ax.transAxes, size=8, color=INK, ha="center")
            if row == 0:
                ax.text(x, 1.06, f"P(>{threshold})", transform=ax.transAxes, size=7.5,
                        color=QUIET, ha="center")  # fmt: skip
        ax.set_ylabel(MODEL_NAME[model], rotation=0, ha="right", va="center")
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        ax.tick_params(axis="x", labelbottom=row == len(models) - 1)
    axes[-1].set_xlabel("people killed")
    return axes


def percent(share: float) -> str:
    """Return a probability in whole percent that never claims more than is known.

    Examples
    --------
    >>> percent(0.413), percent(0.004), percent(0.0), percent(0.998)
    ('41%', '< 1%', '0%', '> 99%')
    """
    if 0 < share < 0.01:
        return "< 1%"
    if 0.99 < share < 1:
        return "> 99%"
    return f"{100 * share:.0f}%"
