"""Random draws of the tolls, and pooling of what a regression says on each of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sahelstats.casualties.checks import FloatArray, level_tails, refuse
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.counts import CountDistribution
from sahelstats.casualties.reported import ReportedDeaths
from sahelstats.casualties.totals import (
    COMONOTONIC,
    INDEPENDENT,
    Dependence,
    check_dependence,
)


def draws(
    distributions: ReportedDeaths | Iterable[CountDistribution],
    size: int,
    rng: np.random.Generator,
    dependence: Dependence = INDEPENDENT,
) -> Any:
    """Return random tolls of every incident: `size` complete tables to refit a model on.

    Parameters
    ----------
    distributions : ReportedDeaths, CountDistributions or sequence of CountDistribution
    size : int
        Number of draws.
    rng : numpy.random.Generator
        Source of randomness.
    dependence : "independent", "comonotonic" or float between 0 and 1
        As in `total`.

    Returns
    -------
    array, shape (size, n)
        Whole people (int), or float for ReportedDeaths, in the order of the incidents.

    Raises
    ------
    ValueError
        If size is below 1, there is no incident, or the dependence is unknown or out of range.

    Examples
    --------
    >>> draws([CountDistribution.point(3)] * 2, size=2, rng=np.random.default_rng(1)).tolist()
    [[3, 3], [3, 3]]
    """
    how = check_dependence(dependence)
    if size < 1:
        raise ValueError(f"size must be at least 1, got {size}")
    tolls: Any = distributions
    if not isinstance(distributions, ReportedDeaths):
        tolls = CountDistributions.of(distributions)
    if len(tolls) == 0:
        raise ValueError("empty selection: no incident given")
    if how == INDEPENDENT:
        made = tolls.rvs(size, rng)
        return made.reshape(size, -1)
    uniform = _uniforms(size, len(tolls), how, rng)
    if isinstance(tolls, ReportedDeaths):
        uniform = uniform.reshape(size, *tolls.shape)
    return np.asarray(tolls.ppf(uniform)).reshape(size, -1)


def _uniforms(size: int, n: int, how: Dependence, rng: np.random.Generator) -> FloatArray:
    """Uniforms that move together: one per draw, or from one-factor normal scores."""
    from scipy.special import ndtr

    if how == COMONOTONIC:
        return np.broadcast_to(rng.random((size, 1)), (size, n))
    rho = float(how)
    shared, own = rng.standard_normal((size, 1)), rng.standard_normal((size, n))
    return np.asarray(ndtr(np.sqrt(rho) * shared + np.sqrt(1 - rho) * own))


class Pooled(NamedTuple):
    """Estimates pooled over draws; every field is a number or an array, one per coefficient.

    Examples
    --------
    >>> pooled = pool([1.0, 1.2, 0.9], [0.04, 0.05, 0.045])
    >>> [round(float(end), 2) for end in pooled.interval(0.95)]
    [0.43, 1.63]
    """

    estimate: Any
    within: Any
    between: Any
    total: Any
    std_error: Any
    df: Any
    relative_increase: Any
    fraction_missing: Any

    def interval(self, level: float = 0.95) -> tuple[Any, Any]:
        """Return the t interval of that level: (lower, upper).

        Parameters
        ----------
        level : float
            Between 0 and 1.
        """
        from scipy.stats import t

        _, upper = level_tails(level)
        half = np.asarray(t.ppf(upper, self.df)) * self.std_error
        return (self.estimate - half)[()], (self.estimate + half)[()]


def pool(estimates: ArrayLike, variances: ArrayLike, df_complete: ArrayLike = np.inf) -> Pooled:
    """Return one estimate from those on M draws of the tolls, by Rubin's rules.

    Parameters
    ----------
    estimates : array, shape (M,) or (M, p)
        Estimate of each coefficient on each draw.
    variances : array, of the same shape
        Squared standard errors.
    df_complete : float or array of shape (p,)
        Degrees of freedom the analysis would have if the tolls were known: rows minus
        coefficients. Infinite by default, which is Rubin's 1987 large-sample rule.

    Returns
    -------
    Pooled
        ``total`` = within + (1 + 1/M) between; ``df`` by Barnard and Rubin;
        ``relative_increase`` of variance and ``fraction_missing`` information as in Rubin 1987.

    Raises
    ------
    ValueError
        If there are fewer than two draws, shapes differ, or values are missing or negative.

    Notes
    -----
    Rubin 1987, Multiple Imputation for Nonresponse in Surveys, section 3.3; Barnard and Rubin
    1999, Biometrika 86(4), 948-955.

    Examples
    --------
    >>> pooled = pool([1.0, 1.2, 0.9], [0.04, 0.05, 0.045])
    >>> round(float(pooled.estimate), 4), round(float(pooled.total), 4)
    (1.0333, 0.0761)
    """
    q, u = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    m = _check_draws(q, u)
    complete = np.asarray(df_complete, dtype=float)
    refuse(~(complete > 0).ravel(), "df_complete must be above 0 at position")
    within, between = u.mean(axis=0), q.var(axis=0, ddof=1)
    extra = (1 + 1 / m) * between
    whole = within + extra
    with np.errstate(divide="ignore", invalid="ignore"):
        increase = extra / within
        share = np.where(whole > 0, extra / whole, 0.0)
        df = _degrees_of_freedom(share, m, complete)
        large = (m - 1) / share**2
        missing = np.where(share > 0, (increase + 2 / (large + 3)) / (increase + 1), 0.0)
        # Without any within variance the whole of it is due to the draws.
        missing = np.where(np.isinf(increase), 1.0, missing)
    fields = (q.mean(axis=0), within, between, whole, np.sqrt(whole), df, increase, missing)
    return Pooled(*(np.asarray(x)[()] for x in fields))


def _check_draws(q: FloatArray, u: FloatArray) -> int:
    if q.shape != u.shape or q.ndim not in (1, 2):
        raise ValueError(
            "estimates and variances must have the same shape, (M,) or (M, p); "
            f"got {q.shape} and {u.shape}"
        )
    if q.shape[0] < 2:
        raise ValueError(f"pooling needs at least two draws, got {q.shape[0]}")
    by_draw = (q.shape[0], -1)
    refuse(~np.isfinite(q).reshape(by_draw).all(axis=1), "missing or infinite estimate of draw")
    refuse(~(u >= 0).reshape(by_draw).all(axis=1), "negative or missing variance of draw")
    return int(q.shape[0])


def _degrees_of_freedom(share: FloatArray, m: int, complete: FloatArray) -> FloatArray:
    """Barnard and Rubin: harmonic sum of the draws' and the data's degrees of freedom."""
    of_draws = (m - 1) / share**2
    finite = np.where(np.isinf(complete), 1.0, complete)
    observed = (finite + 1) / (finite + 3) * finite * (1 - share)
    observed = np.where(np.isinf(complete), np.inf, observed)
    return np.asarray(1 / (1 / of_draws + 1 / observed))
