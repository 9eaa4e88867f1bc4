"""The plots of notebooks 03 and 04: what they draw, and that their words can be read."""

import io
import json
import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn import caught_figures, drawn_words, faults

from sahelstats import notebook as run_of
from sahelstats.figures import canvas, extents, geography, maps, movement, use_style
from sahelstats.figures.saving import shortened
from sahelstats.figures.years import year_axis, yearly_marks
from sahelstats.geography import hexagon_grid, yearly_centres
from sahelstats.paths import NOTEBOOKS
from sahelstats.tables import load_places

STEMS = ("03_attack_geography", "04_southward_spread")


@pytest.fixture
def ax():
    use_style()
    _, axes = plt.subplots()
    yield axes
    plt.close("all")


@pytest.fixture
def incidents():
    return pd.DataFrame(
        {
            "incident_id": list("abcdef"),
            "date_start": pd.to_datetime(["2016-03-01"] * 3 + ["2020-05-01"] * 3),
            "year": [2016] * 3 + [2020] * 3,
            "country": ["MLI", "MLI", "BFA", "BFA", "NER", "BEN"],
            "place": ["Here, north", "There (east)", "Place", "Town", "Site", "Post"],
            "latitude": [16.0, 15.0, 13.0, 12.5, 13.5, 11.0],
            "longitude": [-3.0, -1.0, -1.5, 0.5, 2.0, 1.0],
            "geo_precision": pd.array([1, 2, 3, 1, 1, 2], dtype="Int64"),
            "killed_best": pd.array([10, 20, 30, 5, None, 1], dtype="Int64"),
        }
    )


def yearly(**more):
    return pd.DataFrame(
        {
            "year": [2018, 2019, 2020],
            "n_incidents": [3, 12, 0],
            "value": [14.0, 13.0, np.nan],
            "low": [13.0, 12.0, np.nan],
            "high": [15.0, 14.0, np.nan],
            **more,
        }
    )


def test_deadliest_are_numbered_from_the_most_deaths(incidents):
    top = geography.numbered(incidents, 2)
    assert top["number"].tolist() == [1, 2]
    assert top["killed"].tolist() == [30, 20]
    assert top["name"].tolist() == ["Place, Burkina Faso, 2016", "There, Mali, 2016"]


def test_deaths_map_numbers_the_deadliest_and_marks_precision(ax, incidents):
    top = geography.numbered(incidents, 3)
    assert geography.deaths_map(ax, incidents, None, top, (15.0, 0.0, 300.0)) is ax
    written = [text.get_text() for text in ax.texts]
    assert [t for t in written if t.isdigit()] == ["1", "2", "3"]
    assert "300 km" in written and "MALI" in written
    circles = ax.collections[1:5]  # after the borders, one for each toll and precision
    assert [bool(len(c.get_facecolor())) for c in circles] == [True, True, False, False]
    # The third exact site has no figure: a cross.
    assert [len(c.get_offsets()) for c in circles] == [1] * 4


def test_a_radius_that_would_lie_beyond_the_map_is_not_written(ax, incidents):
    top = geography.numbered(incidents, 3)
    geography.deaths_map(ax, incidents, None, top, (15.0, 0.0, 1400.0))
    assert not [text for text in ax.texts if "km" in text.get_text() and "1400" in text.get_text()]
    assert ax.patches


def test_numbers_never_stand_on_each_other(incidents):
    same = incidents.assign(latitude=14.0, longitude=0.0)
    spots = geography._apart(geography.numbered(same, 5))
    assert len(set(spots)) == 5


def test_number_key_has_a_line_each(ax, incidents):
    geography.number_key(ax, geography.numbered(incidents, 4), columns=2)
    assert len(ax.texts) == 4


