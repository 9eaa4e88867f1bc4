"""Plots of the incidents themselves: when, how well known, and by whose word."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelstats.figures import palette
from sahelstats.figures.style import FAINT, INK, QUIET
from sahelstats.summaries import country_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Area of a circle on the timeline, in points squared, for each person killed.
TIMELINE_AREA = 0.9

#: Rows of the timeline: of a table with more countries those with fewest incidents share the last.
MOST_ROWS = 14


def timeline(ax: Axes, data: pd.DataFrame) -> Axes:
    """Draw incidents as circles along time, a row for each country.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        Columns ``date_start``, ``country`` and ``killed`` (missing: a small cross).

    Returns
    -------
    Axes
        Countries from most to fewest incidents, their number beside the name. Of more than
        ``MOST_ROWS`` those with fewest incidents share the last row.
    """
    counts = data["country"].value_counts()
    order = sorted(counts.index, key=lambda code: (-counts[code], code))
    if len(order) > MOST_ROWS:
        rest = set(order[MOST_ROWS - 1 :])
        others = f"{len(rest)} others"
        data = data.assign(
            country=data["country"].astype(str).where(~data["country"].isin(rest), others)
        )
        counts = data["country"].value_counts()
        order = [*order[: MOST_ROWS - 1], others]
    rows = {code: position for position, code in enumerate(order)}
    for code in order:
        own = data[data["country"] == code].sort_values("killed", ascending=False)
        colour = palette.COUNTRY.get(code, palette.OTHER)
        known = own[own["killed"].notna()]
        ax.scatter(
            known["date_start"], np.full(len(known), rows[code]),
            s=known["killed"].to_numpy(float) * TIMELINE_AREA + 2,
            facecolor=[(*_rgb(colour), 0.35)], edgecolor=colour, linewidth=0.6,
        )  # fmt: skip
        none = own[own["killed"].isna()]
        ax.scatter(none["date_start"], np.full(len(none), rows[code]), marker="x", s=12,
                   linewidth=0.8, color=colour)  # fmt: skip
    names = [f"{country_name(code)}  {counts[code]}" for code in order]
    ax.set_yticks(range(len(order)), names)
    ax.tick_params(axis="y", length=0)
    ax.invert_yaxis()
    ax.set_ylim(len(order) - 0.4, -0.9)
    ax.grid(axis="x", color=FAINT)
    ax.spines["left"].set_visible(False)
    return ax


def _rgb(colour: str) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(colour)


def report_counts(ax: Axes, data: pd.DataFrame) -> Axes:
    """Draw how many incidents rest on how many reports, and on how many parties.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        As ``summaries.reports_per_incident`` returns it.

    Returns
    -------
    Axes
        Two bars for each number, labelled with their counts.
    """
    width = 0.38
    series = (
        ("by_report", "reports", "#4477AA", -1),
        ("by_party", "independent parties", "#BBCCDD", 1),
    )
    for column, name, colour, side in series:
        x = data["number"] + side * width / 2
        bars = ax.bar(x, data[column], width, color=colour, label=name)
        ax.bar_label(bars, size=7.5, color=QUIET, padding=1)
    names = [str(n) for n in data["number"]]
    names[-1] += " or more"
    ax.set_xticks(data["number"], names)
    ax.set_xlabel("how many give a figure for the dead")
    ax.set_ylabel("incidents")
    ax.legend(loc="upper right")
    return ax


def as_matrix(shares: pd.DataFrame, rows: str, columns: str, names: dict[str, str]) -> pd.DataFrame:
    """Return long shares as a matrix, rows in the order and under the names of a palette.

    Parameters
    ----------
    shares : DataFrame
        Columns `rows`, `columns` and ``share``.
    rows, columns : str
        What goes down and across.
    names : dict
        Value of `rows` -> name; gives the order.

    Returns
    -------
    DataFrame
        Shares 0..1; columns with most claims first where they are countries.
    """
    wide = shares.pivot(index=rows, columns=columns, values="share")
    if columns == "country":
        sizes = shares.groupby(columns)["claims"].sum()
        wide = wide[sorted(wide.columns, key=lambda code: (-sizes[code], code))]
    kept = [key for key in names if key in wide.index]
    return wide.loc[kept].rename(index=names)


def stacked(parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return frames of shares below each other, with a column that says which each row is of.

    Parameters
    ----------
    parts : dict
        Column name (``country``, ``year``) -> frame that has it.

    Returns
    -------
    DataFrame
        Columns ``by``, ``value`` and the others.
    """
    frames = [frame.rename(columns={by: "value"}).assign(by=by) for by, frame in parts.items()]
    return pd.concat([frame.astype({"value": str}) for frame in frames], ignore_index=True)


