"""Labels that never overlap: each goes to the first free place beside its point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

#: Offset in points, horizontal and vertical alignment; tried in this order.
_PLACES = (
    (4, 0, "left", "center"), (-4, 0, "right", "center"),
    (0, 4, "center", "bottom"), (0, -4, "center", "top"),
    (4, 4, "left", "bottom"), (4, -4, "left", "top"),
    (-4, 4, "right", "bottom"), (-4, -4, "right", "top"),
)  # fmt: skip


def place_labels(
    ax: Axes, x: np.ndarray, y: np.ndarray, texts: Sequence[str], **style: Any
) -> list[Annotation]:
    """Write labels beside points so that none covers another or leaves the axes.

    Parameters
    ----------
    ax : Axes
        With its limits set.
    x, y : array of float, shape (n,)
        Points in data units, most important first.
    texts : sequence of str
        A label for each.
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
    taken: list[Any] = []
    written = []
    for px, py, text in zip(x, y, texts, strict=True):
        for dx, dy, horizontal, vertical in _PLACES:
            label = ax.annotate(
                text, (px, py), (dx, dy), textcoords="offset points", ha=horizontal, va=vertical,
                **style,
            )  # fmt: skip
            box = label.get_window_extent(renderer)
            inside = frame.x0 <= box.x0 and box.x1 <= frame.x1
            inside = inside and frame.y0 <= box.y0 and box.y1 <= frame.y1
            if inside and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                written.append(label)
                break
            label.remove()
    return written
