"""What plots by year share: marks with bars, hollow where few incidents stand behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelstats.figures.style import FAINT, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: A year with fewer incidents is drawn hollow and pale.
FEW = 10


def yearly_marks(
    ax: Axes,
    data: pd.DataFrame,
    colour: str,
    label: str,
    *,
    marker: str = "o",
    shift: float = 0.0,
    line: bool = True,
) -> Axes:
    """Draw a yearly value with its interval.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        Columns ``year``, ``n_incidents``, ``value``, ``low`` and ``high``; a year without a value
        leaves a gap.
    colour, label, marker : str
        Of the series.
    shift : float
        Years by which the marks stand beside their year, so that series do not cover each other.
    line : bool
        Whether a pale line joins the years.

    Returns
    -------
    Axes
        Bars are the interval; a mark is hollow where fewer than ten incidents stand behind it, and
        its bar is cut off at the edge of the axes where it reaches beyond.
    """
    x = data["year"].to_numpy(float) + shift
    value, low, high = (data[c].to_numpy(float) for c in ("value", "low", "high"))
    few = data["n_incidents"].to_numpy(int) < FEW
    if line:
        ax.plot(x, value, color=colour, linewidth=0.7, alpha=0.45, zorder=2)
    for rows, alpha in ((few, 0.45), (~few, 0.9)):
        known = rows & ~np.isnan(low) & ~np.isnan(value)
        ax.vlines(x[known], low[known], high[known], color=colour, alpha=alpha, linewidth=1.3,
                  zorder=2.5)  # fmt: skip
    ax.plot(x[few], value[few], marker, markersize=4.5, markerfacecolor="white",
            markeredgecolor=colour, zorder=3)  # fmt: skip
    ax.plot(x[~few], value[~few], marker, markersize=4.8, color=colour, zorder=3, label=label)
    return ax


def highest_share(data: pd.DataFrame) -> float:
    """Return how far an axis of yearly shares must reach.

    Parameters
    ----------
    data : DataFrame
        Columns ``n_incidents``, ``share`` and ``high``.

    Returns
    -------
    float
        The greatest upper end among years with ten incidents or more, so that bars from years with
        few do not press all others together; among all years where none has so many.

    Examples
    --------
    >>> frame = pd.DataFrame({"n_incidents": [2, 30], "share": [0.0, 0.1], "high": [0.8, 0.2]})
    >>> highest_share(frame)
    0.2
    """
    many = data[data["n_incidents"] >= FEW]
    cells = (many if len(many) else data)[["share", "high"]].to_numpy(float)
    return float(np.nanmax(cells, initial=0.05))


def year_axis(ax: Axes, data: pd.DataFrame, *, counts: bool = True, most: int = 18) -> Axes:
    """Label the years, with the number of incidents of each below it.

    Parameters
    ----------
    ax : Axes
        With years as data units.
    data : DataFrame
        Columns ``year`` and ``n_incidents``.
    counts : bool
        Whether to write the numbers.
    most : int
        At most so many labels.

    Returns
    -------
    Axes
        The same.
    """
    years = data["year"].to_numpy(int)
    n = dict(zip(years.tolist(), data["n_incidents"].to_numpy(int).tolist(), strict=True))
    step = -(-len(years) // most)
    shown = years[::step]
    names = [f"{year}\n{n[year]:,}" if counts else f"{year}" for year in shown.tolist()]
    ax.set_xticks(shown, names)
    ax.set_xlim(years.min() - 0.6, years.max() + 0.6)
    ax.grid(axis="y", color=FAINT)
    if counts:
        ax.tick_params(axis="x", labelsize=7.5)
        ax.set_xlabel("year, and its number of incidents", size=7.5, color=QUIET)
    return ax
