"""Plots of the incidents themselves, on tables larger and smaller than the project's own."""

from itertools import pairwise

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from sahelstats.figures import incidents, maps, palette
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


@pytest.mark.parametrize("shape", sorted(set(palette.ACTOR_FAMILY_SHAPE.values())))
def test_marks_of_one_toll_cover_one_area_whatever_their_shape(shape):
    fig, ax = plt.subplots(figsize=(5, 5), dpi=100)
    ax.set(position=(0, 0, 1, 1), xlim=(-1, 1), ylim=(-1, 1))
    ax.axis("off")
    one = pd.DataFrame(
        {"longitude": [0.0], "latitude": 0.0, "killed_best": 500, "geo_precision": 1}
    )
    maps.incident_points(ax, one, "#000000", scale=40, shapes=shape)
    fig.canvas.draw()
    covered = int((np.asarray(fig.canvas.buffer_rgba())[..., 0] < 250).sum())
    plt.close(fig)
    # Points squared as pixels; the size is that of the square around a circle.
    expected = np.pi / 4 * (500 * maps.AREA_PER_DEATH * 40 + 2) * (100 / 72) ** 2
    assert covered == pytest.approx(expected, rel=0.05)  # an outline adds to it
