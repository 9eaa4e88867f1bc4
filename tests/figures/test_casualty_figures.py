"""Every plot of the casualty notebooks draws a tiny frame: marks, texts and limits."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from sahelstats.casualties import CountDistribution, exceedance_curve
from sahelstats.casualties.overview import toll_under_models, totals_table
from sahelstats.figures import bias, casualties, palette, totals, use_style

RANGES = pd.DataFrame(
    {
        "incident_id": ["a", "b", "c"],
        "label": ["Alpha, Jan 2020", "Beta, Feb 2021", "Gamma, Mar 2022"],
        "low": [100, 0, 7],
        "best": [300, 40, 7],
        "high": [600, 140, 7],
        "open_above": [True, False, False],
        "n_sources": [3, 2, 1],
        "relative_width": [5 / 3, 3.5, 0.0],
    }
)
TABLE = pd.DataFrame(
    {
        "incident_id": ["a", "b", "c"],
        "year": [2020, 2020, 2021],
        "killed_low": [10, 4, 1],
        "killed_best": [12, 5, 2],
        "killed_high": [20, 9, 3],
    }
)


@pytest.fixture
def ax() -> Iterator[Axes]:
    use_style()
    fig, made = plt.subplots()
    yield made
    made.figure.draw_without_rendering()
    plt.close(fig)


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


def test_report_ladder(ax: Axes) -> None:
    reports = pd.DataFrame(
        {
            "incident_id": ["a", "a", "a", "b", "c", "b"],
            "central": pd.array([100, 300, 300, 140, None, None], dtype="Int64"),
            "upper": pd.array([100, 300, 300, 140, None, 90], dtype="Int64"),
            "source_type": ["un", "media", "government", "military", "ngo", "research"],
            "open_above": [False, True, False, False, False, False],
        }
    )
    assert casualties.report_ladder(ax, RANGES, reports) is ax
    assert [label.get_text() for label in ax.get_yticklabels()] == RANGES["label"].tolist()
    assert texts(ax) == ["U\u2009G\u2009P", "100 to 600+", "R\u2009M", "0 to 140", "7"]
    ticks = [line for line in ax.lines if line.get_linewidth() == 2.4]
    assert len(ticks) == 5  # one report gives no figure, one says "up to 90"
    arrows = [text.xyann[0] for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert sorted(arrows) == [-9, 9]
    assert ax.get_xlim()[0] == 0 and ax.get_xlim()[1] > 600


def test_every_source_type_has_a_letter_of_its_own() -> None:
    assert list(palette.SOURCE_TYPE_LETTER) == list(palette.SOURCE_TYPE)
    assert len(set(palette.SOURCE_TYPE_LETTER.values())) == len(palette.SOURCE_TYPE)


def test_letters_of_a_rung_stay_left_of_its_numbers(ax: Axes) -> None:
    """The longest row of letters still ends inside the axes."""
    n = 12
    reports = pd.DataFrame(
        {
            "incident_id": ["a"] * n,
            "central": pd.array(range(590, 590 + n), dtype="Int64"),
            "upper": pd.array(range(590, 590 + n), dtype="Int64"),
            "source_type": ["local_source"] * n,  # W, the widest letter
            "open_above": [False] * n,
        }
    )
    ax.figure.set_size_inches(5.5, 3)
    casualties.report_ladder(ax, RANGES, reports)
    ax.figure.draw_without_rendering()
    letters = next(text for text in ax.texts if text.get_text().startswith("W"))
    assert letters.get_window_extent().x1 < ax.get_window_extent().x1


def test_report_ladder_without_reports(ax: Axes) -> None:
    columns = ["incident_id", "central", "upper", "source_type", "open_above"]
    nothing = pd.DataFrame(columns=columns)
    casualties.report_ladder(ax, RANGES, nothing)
    arrows = [text for text in ax.texts if not text.get_text()]
    assert len(arrows) == 1  # the open end of the first range


def test_relative_width() -> None:
    fig, (ax, zero) = plt.subplots(2, 1, sharex=True)
    assert casualties.relative_width(ax, zero, RANGES) is ax
    assert texts(zero) == ["1", "0", "0"]
    assert sum(len(line.get_xdata()) for line in ax.lines) == 2
    fig.draw_without_rendering()
    plt.close(fig)


def test_totals_by_year(ax: Axes) -> None:
    data = totals_table(TABLE, ["year"], ["uniform"], ["independent", "comonotonic"], 0.9)
    assert totals.totals_by_year(ax, data) is ax
    labels = ax.get_legend_handles_labels()[1]
    assert labels == [
        "envelope: sums of lows and highs",
        "independent errors",
        "errors that all move together",
    ]
    assert [bar.get_height() for bar in ax.containers[0]] == [15, 2]
    empty = data.assign(q50=np.where(data["year"] == 2021, np.nan, data["q50"]))
    totals.totals_by_year(ax, empty)


def test_total_intervals(ax: Axes) -> None:
    data = totals_table(TABLE, [], ["uniform", "pert"], ["independent", 0.3, "comonotonic"], 0.9)
    assert totals.total_intervals(ax, data, "model", (15, 32)) is ax
    assert [label.get_text() for label in ax.get_yticklabels()] == ["uniform", "pert"]
    assert len(texts(ax)) == 6
    shown = data[data["assumption"] == "independent errors"].iloc[0]
    assert f"{shown['lower']:,.0f} to {shown['upper']:,.0f}" in texts(ax)
    assert ax.get_xlim()[0] <= 15 and ax.get_xlim()[1] >= 32
    key = ax.figure.add_axes((0, 0, 1, 0.1))
    totals.legend_below(key, ax)
    assert len(key.get_legend().get_texts()) == 4


def test_dumbbells(ax: Axes) -> None:
    data = pd.DataFrame({"label": ["Alpha"], "without": [4], "with_attackers": [113]})
    assert casualties.dumbbells(ax, data) is ax
    assert texts(ax) == ["4 to 113"]


def test_exceedance(ax: Axes) -> None:
    tolls = [CountDistribution.point(3), CountDistribution([0.5, 0.5], offset=4)]
    curves = [exceedance_curve(tolls, [1, 3, 5], dependence=how)
              for how in ("independent", "comonotonic")]  # fmt: skip
    assert totals.exceedance(ax, curves, np.array([3.0, 4.0])) is ax
    expected = ax.lines[0].get_ydata()
    assert list(expected) == [2.0, 2.0, 0.5]
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_drivers(ax: Axes) -> None:
    data = pd.DataFrame({"label": ["Alpha", "Beta"], "variance_share": [0.7, 0.3],
                         "std_share": [0.6, 0.4], "note": ["1 to 9+", "5"]})  # fmt: skip
    assert casualties.drivers(ax, data) is ax
    assert [round(bar.get_width(), 6) for bar in ax.containers[0]] == [70.0, 30.0]
    assert texts(ax) == ["1 to 9+", "5"]


def test_toll_distributions() -> None:
    data = toll_under_models(TABLE.iloc[:1], ["uniform", "triangular"], [12, 15], 5)
    assert data.groupby("model")["mass"].sum().to_numpy() == pytest.approx([1.0, 1.0], abs=0.02)
    fig, axes = plt.subplots(2, 1, sharex=True)
    casualties.toll_distributions(axes, data, [12, 15], 5)
    # Eleven tolls from 10 to 20: eight lie above 12, five above 15.
    assert texts(axes[0]) == ["73%", "P(>12)", "45%", "P(>15)"]
    plt.close(fig)


def bias_frame() -> pd.DataFrame:
    rows = [
        ("own_dead", "all", "belligerents", 9, 8, 0.5, 0.3, 0.8),
        ("own_dead", "few", "belligerents", 4, 4, 0.6, np.nan, np.nan),
        ("own_dead", "all", "military", 9, 8, 0.5, 0.3, 0.8),
        ("enemy_dead", "all", "military", 5, 5, 2.0, 1.1, 6.0),
        ("other", "all", "un", 5, 5, 1.0, 0.9, 1.1),
    ]
    names = ["victims_side", "against", "source_type", "n_reports", "n_incidents", "bias",
             "lower", "upper"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def test_bias_ladder(ax: Axes) -> None:
    rows = bias.bias_rows(bias_frame(), "all", "few")
    assert rows["order"].tolist() == [0, 1, 0, 0, 0]
    assert rows["row"].is_monotonic_increasing
    assert bias.bias_ladder(ax, rows) is ax
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["All belligerents", "Military, police", "Military, police", "United Nations"]
    assert "0.50   9 in 8" in texts(ax)
    assert set(bias.SIDE_NAME.values()) <= set(texts(ax))
    assert ax.get_xlim()[0] < 0.3 and ax.get_xlim()[1] > 6


def test_first_against_last(ax: Axes) -> None:
    data = pd.DataFrame({"label": ["Alpha, Jan 2020", "Beta, Feb 2021"], "first": [10, 0],
                         "last": [90, 3], "same_party": [True, False]})  # fmt: skip
    assert bias.first_against_last(ax, data, named=1) is ax
    assert "Alpha, Jan 2020" in texts(ax) and "Beta, Feb 2021" not in texts(ax)
    low, high = ax.get_xlim()
    assert low < 0.5 and high > 90


def test_percent_never_claims_more_than_is_known() -> None:
    assert [casualties.percent(p) for p in (0.0, 1e-9, 0.5, 1 - 1e-9, 1.0)] == [
        "0%", "< 1%", "50%", "> 99%", "100%",
    ]  # fmt: skip


def test_relative_width_has_no_row_for_parties_that_no_toll_has() -> None:
    _, (ax, zero) = plt.subplots(2, 1)
    casualties.relative_width(ax, zero, RANGES.assign(n_sources=1))
    assert [label.get_text() for label in zero.get_yticklabels()] == ["one party"]
    assert ax.get_legend() is None
    assert [text.get_text() for text in zero.texts] == ["1"]


def test_a_frame_of_no_height_is_no_envelope() -> None:
    frame = totals_table(TABLE, ["year"], ["uniform"], ["independent"], 0.9)
    _, ax = plt.subplots()
    names = totals.totals_by_year(ax, frame).get_legend_handles_labels()[1]
    assert "envelope: sums of lows and highs" in names
    _, ax = plt.subplots()
    flat = frame.assign(low=frame["best"], high=frame["best"])
    names = totals.totals_by_year(ax, flat).get_legend_handles_labels()[1]
    assert "sum of the figures" in names
    assert "envelope: sums of lows and highs" not in names
