"""Every plot of the comparison with UCDP draws a tiny frame, and no word lies on another."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn import faults
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from sahelstats.datasets.lacking import NOT_COVERED, REASONS
from sahelstats.figures import article, canvas, matching, use_style

PAIRS = pd.DataFrame(
    {
        "label": ["Alpha", "Beta", "Gamma"], "low": [10.0, 0, 80], "best": [20.0, 0, 90],
        "high": [30.0, 0, 90], "sum_low": [10.0, 0, 5], "sum_best": [25.0, 3, 6],
        "sum_high": [40.0, 4, 7], "lies": ["meet", "meet", "below"], "n_events": [1, 2, 1],
    }
)  # fmt: skip


@pytest.fixture
def ax() -> Iterator[Axes]:
    use_style()
    fig = canvas(3.5, "A finding.", "unit, period", "Source: a test.")
    yield fig.subplots()
    assert faults(fig) == []
    plt.close(fig)


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


def test_found_bars(ax: Axes) -> None:
    data = pd.DataFrame({"year": [2020, 2021], "incidents": [4, 9], "found": [4, 7]})
    assert matching.found_bars(ax, data, "year") is ax
    assert texts(ax) == ["4\nof 4", "7\nof 9"]
    assert [bar.get_height() for bar in ax.containers[1]] == [4, 7]


def test_day_bars_gather_what_is_far(ax: Axes) -> None:
    matching.day_bars(ax, pd.Series([0, 0, 1, -9, 137, np.nan]))
    heights = [bar.get_height() for bar in ax.containers[0]]
    assert heights == [1, 0, 0, 2, 1, 0, 1]
    assert ax.get_xticklabels()[0].get_text() == "-3\nor less"


def test_distance_strip(ax: Axes) -> None:
    data = pd.DataFrame({"geo_precision": [1, 1, 1, 3], "km_apart": [0.0, 2.0, 40.0, 12.0]})
    matching.distance_strip(ax, data)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["exact site", "district"]
    assert texts(ax) == ["3", "1"]
    medians = [line.get_xdata()[0] for line in ax.lines if line.get_linewidth() == 2]
    assert medians == [2.0, 12.0]


def test_distance_strip_without_points(ax: Axes) -> None:
    matching.distance_strip(ax, pd.DataFrame({"geo_precision": [], "km_apart": []}))
    assert texts(ax) == ["none"]


def test_toll_scatter(ax: Axes) -> None:
    matching.toll_scatter(ax, PAIRS)
    names = ax.get_legend_handles_labels()[1]
    assert names == [
        "ranges meet, one event (1)", "ranges meet, several events (1)",
        "ranges do not meet, one event (1)", "ranges do not meet, several events (0)",
    ]  # fmt: skip
    marks = {
        tuple(point)
        for line in ax.lines
        if line.get_marker() in ("o", "s")
        for point in line.get_xydata()
    }
    assert marks == {(20, 25), (0.5, 3), (90, 6)}


def test_yearly_sums(ax: Axes) -> None:
    data = PAIRS.groupby(lambda row: 0)[["low", "best", "high", "sum_low", "sum_best", "sum_high"]]
    data = data.sum().assign(year=2020, incidents=3)
    matching.yearly_sums(ax, data)
    assert [line.get_ydata()[0] for line in ax.lines] == [110, 34]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2020\n3"]


def test_reason_bars(ax: Axes) -> None:
    data = pd.DataFrame({"reason": list(REASONS), "label": list(REASONS.values()),
                         "incidents": range(1, len(REASONS) + 1), "best": 1000})  # fmt: skip
    matching.reason_bars(ax, data)
    assert texts(ax)[0] == "1; 1,000 dead"


def test_every_reason_that_says_something_of_ucdp_has_a_colour() -> None:
    assert set(matching.REASON_COLOURS) == set(REASONS) - set(NOT_COVERED)


def test_lacking_ladder(ax: Axes) -> None:
    data = PAIRS.assign(reason=["no_actor", "passes", "no_actor"]).sort_values("best")
    data["reason_label"] = data["reason"].map(REASONS)
    matching.lacking_ladder(ax, data)
    assert texts(ax) == ["0", "10 to 30", "80 to 90"]
    assert len(ax.get_legend().get_texts()) == 2
    marks = {line.get_marker() for line in ax.lines if line.get_marker() != "None"}
    assert marks == {"s", "o"}  # the reasons differ in shape as well


def test_verdicts_differ_in_greyscale() -> None:
    """Two verdicts differ in lightness, or one of them is hatched."""
    plain = [name for name in article.VERDICT_COLOURS if name not in article.HATCHES]
    lightness = [np.dot(to_rgb(article.VERDICT_COLOURS[name]), (0.3, 0.59, 0.11)) for name in plain]
    assert np.diff(np.sort(lightness)).min() > 0.2
    assert len(set(article.HATCHES.values())) == len(article.HATCHES)


@pytest.mark.parametrize("n", [1, 2])
def test_verdicts_of_one_table_or_two(n: int) -> None:
    use_style()
    checked = pd.DataFrame(
        {"kind": ["figure", "event", "event"], "verdict": ["partly", "supported", "supported"]}
    )
    counts = article.counts_by_kind(checked, "verdict")
    assert counts.loc["event"].to_dict() == {
        "supported": 2, "partly": 0, "contradicted": 0, "not testable here": 0,
    }  # fmt: skip
    fig = canvas(2.3, "A finding.", "unit, period", "Source: a test.")
    axes = fig.subplots(1, n, squeeze=False, sharex=True, sharey=True)[0]
    for ax in axes:
        article.verdict_bars(ax, counts)
    article.verdict_key(axes)
    assert [ax.get_legend() is not None for ax in axes] == [False] * (n - 1) + [True]
    assert faults(fig) == []
    plt.close(fig)
