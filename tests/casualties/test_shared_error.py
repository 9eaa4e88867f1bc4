"""Totals with one shared factor, against integrals and sums made another way."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr, ndtri

from sahelstats.casualties import (
    CountDistribution,
    ReportedDeaths,
    inversion,
    lognormal,
    pert,
    shared_counts,
    total,
    triangular,
)
from sahelstats.casualties.factor import power
from sahelstats.casualties.inversion import Inverted, Source, waves

PROBES = np.array([0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999])
NODE, WEIGHT = np.polynomial.legendre.leggauss(24)


def panels(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights on every panel."""
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + NODE)).ravel(), (half * WEIGHT).ravel()


def score(event: ReportedDeaths, x: np.ndarray) -> np.ndarray:
    below, above = event.cdf(x), event.sf(x)
    return np.where(below < 0.5, ndtri(below), -ndtri(above))


def toll_at(event: ReportedDeaths, y: np.ndarray) -> np.ndarray:
    """Toll at a normal score, from the nearer tail."""
    upper = event.loc - event.scale * np.log(-np.log1p(-ndtr(-y) / (1 - event.weight)))
    return np.where(y > 3, upper, event.ppf(ndtr(y)))


def two_events(a: ReportedDeaths, b: ReportedDeaths, rho: float, x: float) -> float:
    """P(A + B <= x): scores of two events are bivariate normal, so one integral is enough."""
    low = float(ndtri((1 - a.weight) * stats.gumbel_r(a.loc, a.scale).cdf(a.fatalities)))
    high = float(ndtri(ndtr(low) + a.weight))
    jump = float(np.clip(score(a, np.array([x - float(b.fatalities)]))[0], -8.4, 8.4))
    graded = 10.0 ** -np.arange(1, 12)
    cuts = np.concatenate(
        [np.linspace(-8.5, 8.5, 300), [low, high, jump], jump + graded, jump - graded]
    )
    y, weight = panels(np.unique(np.clip(cuts, -8.5, 8.5)))
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = score(b, x - toll_at(a, y))
    inner = ndtr((rest - rho * y) / np.sqrt(1 - rho**2))
    return float(weight @ (np.exp(-(y**2) / 2) * inner)) / float(np.sqrt(2 * np.pi))


@pytest.mark.parametrize("rho", [0.05, 0.3, 0.6, 0.9])
@pytest.mark.parametrize(
    "pair", [((3, 1), (60, 3)), ((0, 1), (2000, 2)), ((13, 2), (13, 2)), ((1, 3), (2, 1))]
)
def test_two_reported_events_against_the_bivariate_normal(
    pair: tuple[tuple[int, int], tuple[int, int]], rho: float
) -> None:
    a, b = (ReportedDeaths(*event) for event in pair)
    reported = pair[0][0] + pair[1][0]
    made = total(ReportedDeaths([pair[0][0], pair[1][0]], [pair[0][1], pair[1][1]]), rho)
    q = made.ppf(PROBES)
    near = reported + float(min(a.scale, b.scale)) * np.array([-1, -0.01, -1e-4, 1e-4, 0.01, 1])
    for x in np.concatenate([q[np.abs(q - reported) > 1e-6], near]):
        assert made.cdf(x) == pytest.approx(two_events(a, b, rho, float(x)), abs=1e-9)
    # In people: an error of the cdf over the density there.
    step = 1e-3 * made.std
    for p, x in zip(PROBES, q, strict=True):
        if abs(x - reported) < 2 * step:
            continue
        density = (made.cdf(x + step) - made.cdf(x - step)) / (2 * step)
        off = (two_events(a, b, rho, float(x)) - p) / density
        assert abs(off) < 1e-6 * made.std


def test_one_event_does_not_feel_the_factor() -> None:
    for deaths, violence in ((0, 1), (40, 3), (1001, 2), (50_000, 1)):
        event = ReportedDeaths([deaths], violence)
        for rho in (0.1, 0.5, 0.95):
            made = total(event, rho)
            off = (made.ppf(PROBES) - event.ppf(PROBES)) / event.std
            np.testing.assert_allclose(off, 0, atol=1e-6)
            assert made.std == pytest.approx(float(event.std[0]), rel=1e-9)


def brute_counts(items: list[CountDistribution], rho: float) -> tuple[int, np.ndarray]:
    """Lowest sum and cdf: convolved term by term at 3,001 values of the factor."""
    z = np.linspace(-8, 8, 3001)
    share = np.exp(-(z**2) / 2)
    sums = np.ones((z.size, 1))
    for item in items:
        edges = ndtri(np.append(np.minimum(np.cumsum(item.mass)[:-1], 1.0), 1.0))
        below = ndtr((edges - np.sqrt(rho) * z[:, None]) / np.sqrt(1 - rho))
        mass = np.diff(below, axis=1, prepend=0.0)
        longer = np.zeros((z.size, sums.shape[1] + mass.shape[1] - 1))
        for k in range(mass.shape[1]):
            longer[:, k : k + sums.shape[1]] += mass[:, k : k + 1] * sums
        sums = longer
    return sum(d.offset for d in items), np.cumsum(share @ sums / share.sum())


