"""Plots of the incidents themselves, on tables larger and smaller than the project's own."""

from itertools import pairwise

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import pandas as pd

from sahelstats.figures import incidents
from sahelstats.tables.countries import short_names


def test_countries_beyond_the_rows_share_the_last():
    codes = sorted(short_names())[:40]
    held = [code for number, code in enumerate(codes, start=1) for _ in range(number)]
    data = pd.DataFrame(
        {"date_start": pd.Timestamp("2020-01-01"), "country": held, "killed": range(len(held))}
    )
    _, ax = plt.subplots()
    incidents.timeline(ax, data)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert len(names) == incidents.MOST_ROWS
    assert names[0] == f"{short_names()[codes[-1]]}  40"
    # 27 countries with 1 to 27 incidents.
    assert names[-1] == "27 others  378"
    assert sum(len(marks.get_offsets()) for marks in ax.collections) == len(held)


def test_labels_of_a_short_span_do_not_overlap():
    rows = 12
    data = pd.DataFrame(
        {
            "date_start": pd.date_range("2019-01-05", periods=rows, freq="50D"),
            "distance_km": range(rows), "place": "Kati", "low": 1, "best": range(rows), "high": 20,
        }
    )  # fmt: skip
    fig, ax = plt.subplots(figsize=(3.5, 3))
    incidents.nearby_timeline(ax, data, 99)
    fig.canvas.draw()
    boxes = [label.get_window_extent() for label in ax.get_xticklabels() if label.get_text()]
    assert len(boxes) > 1
    assert all(one.x1 < other.x0 for one, other in pairwise(boxes))
