"""Rubin's rules against a published example; draws against the law they are drawn from."""

from __future__ import annotations

import numpy as np
import pytest

from sahelstats.casualties import CountDistribution, ReportedDeaths, draws, pool, triangular

# SAS/STAT User's Guide, "The MIANALYZE Procedure", Example "Reading Means and Standard Errors from
# a DATA= Data Set" (fitness data, M = 5, EDF = 30): Oxygen, RunTime, RunPulse. The inputs are
# printed with four to six digits, so the printed results are met to about four.
ESTIMATES = np.array(
    [
        [47.0120, 10.4441, 171.216],
        [47.2407, 10.5040, 171.244],
        [47.4995, 10.5922, 171.909],
        [47.1485, 10.5279, 171.146],
        [47.0042, 10.4913, 172.072],
    ]
)
ERRORS = np.array(
    [
        [0.95984, 0.28520, 1.59910],
        [0.93540, 0.26661, 1.75638],
        [1.00766, 0.26302, 1.85795],
        [0.95439, 0.26405, 1.75011],
        [0.96528, 0.27275, 1.84807],
    ]
)
PUBLISHED = {
    "between": [0.041478, 0.002948, 0.191086],
    "within": [0.930853, 0.073142, 3.114442],
    "total": [0.980626, 0.076679, 3.343744],
    "df": [26.298, 26.503, 25.463],
    "relative_increase": [0.053471, 0.048365, 0.073626],
    "fraction_missing": [0.051977, 0.047147, 0.070759],
}


@pytest.mark.parametrize("field", sorted(PUBLISHED))
def test_published_worked_example(field: str) -> None:
    pooled = pool(ESTIMATES, ERRORS**2, df_complete=30)
    np.testing.assert_allclose(getattr(pooled, field), PUBLISHED[field], rtol=5e-4)


def test_published_interval() -> None:
    pooled = pool(ESTIMATES[:, 0], ERRORS[:, 0] ** 2, df_complete=30)
    assert pooled.estimate == pytest.approx(47.180993, abs=2e-5)
    assert pooled.std_error == pytest.approx(0.990266, abs=1e-5)
    np.testing.assert_allclose(pooled.interval(0.95), (45.1466, 49.2154), atol=1e-3)


def test_against_statsmodels_multiple_imputation() -> None:
    import pandas as pd
    from statsmodels.imputation import mice

    rng = np.random.default_rng(0)
    x = rng.standard_normal(120)
    data = pd.DataFrame({"x": x, "y": 1 + 2 * x + rng.standard_normal(120)})
    data.loc[rng.choice(120, 25, replace=False), "x"] = np.nan
    import statsmodels.api as sm

    np.random.seed(3)
    fitted = mice.MICE("y ~ x", sm.OLS, mice.MICEData(data)).fit(3, 8)
    results = list(fitted.model.results_list)
    estimates = np.array([r.params for r in results])
    variances = np.array([np.diag(r.cov_params()) for r in results])
    pooled = pool(estimates, variances)
    np.testing.assert_allclose(pooled.estimate, fitted.params, rtol=1e-9)
    # statsmodels scales its covariance back by the pooled residual variance.
    np.testing.assert_allclose(pooled.std_error, fitted.bse, rtol=1e-6)


def test_large_sample_rule_and_no_between_variance() -> None:
    pooled = pool([1.0, 2.0, 3.0], [0.5, 0.5, 0.5])
    share = (4 / 3) / (0.5 + 4 / 3)
    assert pooled.df == pytest.approx(2 / share**2)
    certain = pool([2.0, 2.0], [0.25, 0.25], df_complete=10)
    assert certain.total == 0.25
    # Barnard and Rubin's factor (v + 1)/(v + 3) stays even when nothing is missing.
    assert certain.df == pytest.approx(10 * 11 / 13)
    assert certain.fraction_missing == 0


def test_pool_refuses() -> None:
    for estimates, variances, message in (
        ([1.0], [1.0], "at least two"),
        ([1.0, 2.0], [1.0], "same shape"),
        ([1.0, 2.0], [1.0, -1.0], r"1 row.*variance of draw: 1"),
        ([1.0, np.nan], [1.0, 1.0], r"estimate of draw: 1"),
    ):
        with pytest.raises(ValueError, match=message):
            pool(estimates, variances)
    with pytest.raises(ValueError, match="df_complete"):
        pool([1.0, 2.0], [1.0, 1.0], df_complete=0)


def test_draws_have_the_right_margins_and_correlation() -> None:
    from scipy.stats import norm

    tolls = triangular([0, 0], [500, 500], [1000, 1000])
    n = 60_000
    for how in ("independent", 0.6, "comonotonic"):
        made = draws(tolls, n, np.random.default_rng(1), how)
        assert made.shape == (n, 2)
        assert made.dtype.kind == "i"
        assert (np.abs(made.mean(axis=0) - tolls.mean) < 5 * tolls.std / np.sqrt(n)).all()
    shared = draws(tolls, n, np.random.default_rng(1), 0.6)
    scores = norm.ppf(np.clip(np.array([tolls[0].cdf(c) for c in shared.T]), 1e-6, 1 - 1e-6))
    assert np.corrcoef(scores)[0, 1] == pytest.approx(0.6, abs=0.02)
    together = draws(tolls, 100, np.random.default_rng(1), "comonotonic")
    assert (together[:, 0] == together[:, 1]).all()


def test_draws_of_reported_deaths_and_refusals() -> None:
    rng = np.random.default_rng(1)
    events = ReportedDeaths([3, 40], 1)
    assert draws(events, 5, rng).shape == draws(events, 5, rng, 0.5).shape == (5, 2)
    first = draws(events, 3, np.random.default_rng(5), 0.5)
    np.testing.assert_array_equal(first, draws(events, 3, np.random.default_rng(5), 0.5))
    with pytest.raises(ValueError, match="size"):
        draws(events, 0, rng)
    with pytest.raises(ValueError, match="empty selection"):
        draws([], 5, rng)
    with pytest.raises(ValueError, match="rho"):
        draws([CountDistribution.point(1)], 5, rng, 1.0)
