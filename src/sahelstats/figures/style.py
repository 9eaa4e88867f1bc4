"""The look of every figure: one stylesheet, and the frame of title, subtitle and footer."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import LayoutEngine

STYLESHEET = Path(__file__).with_name("sahelstats.mplstyle")

#: Width of every figure: 700 px at 100 %.
WIDTH = 7.0

#: A legend that gridlines do not run through.
ON_GRID: dict[str, Any] = {
    "fontsize": 7.5,
    "frameon": True,
    "facecolor": "white",
    "edgecolor": "none",
    "framealpha": 1.0,
    "fancybox": False,
}

INK = "#222222"
QUIET = "#666666"
FAINT = "#DDDDDD"

_TITLE_SIZE, _TITLE_LINE, _TITLE_CHARACTERS = 11.5, 0.215, 79
_TEXT_SIZE, _TEXT_LINE, _TEXT_CHARACTERS = 8.0, 0.15, 116
_FOOT_SIZE, _FOOT_CHARACTERS = 7.2, 132

#: Left and right of the frame's words, as a share of the width.
_MARGIN = 0.012


def use_style() -> None:
    """Set the project's look, whatever the machine's own matplotlib settings are."""
    import matplotlib as mpl

    mpl.rcdefaults()
    mpl.style.use(STYLESHEET)


def canvas(height: float, title: str, subtitle: str, footer: str) -> Figure:
    """Return an empty figure with its finding above and its source below.

    Parameters
    ----------
    height : float
        Height of the plotting area in inches; the frame is added to it.
    title : str
        One sentence that states the finding.
    subtitle : str
        What is shown, in which unit, over which period.
    footer : str
        Source, how many of how many are shown, what bars and marks mean.

    Returns
    -------
    Figure
        With a constrained layout inside the frame; add axes to it.

    Examples
    --------
    >>> use_style()
    >>> fig = canvas(3, "A finding.", "deaths, by year", "Source: the table.")
    >>> float(fig.get_figwidth())
    7.0
    """
    import matplotlib.pyplot as plt

    head = _lines(title, _TITLE_CHARACTERS, _TITLE_SIZE, "bold")
    below = _lines(subtitle, _TEXT_CHARACTERS, _TEXT_SIZE)
    foot = _lines(footer, _FOOT_CHARACTERS, _FOOT_SIZE)
    top = 0.1 + _TITLE_LINE * len(head) + _TEXT_LINE * len(below) + 0.1
    bottom = 0.1 + _TEXT_LINE * len(foot) + 0.05
    total = height + top + bottom
    fig = plt.figure(figsize=(WIDTH, total), layout="none")
    frame = (0.005, bottom / total, 0.99, height / total)
    fig.set_layout_engine(_rounded_layout(rect=frame, w_pad=0.04, h_pad=0.03))
    left = _MARGIN
    fig.text(
        left, 1 - 0.1 / total, "\n".join(head), size=_TITLE_SIZE, weight="bold", color=INK,
        ha="left", va="top", linespacing=1.25,
    )  # fmt: skip
    fig.text(
        left, 1 - (0.14 + _TITLE_LINE * len(head)) / total, "\n".join(below), size=_TEXT_SIZE,
        color=QUIET, ha="left", va="top", linespacing=1.3,
    )  # fmt: skip
    fig.text(
        left, 0.08 / total, "\n".join(foot), size=_FOOT_SIZE, color=QUIET, ha="left",
        va="bottom", linespacing=1.3,
    )  # fmt: skip
    return fig


def _rounded_layout(**options: Any) -> LayoutEngine:
    """Return a constrained layout whose results do not differ in the last digits.

    Those of the solver do from run to run. They are too small to see, but the ids of clip paths
    in an SVG are made from them.
    """
    from matplotlib.layout_engine import ConstrainedLayoutEngine
    from matplotlib.transforms import Bbox

    class Rounded(ConstrainedLayoutEngine):
        def execute(self, fig: Figure) -> Any:
            done = super().execute(fig)
            for ax in fig.axes:
                ends = ax.get_position(original=True).get_points().round(6)
                ax._set_position(Bbox(ends), which="original")  # type: ignore[attr-defined]
            return done

    return Rounded(**options)


def _lines(text: str, characters: int, size: float, weight: str = "normal") -> list[str]:
    """Break text into lines that fit the width, however wide its letters are."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    room = (1 - 2 * _MARGIN) * WIDTH * 72
    while True:
        lines = textwrap.wrap(text, characters)
        widths = [
            text_to_path.get_text_width_height_descent(line, font, False)[0] for line in lines
        ]
        if max(widths, default=0) <= room:
            return lines
        characters -= 2


def name_rungs(ax: Axes, names: Sequence[str], size: float | None = None) -> Axes:
    """Name the rungs of a ladder at its left, the first at the top.

    Parameters
    ----------
    ax : Axes
        With rung k drawn at height k.
    names : sequence of str
        From the top.
    size : float, optional
        Of the names, in points; without one the style's own.

    Returns
    -------
    Axes
        With faint lines upright through all rungs, and no line at its left.
    """
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0, **({} if size is None else {"labelsize": size}))
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.grid(axis="x", color=FAINT)
    ax.spines["left"].set_visible(False)
    return ax


def range_text(low: float, high: float, open_above: bool) -> str:
    """Return a range in numbers, with a plus where it was left open upwards.

    Examples
    --------
    >>> range_text(100, 600, True), range_text(81, 81, False)
    ('100 to 600+', '81')
    """
    more = "+" if open_above else ""
    return f"{low:,.0f} to {high:,.0f}{more}" if high > low else f"{high:,.0f}{more}"


def plain_ticks(axis: object) -> None:
    """Write ticks of a logarithmic axis as plain numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(base=10, subs=(1.0, 3.0)))  # type: ignore[attr-defined]
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,g}"))  # type: ignore[attr-defined]
    axis.set_minor_formatter(NullFormatter())  # type: ignore[attr-defined]
