"""What words a figure really shows: gathered while it is drawn, so that nothing hidden counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

TOLERANCE = 0.5  # pixels at the figure's own resolution


@dataclass(frozen=True)
class Word:
    """A text as it was drawn, in pixels."""

    text: str
    box: Bbox


def drawn_words(fig: Figure) -> list[Word]:
    """Draw a figure and return its visible, non-empty texts."""
    words: list[Word] = []
    original = Text.draw

    def draw(self: Text, renderer: Any, *args: Any, **kwargs: Any) -> None:
        original(self, renderer, *args, **kwargs)
        if self.get_visible() and self.get_text().strip():
            words.append(Word(self.get_text(), Text.get_window_extent(self, renderer)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", draw)
        fig.canvas.draw()
    return words


def faults(fig: Figure) -> list[str]:
    """Return which words overlap each other, and which leave the figure."""
    words = drawn_words(fig)
    width, height = fig.canvas.get_width_height()
    said = [
        f"{word.text!r} leaves the figure"
        for word in words
        if word.box.x0 < -TOLERANCE
        or word.box.y0 < -TOLERANCE
        or word.box.x1 > width + TOLERANCE
        or word.box.y1 > height + TOLERANCE
    ]
    for one, other in combinations(words, 2):
        common = Bbox.intersection(one.box, other.box)
        if common is not None and min(common.width, common.height) > TOLERANCE:
            said.append(f"{one.text!r} and {other.text!r} overlap")
    return said


@contextmanager
def caught_figures() -> Iterator[dict[str, list[str]]]:
    """Gather the faults of every figure that is saved, by its name."""
    import sahelstats.figures as package

    found: dict[str, list[str]] = {}
    save = package.save_figure

    def check(fig: Figure, name: str, **rest: Any) -> None:
        found[name] = faults(fig)
        save(fig, name, **rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package, "save_figure", check)
        yield found