@pytest.mark.parametrize("rho", [1e-3, 0.3, 0.7, 0.99])
@pytest.mark.parametrize(
    "items",
    [
        [triangular(0, 2, 5)[0], triangular(3, 9, 30)[0], pert(0, 1, 9)[0]],
        # Sums of round numbers: frequencies that come back.
        [CountDistribution([0.5, *[0] * 9, 0.5])] * 3 + [CountDistribution.point(7)],
        list(triangular([0, 5, 30] * 3, [2, 9, 40] * 3, [8, 20, 60] * 3)),
    ],
)
def test_counts_against_term_by_term_convolution(
    items: list[CountDistribution], rho: float
) -> None:
    first, cdf = brute_counts(items, rho)
    made = total(items, rho)
    np.testing.assert_allclose(made.cdf(first + np.arange(cdf.size)), cdf, atol=1e-11)
    assert made.mean == pytest.approx(sum(d.mean for d in items), rel=1e-12)


def test_many_coins_are_the_vasicek_law() -> None:
    # One factor and n equal coins: a mixture of binomials (Vasicek 2002, Risk 15).
    n, p, rho = 5_000, 0.3, 0.2
    z, weight = panels(np.linspace(-8.5, 8.5, 400))
    chance = ndtr((ndtri(p) - np.sqrt(rho) * z) / np.sqrt(1 - rho))
    made = total([CountDistribution([1 - p, p])] * n, rho)
    k = np.arange(100, 4_900, 53)
    share = weight * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    np.testing.assert_allclose(
        made.cdf(k), stats.binom(n, chance).cdf(k[:, None]) @ share, atol=1e-10
    )


def test_cutting_later_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    items = lognormal([1, 3, 5, 20], [4, 9, 8, 40], [30, 20, 90, 100])
    x = np.arange(20, 3_000)
    made = total(items, 0.4).cdf(x)
    monkeypatch.setattr(shared_counts, "LOG_TAIL", 36.0)
    monkeypatch.setattr(shared_counts, "OUTSIDE", 1e-15)
    np.testing.assert_allclose(made, total(items, 0.4).cdf(x), atol=1e-10)


def test_few_values_of_the_factor_at_once_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    items = triangular([0, 50, 300] * 9, [200, 90, 400] * 9, [800, 200, 600] * 9)
    made = total(items, 0.3)
    monkeypatch.setattr(shared_counts, "KEPT", 1)
    one_by_one = total(items, 0.3)
    x = np.arange(3_000, 20_000, 7)
    np.testing.assert_allclose(made.cdf(x), one_by_one.cdf(x), atol=1e-11)


def test_a_wide_toll_beside_narrow_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    items = triangular([0, 50, 300, 2], [200, 90, 400, 5], [800, 200, 600, 9])
    made = total(items, 0.3)
    monkeypatch.setattr(shared_counts, "WIDE", 400)
    apart = total(items, 0.3)
    x = np.arange(300, 1_700)
    np.testing.assert_allclose(made.cdf(x), apart.cdf(x), atol=1e-11)


def test_many_events_do_not_depend_on_how_they_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    from sahelstats.casualties import copula

    rng = np.random.default_rng(5)
    deaths = np.minimum(np.floor(1.6 * rng.pareto(1.25, 300)), 500)
    events = ReportedDeaths(deaths, rng.integers(1, 4, 300))
    made = total(events, 0.2)
    # No logarithms, more points, series cut later.
    monkeypatch.setattr(copula, "NARROW", 0.0)
    monkeypatch.setattr(inversion, "DEAD", 1e-12)
    monkeypatch.setattr(inversion, "TOLERANCE", 2e-12)
    other = total(events, 0.2)
    np.testing.assert_allclose((made.ppf(PROBES) - other.ppf(PROBES)) / made.std, 0, atol=2e-7)


def test_gamma_law_from_its_characteristic_function() -> None:
    # Shape 2: a kink in the density's slope at the origin, and an exponential tail.
    source = Source(lambda t: (1 - 1j * t) ** -2.0, 2.0, float(np.sqrt(2)), 0.0, 40.0)
    law = Inverted(source, 10.0)
    x = np.linspace(0.01, 12, 60)
    np.testing.assert_allclose(law.cdf(10 + x), stats.gamma(2).cdf(x), atol=1e-9)
    np.testing.assert_allclose(law.ppf(PROBES), 10 + stats.gamma(2).ppf(PROBES), atol=1e-6)


def test_waves_against_quadrature() -> None:
    node, weight = np.polynomial.legendre.leggauss(400)
    legendre = np.polynomial.legendre.legvander(node, 15)
    for kappa in (-3.0, 0.0, 0.5, 15.9, 16.1, -90.0, 250.0):
        truth = (weight * np.exp(1j * kappa * node)) @ legendre
        np.testing.assert_allclose(waves(np.array([kappa]))[0], truth, atol=1e-12)


def test_power_by_squaring() -> None:
    base = np.array([0.3 + 0.4j, -1j])
    for n in (1, 2, 5, 12):
        np.testing.assert_allclose(power(base, n), base**n, rtol=1e-13)


def test_large_input_with_rho_stays_within_the_memory() -> None:
    rng = np.random.default_rng(7)
    n = 350_000
    deaths = np.minimum(np.floor(1.6 * rng.pareto(1.25, n) + rng.random(n)), 8_000)
    events = ReportedDeaths(deaths, rng.integers(1, 4, n))
    tracemalloc.start()
    made = total(events, 0.3)
    q = made.ppf(PROBES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300e6
    np.testing.assert_allclose(made.cdf(q), PROBES, atol=1e-9)
    assert made.mean == pytest.approx(total(events).mean)
