"""A figure that a table cannot give: the reason stands in its place."""

from __future__ import annotations

import pandas as pd

from sahelstats.figures.saving import save_figure
from sahelstats.figures.style import canvas


def absent_figure(name: str, reason: str) -> None:
    """Save a figure that says why it is not drawn.

    Parameters
    ----------
    name : str
        As the notebook declares it.
    reason : str
        One sentence; also its alt text and caption.
    """
    fig = canvas(0.15, "Not drawn.", reason, "Source: sahelstats.")
    fig.subplots().axis("off")
    data = pd.DataFrame({"figure": [name], "reason": [reason]})
    save_figure(fig, name, data=data, alt=reason, caption=reason)
