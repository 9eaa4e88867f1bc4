"""Centres, ellipses, limits, shares and the trend."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from sahelstats.geography import (
    capital_share,
    coastal_share,
    distance_to_coast_km,
    northing_km,
    southern_limit,
    southward_trend,
    yearly_centres,
    yearly_quantiles,
    yearly_share,
)
from sahelstats.geography import centres as engine
from sahelstats.geography.centres import mean_centre, median_centre, replicate_centres
from sahelstats.geography.ellipses import deviational_ellipse
from sahelstats.geography.limits import statistics_of
from sahelstats.geography.resampling import (
    EXACT_UP_TO,
    resampled_counts,
    resampled_ranks,
    resampled_sums,
)
from sahelstats.geography.trend import permutation_test, pooled_slope


def _points(n: int = 40, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(50, 200, n), rng.normal(-20, 90, n), rng.gamma(1.0, 3.0, n)


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 6.28), st.floats(-500, 500), st.floats(-500, 500), st.integers(0, 1000))
def test_centres_turn_and_move_with_the_points(
    turn: float, east: float, north: float, seed: int
) -> None:
    x, y, w = _points(seed=seed)
    c, s = np.cos(turn), np.sin(turn)
    for centre in (mean_centre, median_centre):
        mx, my = centre(x, y, w)
        moved = centre(c * x - s * y + east, s * x + c * y + north, w)
        assert moved == pytest.approx((c * mx - s * my + east, s * mx + c * my + north), abs=0.02)


def test_ellipse_turns_with_the_points() -> None:
    x, y, w = _points()
    major, minor, angle = deviational_ellipse(x, y, w)
    turn = np.radians(30)  # anticlockwise, so the bearing falls
    turned = deviational_ellipse(
        np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y, w
    )
    assert turned[:2] == pytest.approx((major, minor), abs=1e-5)
    assert (angle - turned[2]) % 180 == pytest.approx(30, abs=1e-4)


def test_ellipse_against_brute_force() -> None:
    x, y, w = _points()
    mx, my = np.average(x, weights=w), np.average(y, weights=w)
    bearings = np.radians(np.arange(0, 180, 0.01))
    along = np.outer(np.sin(bearings), x - mx) + np.outer(np.cos(bearings), y - my)
    spread = np.sqrt((along**2 @ w) / w.sum())
    major, minor, angle = deviational_ellipse(x, y, w)
    assert major == pytest.approx(spread.max(), rel=1e-6)
    assert minor == pytest.approx(spread.min(), rel=1e-6)
    assert angle == pytest.approx(np.degrees(bearings[spread.argmax()]), abs=0.02)
    assert np.isnan(deviational_ellipse(np.array([1.0, -1, 0, 0]), np.array([0.0, 0, 1, -1]),
                                        np.ones(4))[2])  # fmt: skip


def test_median_centre_minimises_the_distances() -> None:
    for seed in range(5):
        x, y, w = _points(seed=seed)
        best = optimize.minimize(
            lambda p, x=x, y=y, w=w: w @ np.hypot(x - p[0], y - p[1]),
            (0, 0), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10},
        )  # fmt: skip
        assert median_centre(x, y, w) == pytest.approx(best.x, abs=0.02)
    # Most of the weight at one point: that point is the median.
    found = median_centre(np.array([0.0, 10, 0]), np.array([0.0, 0, 10]), np.array([9.0, 1, 1]))
    assert found == pytest.approx((0, 0), abs=0.01)


def test_bootstrap_of_the_mean_has_the_right_spread() -> None:
    for n in (400, EXACT_UP_TO + 500):
        x, y, _ = _points(n)
        means = replicate_centres(x, y, np.ones((1, n)), 4_000, np.random.default_rng(2))[0]
        assert means[:, 0].std() == pytest.approx(x.std() / np.sqrt(n), rel=0.05)


def test_linearised_median_agrees_with_the_iterated(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y, w = _points(450, seed=3)
    x[:60], y[:60] = 10.0, 5.0  # many at one place
    for draws in (np.ones((1, 450)), w[None, :]):
        ends = []
        for limit in (500, 0):
            monkeypatch.setattr(engine, "ITERATE_UP_TO", limit)
            medians = replicate_centres(x, y, draws, 1_000, np.random.default_rng(2))[1]
            ends.append(np.quantile(medians, [0.05, 0.95], axis=0))
        width = ends[0][1] - ends[0][0]
        assert (np.abs(ends[1] - ends[0]) < 0.25 * width).all()


def test_counts_have_mean_and_variance_one() -> None:
    for n in (50, EXACT_UP_TO + 1):
        counts = resampled_counts(n, 2_000, np.random.default_rng(1))
        assert counts.mean() == pytest.approx(1, abs=0.01)
        assert counts.var() == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("n_draws", [1, 3, 20])
def test_sums_by_lookup_have_the_bootstraps_moments(n_draws: int) -> None:
    rng = np.random.default_rng(4)
    n = EXACT_UP_TO + 1_003  # no multiple of what is tabled together
    columns = np.column_stack([np.ones(n), rng.normal(3, 1, n)])
    draws = rng.gamma(2.0, 1.0, (n_draws, n))
    sums = resampled_sums(columns, draws, 30_000, rng)
    for d in range(n_draws):
        own, w = sums[d::n_draws], draws[d]
        mean = w @ columns
        spread = np.sqrt(((w[:, None] * columns) ** 2).sum(axis=0))
        assert own.mean(axis=0) == pytest.approx(mean, abs=5 * spread.max() / np.sqrt(len(own)))
        assert own.std(axis=0) == pytest.approx(spread, rel=5 / np.sqrt(2 * len(own)))
    together = np.corrcoef(sums[::n_draws].T)[0, 1]
    wc = draws[0][:, None] * columns
    expected = (wc[:, 0] @ wc[:, 1]) / np.sqrt((wc[:, 0] @ wc[:, 0]) * (wc[:, 1] @ wc[:, 1]))
    assert together == pytest.approx(expected, abs=0.02)


def test_lookup_sums_are_sums_of_doubled_or_dropped_incidents() -> None:
    n = EXACT_UP_TO + 6
    columns = 4.0 ** np.arange(6)[:, None]
    columns = np.vstack([np.zeros((n - 6, 1)), columns])
    sums = resampled_sums(columns, np.ones((1, n)), 500, np.random.default_rng(1)).ravel()
    digits = (sums[:, None] // 4.0 ** np.arange(6)) % 4
    assert set(np.unique(digits)) == {0.0, 2.0}
    assert digits.mean() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("quantile", [0.05, 0.5, 1.0])
def test_ranks_are_those_of_resampled_incidents(quantile: float) -> None:
    n, rng = 400, np.random.default_rng(2)
    picks = np.sort(rng.integers(0, n, (20_000, n)), axis=1)
    brute = picks[:, max(int(np.ceil(quantile * n)), 1) - 1]
    found = resampled_ranks(n, quantile, 20_000, rng)
    assert stats.ks_2samp(brute, found).pvalue > 0.001


def test_limits_of_many_incidents_agree_with_the_ordinary_bootstrap(
    make: Callable[..., pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = make(3_000, years=1)
    kw = {"quantiles": (0.1,), "n_boot": 4_000, "max_geo_precision": None}
    quick = southern_limit(table, rng=np.random.default_rng(1), **kw).iloc[0]
    monkeypatch.setattr("sahelstats.geography.limits.EXACT_UP_TO", 10_000)
    monkeypatch.setattr("sahelstats.geography.resampling.EXACT_UP_TO", 10_000)
    plain = southern_limit(table, rng=np.random.default_rng(1), **kw).iloc[0]
    width = plain["high"] - plain["low"]
    assert quick["low"] == pytest.approx(plain["low"], abs=0.15 * width)
    assert quick["high"] == pytest.approx(plain["high"], abs=0.15 * width)


def test_draws_widen_the_interval(make: Callable[..., pd.DataFrame]) -> None:
    table = make(300, years=1)
    toll = np.random.default_rng(3).lognormal(1, 0.3, 300)
    draws = toll * np.random.default_rng(4).lognormal(0, 1.5, (200, 300))
    kw = {"n_boot": 1_000, "max_geo_precision": None}
    sure = yearly_centres(table, toll, rng=np.random.default_rng(1), **kw).iloc[0]
    unsure = yearly_centres(table, draws, rng=np.random.default_rng(1), **kw).iloc[0]
    for name in ("mean_latitude", "median_longitude"):
        widths = [r[f"{name}_high"] - r[f"{name}_low"] for r in (sure, unsure)]
        assert widths[1] > 1.2 * widths[0]
    same = yearly_centres(table, np.stack([toll] * 3), rng=np.random.default_rng(1), **kw).iloc[0]
    assert same["mean_latitude"] == pytest.approx(sure["mean_latitude"])


def test_deaths_weigh_by_killed_best(make: Callable[..., pd.DataFrame]) -> None:
    table = make()
    table.loc[3, "killed_best"] = pd.NA
    kw = {"n_boot": 50, "max_geo_precision": None}
    by_word = yearly_centres(table, "deaths", rng=np.random.default_rng(1), **kw)
    toll = table["killed_best"].fillna(0).to_numpy(float)
    by_hand = yearly_centres(table, toll, rng=np.random.default_rng(1), **kw)
    pd.testing.assert_frame_equal(by_word, by_hand)


@pytest.mark.parametrize("n", [300, 15_000])
def test_seeded_results_repeat_to_the_byte(n: int, make: Callable[..., pd.DataFrame]) -> None:
    table = make(n)
    bytes_of = []
    for _ in range(2):
        rng = np.random.default_rng(7)
        centres = yearly_centres(table, rng=rng, n_boot=100)
        limit = southern_limit(table, "deaths", rng=rng, n_boot=100)
        trend = southward_trend(table, rng=rng, n_boot=100, n_permutations=49)
        bytes_of.append((centres.to_csv(), limit.to_csv(), repr(trend)))
    assert bytes_of[0] == bytes_of[1]


def test_quantiles_against_repeating_by_weight() -> None:
    rng = np.random.default_rng(1)
    values = np.sort(rng.normal(size=30))
    weights = rng.integers(0, 5, (20, 30)).astype(float)
    found = statistics_of(values, weights, [0.05, 0.1, 0.5, "mean"])
    for row, w in zip(found, weights, strict=True):
        many = np.repeat(values, w.astype(int))
        expected = np.quantile(many, [0.05, 0.1, 0.5], method="inverted_cdf")
        assert row == pytest.approx([*expected, many.mean()])


def test_distance_to_the_coast_per_year(make: Callable[..., pd.DataFrame]) -> None:
    table = make()
    away = distance_to_coast_km(table["latitude"], table["longitude"])
    found = yearly_quantiles(table, away, (0.1, 0.5), rng=np.random.default_rng(1), n_boot=200)
    assert len(found) == 2 * table["year"].nunique()
    assert (found["low"] <= found["value"]).all() and (found["value"] <= found["high"]).all()


def test_share_is_jeffreys_interval() -> None:
    table = pd.DataFrame({"year": 2020, "country": ["BEN"] * 3 + ["MLI"] * 17})
    row = coastal_share(table).iloc[0]
    expected = stats.beta(3.5, 17.5).ppf([0.05, 0.95])
    assert row[["low", "high"]].tolist() == pytest.approx(expected, abs=1e-6)
    none = yearly_share(table, [False] * 20).iloc[0]
    assert none["low"] == 0 and none["high"] == pytest.approx(stats.beta(0.5, 20.5).ppf(0.95))


def test_share_of_deaths_carries_the_draws() -> None:
    table = pd.DataFrame({"year": 2020, "country": ["BEN", "MLI", "MLI", "TGO"] * 25})
    inside = table["country"].isin(["BEN", "TGO"]).to_numpy()
    rng = np.random.default_rng(1)
    toll = np.full(100, 10.0)
    # One factor for all coastal tolls: draws move the share, and resampling cannot.
    draws = toll * np.where(inside, rng.lognormal(0, 0.5, (400, 1)), 1.0)
    sure, unsure = coastal_share(table, toll).iloc[0], coastal_share(table, draws).iloc[0]
    assert sure["share"] == 0.5
    assert unsure["high"] - unsure["low"] > 1.3 * (sure["high"] - sure["low"])


def test_capital_share_counts_across_the_border() -> None:
    table = pd.DataFrame({"year": [2020] * 4, "country": ["MLI", "MLI", "NER", "BFA"]})
    table["latitude"], table["longitude"] = [12.7, 16.3, 13.5, 13.0], [-8.0, 0.0, 2.0, 1.6]
    found = capital_share(table, max_geo_precision=None).set_index("capital")["share"]
    assert found.to_dict() == {"Bamako": 0.25, "Ouagadougou": 0.0, "Niamey": 0.5}


def test_trend_is_scipys_theil_sen(make: Callable[..., pd.DataFrame]) -> None:
    table = make(400, years=10).assign(geo_precision=1)
    trend = southward_trend(table, rng=np.random.default_rng(1), statistic="mean", level=0.9)
    north = northing_km(table["latitude"])
    yearly = pd.Series(north).groupby(table["year"]).mean()
    fit = stats.theilslopes(yearly.to_numpy(), yearly.index.to_numpy(float), alpha=0.9)
    assert trend.km_per_year == pytest.approx(-fit.slope, abs=1e-6)
    assert (trend.low, trend.high) == pytest.approx((-fit.high_slope, -fit.low_slope), abs=1e-6)
    assert trend.boot_low < trend.km_per_year < trend.boot_high
    assert trend.low <= trend.km_per_year <= trend.high


def test_trend_finds_a_known_drift(make: Callable[..., pd.DataFrame]) -> None:
    table = make(600, years=10).assign(geo_precision=1)
    years = (table["date_start"] - table["date_start"].min()).dt.days / 365.25
    table["latitude"] -= 0.2 * years  # 22 km a year
    for statistic in ("mean", "median", 0.1):
        trend = southward_trend(
            table, "deaths", rng=np.random.default_rng(1), statistic=statistic, n_boot=200
        )
        assert trend.low < 22.1 < trend.high
    assert trend.p_south == 0.001 and trend.p_two_sided == 0.001
    assert trend.within_country_km_per_year == pytest.approx(22.1, abs=4)
    assert "km per year southward" in str(trend) and trend.as_dict()["n_years"] == 10


def test_permutation_stays_within_countries() -> None:
    # South later only because a southern country starts later: no movement within either.
    rng = np.random.default_rng(1)
    north = np.r_[rng.normal(1600, 20, 100), rng.normal(1200, 20, 100)]
    time = np.r_[rng.uniform(0, 5, 100), rng.uniform(5, 10, 100)]
    country = np.repeat(["MLI", "BEN"], 100)
    within = permutation_test(north, time, country, np.ones((1, 200)), 199, rng)
    pooled = permutation_test(north, time, np.repeat("X", 200), np.ones((1, 200)), 199, rng)
    assert within[1] > 0.02 and pooled[1] == 0.005
    assert abs(within[0]) < 5 and pooled[0] < -30


def test_dates_are_not_shuffled_between_countries() -> None:
    # All of one country's dates lie within a year, and it moves south in it; the other's
    # span a century. Dates lent across the border would drown the movement.
    time = np.r_[np.linspace(0, 1, 12), np.linspace(0, 100, 40)]
    north = np.r_[np.linspace(20, 0, 12), np.zeros(40)]
    country = np.repeat(["A", "B"], [12, 40])
    test = permutation_test(north, time, country, np.ones((1, 52)), 199, np.random.default_rng(1))
    assert test[1] == 0.005


@pytest.mark.parametrize("drift", [0.0, 0.12, -0.2])
def test_the_limit_of_permutations_agrees_with_them(
    drift: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(11)
    country = rng.choice(["A", "B", "C"], 400, p=[0.6, 0.39, 0.01]).astype(object)
    time = rng.uniform(0, 10, 400)
    north = rng.normal(0, 5, 400) - drift * time
    draws = rng.gamma(3.0, 1.0, (3, 400))
    plain = permutation_test(north, time, country, draws, 5_999, rng)
    monkeypatch.setattr("sahelstats.geography.trend.SHUFFLES", 0)
    limit = permutation_test(north, time, country, draws, 5_999, rng)
    assert limit[0] == plain[0]
    assert limit[1:] == pytest.approx(plain[1:], abs=0.02)


def test_permutation_p_is_uniform_without_a_trend() -> None:
    rng = np.random.default_rng(2)
    p = [
        permutation_test(
            rng.normal(size=20), rng.uniform(size=20), rng.integers(0, 3, 20).astype(object),
            np.ones((1, 20)), 99, rng,
        )[1]
        for _ in range(200)
    ]  # fmt: skip
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_draws_are_pooled_by_rubins_rules() -> None:
    one = np.array([[1.0, -1.0, 2.0]])
    assert pooled_slope(one, 0.9) == pytest.approx((1, -1, 2))
    same = np.array([[1.0, -1.0, 2.0]] * 3)
    assert pooled_slope(same, 0.9) == pytest.approx((1, -1, 2))
    # By hand: halves of the intervals as standard errors, then Barnard and Rubin's t interval.
    two = np.array([[1.0, 0, 3], [3.0, 2, 5]])
    z, between = stats.norm.ppf(0.95), 2.0
    ends = []
    for half in (1.0, 2.0):
        within = (half / z) ** 2
        df = (1 + within / (1.5 * between)) ** 2
        ends.append(stats.t.ppf(0.95, df) * np.sqrt(within + 1.5 * between))
    assert pooled_slope(two, 0.9) == pytest.approx((2, 2 - ends[0], 2 + ends[1]))


def test_real_tables_run_through(curated: pd.DataFrame, ucdp: pd.DataFrame) -> None:
    for table in (curated, ucdp):
        rng = np.random.default_rng(1)
        centres = yearly_centres(table, rng=rng, n_boot=100)
        assert centres["n_incidents"].sum() == centres.attrs["shown"]["n_shown"]
        known = centres.dropna()
        assert (known["mean_latitude_low"] <= known["mean_latitude"]).all()
        # Both tables hold the spread from Mali's north to the coastal states.
        trend = southward_trend(table, rng=rng, statistic=0.1, n_boot=100, n_permutations=99)
        assert np.isfinite(trend.km_per_year)
