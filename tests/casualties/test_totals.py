"""Totals against enumeration, closed forms, simulation, and each other."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sahelstats.casualties import (
    CountDistribution,
    CountDistributions,
    ReportedDeaths,
    Total,
    draws,
    pert,
    total,
    triangular,
    uniform,
)

PROBES = np.array([0.001, 0.01, 0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975, 0.99, 0.999])
small = st.tuples(st.integers(0, 6), st.integers(0, 5), st.integers(0, 5)).map(
    lambda t: (t[0], t[0] + t[1], t[0] + t[1] + t[2])
)


def enumerated(items: list[CountDistribution]) -> CountDistribution:
    """The sum by going through every combination of outcomes."""
    mass: dict[int, float] = {}
    for outcome in itertools.product(*(range(d.offset, d.highest + 1) for d in items)):
        chance = np.prod([d.pmf(k) for d, k in zip(items, outcome, strict=True)])
        mass[sum(outcome)] = mass.get(sum(outcome), 0.0) + float(chance)
    low, high = min(mass), max(mass)
    return CountDistribution([mass.get(k, 0.0) for k in range(low, high + 1)], low)


@settings(max_examples=25, deadline=None)
@given(st.lists(small, min_size=1, max_size=4))
def test_independent_total_against_enumeration(ranges: list[tuple[int, int, int]]) -> None:
    items = [triangular(*r)[0] for r in ranges]
    made, truth = total(items), enumerated(items)
    k = np.arange(truth.offset - 1, truth.highest + 2)
    np.testing.assert_allclose(made.cdf(k), truth.cdf(k), atol=1e-12)
    assert made.mean == pytest.approx(truth.mean, rel=1e-12)
    assert made.var == pytest.approx(truth.var, rel=1e-9, abs=1e-12)
    np.testing.assert_array_equal(made.ppf(PROBES), truth.ppf(PROBES))


@settings(max_examples=25, deadline=None)
@given(st.lists(small, min_size=1, max_size=4))
def test_comonotonic_total_adds_quantiles(ranges: list[tuple[int, int, int]]) -> None:
    items = [pert(*r)[0] for r in ranges]
    made = total(items, "comonotonic")
    q = np.linspace(0, 1, 1001)
    np.testing.assert_array_equal(made.ppf(q), sum(d.ppf(q) for d in items))
    assert made.mean == pytest.approx(sum(d.mean for d in items), rel=1e-12)
    x = made.ppf(PROBES)
    assert (made.cdf(x) >= PROBES - 1e-12).all()
    assert (made.cdf(x - 1) < PROBES + 1e-12).all()


def test_sum_of_uniforms_in_closed_form() -> None:
    n, sides = 6, 10
    made = total([uniform(1, sides)[0]] * n)
    ways = np.array([1.0])
    for _ in range(n):
        ways = np.convolve(ways, np.ones(sides))
    np.testing.assert_allclose(
        made.cdf(np.arange(n, n * sides + 1)), np.cumsum(ways) / sides**n, atol=1e-13
    )
    assert made.var == pytest.approx(n * (sides**2 - 1) / 12, rel=1e-12)


def test_point_masses_add_without_spread() -> None:
    for how in ("independent", "comonotonic", 0.4):
        made = total([CountDistribution.point(3), CountDistribution.point(39)], how)
        assert made.interval(0.99) == (42, 42)
        assert made.std == pytest.approx(0, abs=1e-9)


def test_many_equal_coins_are_binomial() -> None:
    coin = CountDistribution([0.7, 0.3])
    made = total([coin] * 100_000)
    law = stats.binom(100_000, 0.3)
    np.testing.assert_array_equal(made.ppf(PROBES), law.ppf(PROBES))
    k = np.arange(29_000, 31_000, 50)
    np.testing.assert_allclose(made.cdf(k), law.cdf(k), atol=1e-10)


@pytest.mark.parametrize("violence", [1, 2, 3])
@pytest.mark.parametrize("deaths", [0, 1, 40, 1001, 50_000])
def test_one_reported_event_is_its_own_total(deaths: int, violence: int) -> None:
    event = ReportedDeaths(deaths, violence)
    made = total(ReportedDeaths([deaths], violence))
    np.testing.assert_allclose((made.ppf(PROBES) - event.ppf(PROBES)) / event.std, 0, atol=1e-8)
    x = event.ppf(np.linspace(0.001, 0.999, 200))
    np.testing.assert_allclose(made.cdf(x + 1e-9 * event.std), event.cdf(x), atol=1e-8)


def test_two_reported_events_against_numerical_convolution() -> None:
    a, b = ReportedDeaths(3, 1), ReportedDeaths(60, 3)
    made = total(ReportedDeaths([3, 60], [1, 3]))
    # P(A + B <= x) with A's two parts apart, the continuous one integrated finely.
    node, weight = np.polynomial.legendre.leggauss(200)
    for x in (40.0, 62.9, 63.1, 70.0, 120.0):
        gumbel = stats.gumbel_r(a.loc, a.scale)
        pieces = []
        edges = np.sort([gumbel.ppf(1e-14), x - 60, gumbel.mean(), gumbel.ppf(1 - 1e-14)])
        for low, high in itertools.pairwise(edges):
            t = low + (high - low) * (node + 1) / 2
            pieces.append((a.pdf(t) * b.cdf(x - t) * weight).sum() * (high - low) / 2)
        truth = sum(pieces) + a.weight * b.cdf(x - 3)
        assert made.cdf(x) == pytest.approx(truth, abs=1e-8)


def simulation_agrees(made: Total, sums: np.ndarray) -> None:
    n = sums.size
    assert abs(sums.mean() - made.mean) < 4.5 * made.std / np.sqrt(n)
    x = made.ppf(PROBES)
    seen = (sums[None, :] <= x[:, None]).mean(axis=1)
    truth = made.cdf(x)
    error = np.sqrt(truth * (1 - truth) / n)
    assert (np.abs(seen - truth) < 4.5 * error + 1e-6).all()


def test_reported_total_against_two_million_draws() -> None:
    rng = np.random.default_rng(2)
    events = ReportedDeaths([0, 3, 40, 400], [1, 2, 3, 1])
    sums = np.concatenate([events.rvs(250_000, rng).sum(axis=1) for _ in range(8)])
    simulation_agrees(total(events), sums)


def test_count_total_against_two_million_draws() -> None:
    rng = np.random.default_rng(4)
    tolls = triangular([0, 5, 30], [2, 9, 40], [8, 20, 300])
    sums = np.concatenate([tolls.rvs(250_000, rng).sum(axis=1) for _ in range(8)])
    simulation_agrees(total(tolls), sums)


@pytest.mark.parametrize("rho", [0.2, 0.6, 0.95])
def test_shared_error_against_draws(rho: float) -> None:
    rng = np.random.default_rng(int(100 * rho))
    tolls = triangular([0, 5, 30] * 5, [2, 9, 40] * 5, [8, 20, 300] * 5)
    simulation_agrees(total(tolls, rho), draws(tolls, 200_000, rng, rho).sum(axis=1))
    events = ReportedDeaths([0, 1, 3, 3, 13, 40, 90, 400], [1, 2, 3, 1, 2, 3, 1, 2])
    simulation_agrees(total(events, rho), draws(events, 300_000, rng, rho).sum(axis=1))


def some_tolls() -> CountDistributions:
    rng = np.random.default_rng(9)
    low = rng.integers(0, 30, 40)
    best = low + rng.integers(0, 20, 40)
    return triangular(low, best, best + rng.integers(0, 60, 40))


def some_events() -> ReportedDeaths:
    rng = np.random.default_rng(10)
    return ReportedDeaths(np.floor(2 * rng.pareto(1, 40)), rng.integers(1, 4, 40))


@pytest.mark.parametrize("what", [some_tolls, some_events])
def test_rho_meets_both_limits_and_lies_between(what: object) -> None:
    tolls = what()  # type: ignore[operator]
    loose, tight = total(tolls), total(tolls, "comonotonic")
    near_loose, near_tight = total(tolls, 1e-7), total(tolls, 0.98)
    q = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
    whole = 1.0 if loose.whole else 0.0
    assert (np.abs(near_loose.ppf(q) - loose.ppf(q)) <= 1e-5 * loose.std + whole).all()
    assert (np.abs(near_tight.ppf(q) - tight.ppf(q)) <= 0.08 * tight.std + whole).all()
    assert near_loose.std == pytest.approx(loose.std, rel=1e-4)
    assert near_tight.std == pytest.approx(tight.std, rel=0.02)
    middle = total(tolls, 0.4)
    assert loose.mean == pytest.approx(tight.mean) == pytest.approx(middle.mean)
    assert loose.std < middle.std < tight.std
    for level in (0.5, 0.9, 0.99):
        ends = [t.interval(level) for t in (loose, middle, tight)]
        assert ends[0][0] >= ends[1][0] >= ends[2][0]
        assert ends[0][1] <= ends[1][1] <= ends[2][1]


def test_intervals_lie_in_the_envelope_for_bounded_models() -> None:
    low, best, high = [0, 4, 9] * 6, [2, 7, 9] * 6, [5, 20, 12] * 6
    for how in ("independent", 0.5, "comonotonic"):
        lower, upper = total(triangular(low, best, high), how).interval(0.999)
        assert sum(low) <= lower <= upper <= sum(high)


def test_mean_and_variance_of_a_total_are_sums() -> None:
    tolls, events = some_tolls(), some_events()
    assert total(tolls).mean == pytest.approx(tolls.mean.sum(), rel=1e-12)
    assert total(tolls).var == pytest.approx(tolls.var.sum(), rel=1e-12)
    assert total(events).mean == pytest.approx(events.mean.sum(), rel=1e-12)
    assert total(events).var == pytest.approx(events.var.sum(), rel=1e-12)
    # The distributions themselves, not only the stated moments.
    pmf = total(tolls).to_counts()
    assert pmf.mean == pytest.approx(tolls.mean.sum(), rel=1e-9)
    assert pmf.var == pytest.approx(tolls.var.sum(), rel=1e-8)
    q = (np.arange(20_000) + 0.5) / 20_000
    assert total(events).ppf(q).mean() == pytest.approx(events.mean.sum(), rel=1e-4)


def test_comonotonic_moments_of_reported_deaths() -> None:
    made = total(some_events(), "comonotonic")
    q = (np.arange(400_000) + 0.5) / 400_000
    values = made.ppf(q)
    assert values.mean() == pytest.approx(made.mean, rel=1e-4)
    assert values.std() == pytest.approx(made.std, rel=1e-3)
    np.testing.assert_allclose(made.cdf(made.ppf(PROBES[1:4])), PROBES[1:4], atol=1e-9)


def test_two_scales_that_differ_by_five_orders() -> None:
    rng = np.random.default_rng(3)
    events = ReportedDeaths([0, 0, 2, 200_000], 1)
    simulation_agrees(total(events), events.rvs(300_000, rng).sum(axis=1))


def test_quantiles_do_not_depend_on_where_the_series_is_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from scipy.special import loggamma

    from sahelstats.casualties import piecewise, spectral

    rng = np.random.default_rng(21)
    few, many = (
        some_events(),
        ReportedDeaths(
            np.minimum(np.floor(1.6 * rng.pareto(1.25, 100_000)), 8000), rng.integers(1, 4, 100_000)
        ),
    )
    quick = [total(events) for events in (few, many)]
    found = [t.ppf(PROBES) for t in quick]
    monkeypatch.setattr(spectral, "LOG_NEGLIGIBLE", float(np.log(1e-14)))
    monkeypatch.setattr(spectral, "_gamma_phase", lambda s: loggamma(1 - 1j * s).imag)
    monkeypatch.setattr(piecewise, "OVERSAMPLING", 32)
    for events, made, values in zip((few, many), quick, found, strict=True):
        np.testing.assert_allclose((values - total(events).ppf(PROBES)) / made.std, 0, atol=1e-7)


def test_coverage_of_the_ninety_percent_interval() -> None:
    rng = np.random.default_rng(6)
    events, tolls = some_events(), some_tolls()
    for what, how in (
        (events, "independent"),
        (tolls, "independent"),
        (tolls, 0.5),
        (events, "comonotonic"),
    ):
        lower, upper = total(what, how).interval(0.9)
        sums = draws(what, 20_000, rng, how).sum(axis=1)
        inside = ((sums >= lower) & (sums <= upper)).mean()
        assert abs(inside - 0.9) < 0.015, (how, inside)


def test_large_input_stays_within_the_memory() -> None:
    rng = np.random.default_rng(7)
    n = 350_000
    deaths, violence = np.minimum(np.floor(rng.pareto(0.9, n)), 8000), rng.integers(1, 4, n)
    total(ReportedDeaths([1], 1))
    tracemalloc.start()
    made = total(ReportedDeaths(deaths, violence))
    upper = made.ppf(0.95)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300e6
    assert made.mean < upper < made.mean + 3 * made.std


@pytest.mark.parametrize("rho", [0, 1, -0.1, 1.5, float("nan")])
def test_rho_out_of_range(rho: float) -> None:
    with pytest.raises(ValueError, match="rho must lie between 0 and 1"):
        total([CountDistribution.point(1)], rho)


def test_rho_too_close_to_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"rho up to 0\.99, got 0\.999"):
        total([CountDistribution([0.5, 0.5])], 0.999)


def test_other_refusals() -> None:
    with pytest.raises(ValueError, match="did you mean 'independent'"):
        total([CountDistribution.point(1)], "independant")
    with pytest.raises(ValueError, match="empty selection"):
        total([])
    with pytest.raises(ValueError, match=r"outside 0\.\.1"):
        total([CountDistribution.point(1)]).ppf(-0.1)


def test_prob_exceeds_is_the_upper_tail() -> None:
    made = total([uniform(0, 9)[0]] * 2)
    assert made.prob_exceeds(17) == pytest.approx(0.01)
    np.testing.assert_allclose(made.sf([-1, 18]), [1, 0], atol=1e-15)