def share_matrix(ax: Axes, shares: pd.DataFrame, mark_counts: pd.Series | None = None) -> Axes:
    """Draw shares as a matrix of tinted, numbered cells.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    shares : DataFrame
        Rows and columns as they shall stand; values 0..1, missing cells stay empty.
    mark_counts : Series, optional
        What each column rests on; written above it.

    Returns
    -------
    Axes
        Percentages in the cells, dark for high.
    """
    import seaborn as sns

    text = shares.map(lambda v: "" if pd.isna(v) or v == 0 else f"{100 * v:.0f}")
    sns.heatmap(
        shares.astype(float), ax=ax, annot=text, fmt="", cmap="Blues", vmin=0, vmax=1, cbar=False,
        linewidths=0.8, linecolor="white", annot_kws={"size": 7},
    )  # fmt: skip
    ax.set(xlabel="", ylabel="")
    ax.tick_params(axis="both", length=0)
    ax.tick_params(axis="y", rotation=0)
    ax.tick_params(axis="x", rotation=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    if mark_counts is not None:
        for position, name in enumerate(shares.columns):
            ax.text(position + 0.5, -0.15, f"{int(mark_counts[name])}", size=6.8, color=QUIET,
                    ha="center", va="bottom")  # fmt: skip
    return ax


def nearby_timeline(ax: Axes, data: pd.DataFrame, label_from: float) -> Axes:
    """Draw incidents near a place: when, how far away, how many killed.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    data : DataFrame
        Columns ``date_start``, ``distance_km``, ``place``, ``low``, ``best``, ``high``.
    label_from : float
        Best figure from which an incident is named.

    Returns
    -------
    Axes
        Circles whose area is the best figure.
    """
    from sahelstats.figures.labels import place_labels

    known = data[data["best"].notna()]
    ax.scatter(
        known["date_start"], known["distance_km"], s=known["best"].to_numpy(float) * 2 + 6,
        facecolor=(*_rgb("#4477AA"), 0.3), edgecolor="#4477AA", linewidth=0.8,
    )  # fmt: skip
    none = data[data["best"].isna()]
    ax.scatter(none["date_start"], none["distance_km"], marker="x", s=16, color="#4477AA")
    ax.set_ylim(-8, max(105.0, float(data["distance_km"].max()) + 5))
    ax.set_ylabel("km from the centre of Bamako")
    ax.grid(color=FAINT)
    ax.margins(x=0.08)
    import matplotlib.dates as mdates

    if data["date_start"].max() - data["date_start"].min() < pd.Timedelta(days=5 * 365):
        # Months are written in full, and more than a few would overlap.
        ax.xaxis.set_major_locator(mdates.AutoDateLocator(maxticks=5))

    ordered = data.sort_values("best", ascending=False)
    names = [
        textwrap.fill(f"{place.split(',')[0]}, {day.year}", 22) if best >= label_from else ""
        for place, day, best in zip(
            ordered["place"], ordered["date_start"], ordered["best"].fillna(0), strict=True
        )
    ]
    place_labels(
        ax, mdates.date2num(ordered["date_start"]), ordered["distance_km"].to_numpy(), names,
        radii=np.sqrt(ordered["best"].fillna(0).to_numpy(float) * 2 + 6) / 2, size=7.5, color=INK,
    )  # fmt: skip
    return ax