@pytest.mark.parametrize("most", [1, 3, 4, 5, 8, 9, 20, 400])
def test_classes_of_counts_are_whole_and_without_gaps(most):
    classes = geography.incident_classes(np.arange(1, most + 1))
    assert classes[0][0] == 1 and classes[-1][1] == most
    assert len(classes) <= len(geography.HEXAGON_SHADES)
    assert all(b[0] == a[1] + 1 for a, b in pairwise(classes))


def test_hexagon_map_draws_occupied_cells_and_edges_hot_ones(ax, incidents):
    cells = hexagon_grid(incidents, 100, empty_cells=True)
    cells = cells.assign(spot=np.where(np.arange(len(cells)) < 3, "hot", ""))
    classes = geography.incident_classes(cells["n_incidents"].to_numpy())
    assert geography.hexagon_map(ax, cells, classes, extents.REGION) is ax
    occupied, hot = (len(c.get_paths()) for c in ax.collections[-2:])
    assert occupied == int((cells["n_incidents"] > 0).sum())
    assert hot == 3
    key = geography.hexagon_key(plt.figure().subplots(), classes)
    assert len(key.get_legend().get_texts()) == len(classes) + 1


def region_rows(**more):
    return pd.DataFrame(
        {
            "region": ["Mopti", "Est"],
            "country": ["MLI", "BFA"],
            "incidents": [3, 2],
            "low": [10, 5],
            "best": [20, 5],
            "high": [40, 5],
            **more,
        }
    )


def test_region_ladder_names_divisions_and_says_their_ranges(ax):
    assert geography.region_ladder(ax, region_rows()) is ax
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Mopti, Mali", "Est, Burkina Faso"]
    assert [t.get_text() for t in ax.texts] == ["10 to 40   (3)", "5   (2)"]
    assert all(line.get_marker() != "|" or not len(line.get_xdata()) for line in ax.lines)


def test_region_ladder_draws_intervals_where_there_are_any(ax):
    geography.region_ladder(ax, region_rows(interval_low=[25, 4], interval_high=[60, 7]))
    ends = [line for line in ax.lines if line.get_marker() == "|"]
    assert [line.get_xdata().tolist() for line in ends] == [[25, 60], [4, 7]]
    assert ax.get_xlim()[1] > 60


def test_yearly_marks_are_hollow_where_few_stand_behind(ax):
    assert yearly_marks(ax, yearly(), "#000000", "x", line=False) is ax
    hollow, filled = ax.lines
    assert hollow.get_markerfacecolor() == "white"
    assert (len(hollow.get_xdata()), len(filled.get_xdata())) == (2, 1)
    assert sum(len(c.get_segments()) for c in ax.collections) == 2  # no bar without a value
    year_axis(ax, yearly())
    assert [t.get_text() for t in ax.get_xticklabels()] == ["2018\n3", "2019\n12", "2020\n0"]


def test_capital_distances_has_a_series_for_each_quantile(ax):
    data = pd.concat([yearly(quantile=0.1), yearly(quantile=0.5)])
    assert geography.capital_distances(ax, data) is ax
    written = [t.get_text() for t in ax.get_legend().get_texts()]
    assert written == ["nearest 10% of incidents", "median incident"]


def test_capital_panels_share_one_scale():
    use_style()
    axes = plt.figure().subplots(1, 2)
    shares = yearly(share=[0.1, 0.2, np.nan], n_inside=[1, 2, 0]).drop(columns="value")
    shares["low"], shares["high"] = 0.05, 0.4
    parts = [shares.assign(capital=c, country=k) for c, k in (("Bamako", "MLI"), ("Niamey", "NER"))]
    geography.capital_panels(axes, pd.concat(parts), 100)
    assert [ax.get_title(loc="left") for ax in axes] == ["Bamako: 3 of 15", "Niamey: 3 of 15"]
    assert axes[0].get_ylim() == axes[1].get_ylim()
    plt.close("all")


