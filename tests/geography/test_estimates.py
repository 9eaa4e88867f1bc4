"""Numbers about a whole table, deaths by division, and weights by draws of the tolls."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sahelstats.casualties import incident_distributions, total_by
from sahelstats.geography import (
    Estimate,
    death_weights,
    deaths_by_division,
    overall_quantile,
    overall_share,
    southern_limit,
    southward_trend,
    yearly_centres,
)


@pytest.fixture
def table(make):
    """Incidents with ranges; the first has no figure."""
    made = make(120)
    best = made["killed_best"] + 3
    made = made.assign(killed_low=best // 2, killed_best=best, killed_high=3 * best)
    made.loc[0, ["killed_low", "killed_best", "killed_high"]] = pd.NA
    region = np.array(["North", "South", None], dtype=object)[np.arange(120) % 3]
    return made.assign(region=pd.array(region, "str"), killed_open_above=made.index == 4)


def test_weights_are_draws_of_each_toll(table):
    weights = death_weights(table, np.random.default_rng(1), size=4_000)
    assert weights.shape == (4_000, 120)
    assert (weights[:, 0] == 0).all()
    tolls = incident_distributions(table)
    error = tolls.std / np.sqrt(4_000)
    assert (np.abs(weights[:, 1:].mean(axis=0) - tolls.mean) < 5 * error).all()
    low, high = table["killed_low"][1:].to_numpy(float), table["killed_high"][1:].to_numpy(float)
    assert (weights[:, 1:] >= low).all() and (weights[:, 1:] <= high).all()


def test_weights_repeat_with_the_seed_and_follow_the_dependence(table):
    one, two = (death_weights(table, np.random.default_rng(3), size=50) for _ in range(2))
    assert np.array_equal(one, two)
    together = death_weights(table, np.random.default_rng(3), 500, dependence="comonotonic")
    apart = death_weights(table, np.random.default_rng(3), 500)
    assert together.sum(axis=1).std() > 4 * apart.sum(axis=1).std()
    assert len(death_weights(table, np.random.default_rng(3))) == 200


def test_no_figure_at_all_is_one_clear_error(table):
    nothing = table.assign(killed_low=pd.NA, killed_best=pd.NA, killed_high=pd.NA)
    with pytest.raises(ValueError, match="none of the 120 incidents has a figure"):
        death_weights(nothing, np.random.default_rng(1))


def test_wider_tolls_widen_what_is_weighted_by_deaths(table):
    """Uncertainty of the tolls reaches centres, limits, shares and the trend."""
    table = table.iloc[1:].reset_index(drop=True)
    sure = table.assign(killed_low=table["killed_best"], killed_high=table["killed_best"])
    # One massacre of unknown size, far from the rest.
    wild = sure.assign(latitude=np.where(table.index == 7, 8.0, table["latitude"]))
    wild.loc[7, ["killed_low", "killed_best", "killed_high"]] = [1, 300, 900]
    known = wild.assign(killed_low=wild["killed_best"], killed_high=wild["killed_best"])
    kw = {"max_geo_precision": None}
    widths = []
    for rows in (known, wild):
        weights = death_weights(rows, np.random.default_rng(1), size=200)
        year = rows["year"].iloc[7]
        centre = yearly_centres(rows, weights, rng=np.random.default_rng(2), **kw)
        centre = centre.set_index("year").loc[year]
        limit = southern_limit(rows, weights, rng=np.random.default_rng(2), **kw)
        share = overall_share(rows, rows.index == 7, weights)
        trend = southward_trend(
            rows, weights, rng=np.random.default_rng(2), statistic="mean", n_permutations=9, **kw
        )
        assert limit["low"].min() <= 8.0
        widths.append(
            [centre["mean_latitude_high"] - centre["mean_latitude_low"], share.high - share.low,
             trend.high - trend.low]
        )  # fmt: skip
    assert (np.array(widths[1]) > np.array(widths[0])).all()


def test_share_is_jeffreys_for_equal_weights():
    table = pd.DataFrame({"killed_best": [1] * 40})
    found = overall_share(table, np.arange(40) < 7, level=0.8)
    assert found.value == pytest.approx(7 / 40)
    assert found[1:] == pytest.approx(stats.beta(7.5, 33.5).ppf([0.1, 0.9]), abs=1e-6)


def test_quantile_is_numpys_and_covers_its_truth():
    rng = np.random.default_rng(5)
    place = {"latitude": 14.0, "longitude": 0.0, "geo_precision": 1}
    hits = 0
    for _ in range(150):
        values = rng.exponential(100, 60)
        table = pd.DataFrame({"n": values}).assign(**place)
        found = overall_quantile(table, values, 0.5, rng=rng, n_boot=300)
        assert found.value == pytest.approx(np.quantile(values, 0.5, method="inverted_cdf"))
        hits += found.low <= 100 * np.log(2) <= found.high
    # A binomial of 150 at 90 % lies here with a chance of more than 99 %.
    assert 124 <= hits <= 145


def test_estimates_name_their_parts():
    assert Estimate(1.0, 0.5, 2.0).named("x") == {"x": 1.0, "x_low": 0.5, "x_high": 2.0}


def test_divisions_are_total_by_with_their_names(table):
    found = deaths_by_division(table, "pert", 0.3, level=0.8)
    assert (np.diff(found["best"].astype(float)) <= 0).all()
    expected = total_by(table[table["region"].notna()], ["country", "region"], "pert", 0.3, 0.8)
    merged = found.merge(expected, on=["country", "region"], suffixes=("", "_too"))
    assert len(merged) == len(found) == len(expected)
    for name, other in (("interval_low", "lower"), ("interval_high", "upper"), ("low", "low_too"),
                        ("high", "high_too"), ("mean", "mean_too")):  # fmt: skip
        assert np.allclose(merged[name].astype(float), merged[other].astype(float))
    assert found["incidents"].sum() == table["region"].notna().sum()
    assert found["without_figure"].sum() == 1
    assert found["open_above"].sum() == 1
    assert (found["interval_low"] >= found["low"].astype(float)).all()
    assert (found["interval_high"] <= found["high"].astype(float)).all()


def test_divisions_without_any_figure_are_counted(table):
    nothing = table.assign(
        **{f"killed_{part}": pd.array([pd.NA] * 120, "Int64") for part in ("low", "best", "high")}
    )
    found = deaths_by_division(nothing)
    assert found["best"].isna().all() and found["incidents"].sum() == 80
    assert (np.diff(found["incidents"]) <= 0).all()
    with pytest.raises(ValueError, match="none of the 120 incidents has a first-level division"):
        deaths_by_division(table.assign(region=pd.array([None] * 120, "str")))
