"""Which is larger, which is deadliest, how many exceed: against enumeration and simulation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from sahelstats.casualties import (
    CountDistribution,
    ReportedDeaths,
    draws,
    exceedance_curve,
    prob_deadliest,
    prob_greater,
    total,
    triangular,
)


def test_prob_greater_of_counts_by_enumeration() -> None:
    a, b = triangular(0, 4, 9)[0], triangular(2, 3, 8)[0]
    truth = sum(a.pmf(i) * b.pmf(j) for i in range(10) for j in range(10) if i > j)
    tie = sum(a.pmf(i) * b.pmf(i) for i in range(10))
    assert prob_greater(a, b) == pytest.approx(truth, abs=1e-14)
    assert prob_greater(total([a]), b) == pytest.approx(truth, abs=1e-12)
    assert prob_greater(a, b) + prob_greater(b, a) + tie == pytest.approx(1, abs=1e-12)


def test_prob_greater_of_reported_totals() -> None:
    rng = np.random.default_rng(1)
    x, y = ReportedDeaths([3, 40, 13], 1), ReportedDeaths([60], 3)
    n = 400_000
    truth = (x.rvs(n, rng).sum(axis=1) > y.rvs(n, rng).sum(axis=1)).mean()
    found = prob_greater(total(x), total(y))
    assert found == pytest.approx(truth, abs=4 * 0.5 / np.sqrt(n))
    assert found + prob_greater(total(y), total(x)) == pytest.approx(
        1 - np.prod(x.weight) * y.weight[0] * (x.fatalities.sum() == 60), abs=1e-4
    )
    # Both reports right and equal is a tie, which counts for neither.
    twin = total(ReportedDeaths([60], 3))
    both = 2 * prob_greater(twin, twin) + float(y.weight[0] ** 2)
    assert both == pytest.approx(1, abs=1e-3)
    counts = triangular(40, 60, 90)[0]
    assert prob_greater(total(y), counts) + prob_greater(counts, total(y)) < 1


def test_deadliest_by_enumeration_with_ties_shared() -> None:
    items = [
        triangular(0, 2, 5)[0],
        triangular(1, 2, 3)[0],
        triangular(0, 3, 6)[0],
        CountDistribution.point(1),
    ]
    truth = np.zeros(4)
    for outcome in itertools.product(range(7), range(4), range(7), [1]):
        chance = np.prod([d.pmf(k) for d, k in zip(items, outcome, strict=True)])
        best = np.array(outcome) == max(outcome)
        truth += chance * best / best.sum()
    np.testing.assert_allclose(prob_deadliest(items), truth, atol=1e-12)


def test_deadliest_of_years_and_of_reported_events() -> None:
    years = [
        total(ReportedDeaths([40, 40], 1)),
        total(ReportedDeaths([80], 1)),
        total(ReportedDeaths([3], 1)),
    ]
    chance = prob_deadliest(years)
    assert chance.sum() == pytest.approx(1)
    assert chance[2] < 1e-6
    rng = np.random.default_rng(3)
    events = ReportedDeaths([100, 90, 5], 3)
    drawn = np.rint(np.maximum(events.rvs(200_000, rng), 0))
    best = drawn == drawn.max(axis=1, keepdims=True)
    truth = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
    np.testing.assert_allclose(prob_deadliest(events), truth, atol=0.005)
    with pytest.raises(ValueError, match="empty selection"):
        prob_deadliest([])


def test_exceedance_curve_against_draws() -> None:
    tolls = triangular([0, 5, 30] * 10, [2, 9, 40] * 10, [8, 20, 300] * 10)
    curve = exceedance_curve(tolls, [1, 8, 35, 100], level=0.8)
    drawn = tolls.rvs(40_000, np.random.default_rng(4))
    for row in curve.itertuples():
        counts = (drawn >= row.toll).sum(axis=1)
        assert row.expected == pytest.approx(counts.mean(), abs=4 * counts.std() / 200 + 1e-9)
        inside = ((counts >= row.lower) & (counts <= row.upper)).mean()
        assert inside >= 0.79
    together = exceedance_curve(tolls, [1, 8, 35, 100], level=0.8, dependence="comonotonic")
    shared = draws(tolls, 40_000, np.random.default_rng(5), "comonotonic")
    for row in together.itertuples():
        counts = (shared >= row.toll).sum(axis=1)
        assert [row.lower, row.median, row.upper] == [
            np.quantile(counts, q, method="inverted_cdf") for q in (0.1, 0.5, 0.9)
        ]


def test_exceedance_curve_defaults_fall_from_all_to_few() -> None:
    curve = exceedance_curve(ReportedDeaths([0, 3, 3, 40, 500], 1))
    assert curve["toll"].is_monotonic_increasing
    assert curve["expected"].is_monotonic_decreasing
    assert (curve["lower"] <= curve["median"]).all()
    assert (curve["median"] <= curve["upper"]).all()
    with pytest.raises(ValueError, match="not a rho"):
        exceedance_curve(ReportedDeaths([3], 1), dependence=0.5)
    with pytest.raises(ValueError, match="thresholds"):
        exceedance_curve(ReportedDeaths([3], 1), [])