@pytest.fixture
def centres():
    rng = np.random.default_rng(1)
    n = 60
    table = pd.DataFrame(
        {
            "year": np.repeat([2018, 2019, 2020], n // 3),
            "latitude": 14 + rng.normal(0, 1, n),
            "longitude": rng.normal(0, 1, n),
            "geo_precision": 1,
        }
    )
    return movement.well_known(yearly_centres(table, rng=rng, n_boot=50))


def test_ellipses_and_centres_are_named_by_year(ax, centres):
    extent = movement.ellipse_extent(centres)
    assert movement.ellipse_map(ax, centres, extent) is ax
    assert [t.get_text() for t in ax.texts if t.get_text().isdigit()] == ["2018", "2020"]
    near = plt.figure().subplots()
    assert movement.centre_map(near, centres, movement.centre_extent(centres)) is near
    years = {t.get_text() for t in near.texts if t.get_text().isdigit()}
    assert years == {"2018", "2019", "2020"}


def test_years_with_few_incidents_have_no_centre_on_the_map(centres):
    few = centres.assign(n_incidents=[3, 12, 30])
    assert movement.well_known(few)["year"].tolist() == [2019, 2020]


def test_southern_limits_name_the_towns_in_reach(ax):
    assert movement.southern_limits(ax, yearly(), yearly(), 20.0) is ax
    assert {t.get_text() for t in ax.texts} == {"Niamey", "Bamako"}
    trend = next(line for line in ax.lines if line.get_label().startswith("its trend"))
    fall = trend.get_ydata()[0] - trend.get_ydata()[1]
    assert fall == pytest.approx(20 / 111.32 * np.ptp(trend.get_xdata()))


def test_share_panels_have_one_scale_and_their_titles():
    use_style()
    axes = plt.figure().subplots(2, 1)
    shares = yearly(share=[0.1, 0.2, np.nan]).drop(columns="value").assign(low=0.0, high=0.3)
    movement.share_panels(axes, [shares, shares], ["one", "two"])
    assert [ax.get_title(loc="left") for ax in axes] == ["one", "two"]
    assert axes[0].get_ylim() == axes[1].get_ylim()
    plt.close("all")


def test_period_maps_share_one_extent(incidents):
    use_style()
    axes = plt.figure().subplots(1, 2)
    parts = [("early", incidents[:3], 13.0), ("late", incidents[3:], np.nan)]
    movement.period_maps(axes, parts, extents.REGION)
    assert axes[0].get_xlim() == axes[1].get_xlim() and axes[0].get_ylim() == axes[1].get_ylim()
    dashed = [sum(line.get_linestyle() == "--" for line in ax.lines) for ax in axes]
    assert dashed == [1, 0]
    plt.close("all")


def test_names_of_countries_touch_no_mark_and_no_scale():
    use_style()
    places = load_places().query("kind == 'capital'")
    fig = plt.figure(figsize=(7, 5))
    for ax in fig.subplots(2, 2).ravel():
        maps.region_map(ax, (*extents.REGION[:3], 21.5), places=places)
        names = [t for t in ax.texts if t.get_text().isupper()]
        assert len(names) >= 8
        boxes = [t.get_window_extent() for t in names]
        marks = ax.transData.transform(places[["longitude", "latitude"]].to_numpy(float))
        assert not any(box.contains(*mark) for box in boxes for mark in marks)
        scale = next(t for t in ax.texts if t.get_text() == "500 km").get_window_extent()
        assert not any(box.overlaps(scale) for box in boxes)
    plt.close("all")


def test_extent_follows_the_incidents_within_limits(incidents):
    west, east, south, north = extents.extent_of_incidents(incidents)
    assert incidents["longitude"].between(west, east).all()
    assert incidents["latitude"].between(south, north).all()
    one = extents.extent_of_incidents(incidents.head(1))
    assert one[1] - one[0] == pytest.approx(8) and one[3] - one[2] == pytest.approx(16 / 3)
    away = incidents.assign(latitude=-40.0)
    assert extents.extent_of_incidents(away) == extents.REGION


def test_circles_of_equal_tolls_share_an_outline(ax, incidents):
    many = pd.concat([incidents.head(2)] * 30, ignore_index=True)
    maps.incident_points(ax, many.assign(geo_precision=1), geography.BLUE)
    sizes = [(len(c.get_offsets()), c.get_sizes().tolist()) for c in ax.collections]
    assert sizes[:2] == [(30, [24.0]), (30, [13.0])]


def test_an_svg_is_shortened_by_less_than_a_hundredth_of_a_point():
    use_style()
    fig, ax = plt.subplots()
    ax.plot(np.random.default_rng(1).normal(size=200))
    buffer = io.BytesIO()
    fig.savefig(buffer, format="svg")
    plt.close("all")
    before, after = buffer.getvalue(), shortened(buffer.getvalue())
    assert len(after) < 0.9 * len(before)
    numbers = [re.findall(rb"-?\d+\.?\d*", b" ".join(re.findall(rb' d="([^"]*)"', svg)))
               for svg in (before, after)]  # fmt: skip
    assert len(numbers[0]) == len(numbers[1])
    assert np.allclose(*(np.array(n, dtype=float) for n in numbers), rtol=0, atol=0.00501)
    assert ElementTree.fromstring(after) is not None


def test_slope_ladder_says_each_slope_with_its_interval(ax):
    data = pd.DataFrame({"label": ["a", "b"], "km_per_year": [10, -2], "low": [5, -8], "high": 15})
    assert movement.slope_ladder(ax, data) is ax
    assert [t.get_text() for t in ax.texts] == ["10 (5 to 15)", "\u22122 (\u22128 to 15)"]


def test_slope_ladder_draws_hollow_what_is_no_interval(ax):
    data = pd.DataFrame({"label": ["a", "b"], "km_per_year": [10, 3], "low": [5, 2], "high": 15})
    movement.slope_ladder(ax, data.assign(interval=[True, False]))
    faces = [line.get_markerfacecolor() for line in ax.lines if line.get_marker() == "o"]
    assert faces == [movement.BLUE, "white"]


def test_long_titles_stay_inside_the_figure():
    use_style()
    fig = canvas(1, "WIDE LETTERS MAKE WIDE WORDS, " * 6, "MMMM " * 40, "WWWW " * 50)
    assert not faults(fig)
    plt.close("all")


def test_overlapping_and_lost_words_are_found():
    fig = plt.figure()
    fig.text(0.5, 0.5, "one")
    fig.text(0.51, 0.5, "two")
    fig.text(0.99, 0.1, "beyond the edge")
    fig.text(0.1, 0.1, "hidden", visible=False)
    assert len(drawn_words(fig)) == 3
    assert faults(fig) == ["'beyond the edge' leaves the figure", "'one' and 'two' overlap"]
    plt.close("all")


@pytest.mark.parametrize("stem", STEMS)
def test_no_words_of_the_real_figures_overlap(stem, tmp_path, monkeypatch):
    """Run the notebook's own cells on the real table and look at every figure it saves."""
    content = json.loads((Path(NOTEBOOKS) / f"{stem}.ipynb").read_text(encoding="utf-8"))
    monkeypatch.setenv(run_of.STEM_VARIABLE, stem)
    monkeypatch.setenv(run_of.FOLDER_VARIABLE, str(tmp_path))
    run_of.current_run.cache_clear()
    monkeypatch.setattr("IPython.display.display", lambda *args, **kwargs: None)
    names = {}
    try:
        with caught_figures() as found:
            for cell in content["cells"]:
                if cell["cell_type"] == "code":
                    exec("".join(cell["source"]), names)
    finally:
        run_of.current_run.cache_clear()
        plt.close("all")
    assert list(found) == content["metadata"]["sahelstats"]["figures"]
    assert {name: said for name, said in found.items() if said} == {}
