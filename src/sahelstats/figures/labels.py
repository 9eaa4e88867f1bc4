"""Labels that never overlap: each goes to the first free place beside its point."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from sahelstats.figures.style import QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox

#: Direction, horizontal and vertical alignment; tried in this order.
_PLACES = (
    (1, 0, "left", "center"), (-1, 0, "right", "center"),
    (0, 1, "center", "bottom"), (0, -1, "center", "top"),
    (0.8, 0.8, "left", "bottom"), (0.8, -0.8, "left", "top"),
    (-0.8, 0.8, "right", "bottom"), (-0.8, -0.8, "right", "top"),
)  # fmt: skip

#: Gap between a mark and its label in points; the nearest that is free is taken.
_REACHES = (2, 7, 14, 22)


#: From here on a thin line leads from the mark to its label.
_FAR = 14


def place_labels(
    ax: Axes,
    x: np.ndarray,
    y: np.ndarray,
    texts: Sequence[str],
    radii: np.ndarray | None = None,
    **style: Any,
) -> list[Annotation]:
    """Write labels beside points so that none covers another, a point, or leaves the axes.

    Parameters
    ----------
    ax : Axes
        With its limits set.
    x, y : array of float, shape (n,)
        Points in data units, most important first.
    texts : sequence of str
        A label for each; an empty text marks a point that only must stay uncovered.
    radii : array of float, shape (n,), optional
        Radius of each point's mark in points; default 2.
    **style
        Passed to ``Axes.annotate``.

    Returns
    -------
    list of Annotation
        The labels written; one that finds no free place is left out.
    """
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]
    renderer = ax.figure._get_renderer()  # type: ignore[union-attr]
    frame = ax.get_window_extent(renderer)
    radii = np.full(len(texts), 2.0) if radii is None else np.asarray(radii, dtype=float)
    marks = _mark_boxes(ax, x, y, radii)
    taken: list[Bbox] = []
    written = []
    for own, (px, py, text, radius) in enumerate(zip(x, y, texts, radii, strict=True)):
        if not text:
            continue
        others = taken + marks[:own] + marks[own + 1 :]
        for reach, (dx, dy, horizontal, vertical) in product(_REACHES, _PLACES):
            gap = (dx * (radius + reach), dy * (radius + reach))
            label = ax.annotate(
                text, (px, py), gap, textcoords="offset points", ha=horizontal, va=vertical,
                **style,
            )  # fmt: skip
            label.set_in_layout(False)  # or the layout would move the points afterwards
            # Letters are a little wider at the resolution of print than at that of the screen.
            box = label.get_window_extent(renderer).padded(3)
            inside = frame.x0 <= box.x0 and box.x1 <= frame.x1
            inside = inside and frame.y0 <= box.y0 and box.y1 <= frame.y1
            if inside and not any(box.overlaps(other) for other in others):
                taken.append(box)
                written.append(label)
                if reach >= _FAR:
                    _lead(ax, (px, py), gap, radius)
                break
            label.remove()
    return written


def _lead(ax: Axes, point: tuple[float, float], gap: tuple[float, float], radius: float) -> None:
    """Draw a thin line from a mark to a label that stands apart from it."""
    line = {"arrowstyle": "-", "linewidth": 0.5, "color": QUIET, "shrinkA": 1, "shrinkB": radius}
    ax.annotate("", point, gap, textcoords="offset points", arrowprops=line).set_in_layout(False)


def _mark_boxes(ax: Axes, x: np.ndarray, y: np.ndarray, radii: np.ndarray) -> list[Bbox]:
    """Return the boxes that the points' marks cover, in pixels."""
    from matplotlib.transforms import Bbox

    centres = ax.transData.transform(np.column_stack([x, y]).astype(float))
    pixels = radii * ax.figure.dpi / 72
    return [
        Bbox([[cx - r, cy - r], [cx + r, cy + r]])
        for (cx, cy), r in zip(centres, pixels, strict=True)
    ]
