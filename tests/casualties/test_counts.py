"""CountDistribution and the container: the laws every distribution must keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sahelstats.casualties import CountDistribution, CountDistributions

quick = settings(max_examples=60, deadline=None)


@st.composite
def distributions(draw: st.DrawFn) -> CountDistribution:
    weights = draw(st.lists(st.integers(0, 1000), min_size=1, max_size=80).filter(any))
    mass = np.array(weights, dtype=float)
    return CountDistribution(mass / mass.sum(), offset=draw(st.integers(0, 500)))


@quick
@given(distributions())
def test_mass_is_one_and_cdf_rises_to_one(toll: CountDistribution) -> None:
    assert abs(toll.mass.sum() - 1) < 1e-12
    cdf = toll.cdf(np.arange(toll.offset - 1, toll.highest + 2))
    assert cdf[0] == 0
    assert cdf[-1] == 1
    assert (np.diff(cdf) >= 0).all()
    np.testing.assert_allclose(toll.sf(toll.support), 1 - cdf[1:-1], atol=1e-15)


@quick
@given(distributions())
def test_ppf_inverts_cdf(toll: CountDistribution) -> None:
    held = toll.support[toll.mass > 0]
    assert (toll.ppf(toll.cdf(held)) == held).all()


@quick
@given(distributions(), st.floats(0, 1))
def test_ppf_is_the_smallest_that_reaches(toll: CountDistribution, q: float) -> None:
    k = toll.ppf(q)
    assert toll.cdf(k) >= q - 1e-12
    assert k == toll.support[toll.mass > 0][0] or toll.cdf(k - 1) < q


@quick
@given(distributions(), distributions())
def test_convolution_commutes_and_moments_add(a: CountDistribution, b: CountDistribution) -> None:
    one, other = a + b, b + a
    assert one.offset == other.offset
    np.testing.assert_allclose(one.mass, other.mass, atol=1e-14)
    assert one.mean == pytest.approx(a.mean + b.mean, rel=1e-12)
    assert one.var == pytest.approx(a.var + b.var, rel=1e-9, abs=1e-9)


@quick
@given(st.lists(distributions(), min_size=1, max_size=6), st.floats(0, 1))
def test_container_says_what_its_items_say(items: list[CountDistribution], q: float) -> None:
    many = CountDistributions.of(items)
    np.testing.assert_allclose(many.mean, [d.mean for d in items], rtol=1e-12)
    np.testing.assert_allclose(many.var, [d.var for d in items], rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(many.ppf(q), [d.ppf(q) for d in items])
    np.testing.assert_allclose(many.cdf(100), [d.cdf(100) for d in items], atol=1e-15)
    assert many[0].offset == items[0].offset
    assert len(many[::2]) == len(items[::2])
    np.testing.assert_allclose(many[::2].compact().mean, many.mean[::2], rtol=1e-12)


def test_rvs_follow_the_masses() -> None:
    rng = np.random.default_rng(11)
    toll = CountDistribution([0.1, 0.0, 0.6, 0.3], offset=5)
    n = 200_000
    seen = np.bincount(toll.rvs(n, rng) - 5, minlength=4) / n
    assert (np.abs(seen - toll.mass) <= 4 * np.sqrt(toll.mass * (1 - toll.mass) / n)).all()
    many = CountDistributions.of([toll, CountDistribution.point(3)])
    drawn = many.rvs(n, rng)
    assert drawn.shape == (n, 2)
    assert (drawn[:, 1] == 3).all()
    assert drawn[:, 0].mean() == pytest.approx(toll.mean, abs=4 * toll.std / np.sqrt(n))


def test_quantile_at_a_round_probability_does_not_slip() -> None:
    toll = CountDistribution(np.full(10, 0.1))
    assert toll.ppf(np.arange(1, 11) / 10).tolist() == list(range(10))
    assert toll.ppf([0, 1]).tolist() == [0, 9]


@pytest.mark.parametrize(
    ("mass", "offset", "message"),
    [
        ([0.5, -0.5, 1.0], 0, r"1 row.*negative.*: 1$"),
        ([np.nan, 1.0], 0, "negative or missing"),
        ([0.5, 0.4], 0, "sum to"),
        ([1.0], -1, "offset"),
        ([], 0, "at least one"),
    ],
)
def test_refuses_what_is_no_distribution(mass: list[float], offset: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CountDistribution(mass, offset)


def test_refuses_bad_probabilities_levels_and_nothing() -> None:
    toll = CountDistribution.point(1)
    for call in (lambda: toll.ppf(1.5), lambda: toll.ppf(np.nan), lambda: toll.interval(90)):
        with pytest.raises(ValueError, match="0"):
            call()
    with pytest.raises(ValueError, match="empty selection"):
        CountDistributions.of([])
    with pytest.raises(ValueError, match="not a CountDistribution"):
        CountDistributions.of([toll, 3])  # type: ignore[list-item]
