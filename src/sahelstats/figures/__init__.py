"""Figures: one look, one way to save, and a module of plots per topic."""

from sahelstats.figures.saving import save_figure, skip_figure
from sahelstats.figures.style import canvas, use_style

__all__ = ["canvas", "save_figure", "skip_figure", "use_style"]
