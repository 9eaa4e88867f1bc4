"""Totals of many incidents, exact under each assumption about how their errors hang together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from sahelstats.casualties.checks import FloatArray, level_tails, one_of, probabilities
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.counts import CountDistribution
from sahelstats.casualties.reported import ReportedDeaths

Dependence = str | float
INDEPENDENT, COMONOTONIC = "independent", "comonotonic"
LARGEST_RHO = 0.99


class TotalLaw(Protocol):
    """What a total needs to know of its distribution."""

    def cdf(self, x: FloatArray, /) -> Any:
        """Return the probability of at most x."""
        ...

    def ppf(self, q: FloatArray, /) -> Any:
        """Return the quantile of q."""
        ...


class Total:
    """The distribution of a total, under a stated dependence of the incidents' errors.

    Attributes
    ----------
    mean, var, std : float
        Moments, in people. The mean is the sum of the incidents' means.
    n_incidents : int
        Incidents added up.
    dependence : str
        The assumption, in words: "independent", "comonotonic" or "rho = ...".
    method : str
        How it was computed.
    whole : bool
        True if the total is a whole number of people; False for the continuous reported deaths.

    Examples
    --------
    >>> dice = total([CountDistribution([1 / 6] * 6, offset=1)] * 2)
    >>> round(dice.mean, 9), round(dice.cdf(3), 9), dice.interval(0.9)
    (7.0, 0.083333333, (3.0, 11.0))
    """

    def __init__(
        self,
        law: TotalLaw,
        mean: float,
        var: float,
        n_incidents: int,
        dependence: str,
        method: str,
        whole: bool,
    ) -> None:
        self.law = law
        self.mean, self.var, self.std = mean, var, float(np.sqrt(max(var, 0.0)))
        self.n_incidents, self.dependence, self.method = n_incidents, dependence, method
        self.whole = whole

    def __repr__(self) -> str:
        return (
            f"Total({self.n_incidents} incidents, {self.dependence}: "
            f"mean {self.mean:.6g}, std {self.std:.4g})"
        )

    def _apply(self, function: Any, values: FloatArray) -> Any:
        made = np.asarray(function(values.ravel()), dtype=float).reshape(values.shape)
        return made if made.ndim else float(made)

    def cdf(self, x: ArrayLike) -> Any:
        """Return P(total <= x); float for a number, else an array of the shape of `x`."""
        return self._apply(self.law.cdf, np.asarray(x, dtype=float))

    def sf(self, x: ArrayLike) -> Any:
        """Return P(total > x)."""
        return 1.0 - self.cdf(x)

    def prob_exceeds(self, x: ArrayLike) -> Any:
        """Return the probability that more than `x` people died in all.

        Examples
        --------
        >>> total([CountDistribution([0.5, 0.5])] * 2).prob_exceeds(1)
        0.25
        """
        return self.sf(x)

    def ppf(self, q: ArrayLike) -> Any:
        """Return quantiles: the smallest total whose cdf reaches `q`.

        Raises
        ------
        ValueError
            If a probability lies outside 0..1.
        """
        return self._apply(self.law.ppf, probabilities(q))

    @property
    def median(self) -> float:
        """Median of the total."""
        return float(self.ppf(0.5))

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        """Return the equal-tailed interval of that level: (lower, upper)."""
        lower, upper = self.ppf(np.array(level_tails(level)))
        return float(lower), float(upper)

    def rvs(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Return random totals, shape (size,), by inversion."""
        return np.asarray(self.ppf(rng.random(size)))

    def to_counts(self, tail: float = 1e-12) -> CountDistribution:
        """Return the total on whole people: rounded, with mass below 0 folded into 0.

        Parameters
        ----------
        tail : float
            Mass dropped above.

        Examples
        --------
        >>> total([CountDistribution([0.5, 0.5])] * 2).to_counts().mass.tolist()
        [0.25, 0.5, 0.25]
        """
        ends = np.asarray(self.ppf(np.array([tail, 1 - tail])))
        first, last = max(0, int(np.floor(ends[0]))), max(0, int(np.ceil(ends[1])))
        upper = np.asarray(self.cdf(np.arange(first, last + 1) + 0.5))
        mass = np.maximum(np.diff(np.concatenate([[0.0], upper])), 0.0)
        return CountDistribution(mass / mass.sum(), first)


class _OneGroup:
    """The only group of a grouped sum, seen as one distribution."""

    def __init__(self, grouped: Any) -> None:
        self.grouped = grouped

    def cdf(self, x: FloatArray) -> FloatArray:
        return np.asarray(self.grouped.cdf(x[None, :])[0])

    def ppf(self, q: FloatArray) -> FloatArray:
        return np.asarray(self.grouped.ppf(q)[0])


def check_dependence(dependence: Dependence) -> Dependence:
    """Return the dependence if it is one of the two words or a rho between 0 and 1."""
    if isinstance(dependence, str):
        return one_of(dependence, (INDEPENDENT, COMONOTONIC), "dependence")
    rho = float(dependence)
    if not 0 < rho < 1:
        raise ValueError(
            f"rho must lie between 0 and 1, got {dependence}; the ends are "
            f"{INDEPENDENT!r} and {COMONOTONIC!r}"
        )
    return rho


def _shared(rho: float) -> float:
    """Refuse a rho so close to 1 that the law given the factor is too narrow to add up."""
    if rho > LARGEST_RHO:
        raise ValueError(
            f"a total takes rho up to {LARGEST_RHO}, got {rho:g}; beyond, {COMONOTONIC!r} is "
            "within a few hundredths of the std"
        )
    return rho


def dependence_words(dependence: Dependence) -> str:
    """Return how the assumption is named in tables and captions."""
    return dependence if isinstance(dependence, str) else f"rho = {dependence:g}"


def total(
    distributions: ReportedDeaths | Iterable[CountDistribution],
    dependence: Dependence = INDEPENDENT,
) -> Total:
    """Return the distribution of the sum of the tolls.

    Parameters
    ----------
    distributions : ReportedDeaths, CountDistributions or sequence of CountDistribution
        Tolls of the incidents. ReportedDeaths are added as the continuous law they are, without
        rounding and without folding mass below 0.
    dependence : "independent", "comonotonic" or float between 0 and 1
        How the incidents' errors hang together: unrelated; all moving together (quantiles add, the
        widest of the three in practice); or one shared factor, where rho is the correlation of
        any two incidents' normal scores (one-factor Gaussian copula), at most 0.99.

    Returns
    -------
    Total

    Raises
    ------
    ValueError
        If there is no incident, or the dependence is unknown or out of range; if a total with a
        rho spreads over more than 8 million integers.

    Notes
    -----
    Independent counts are convolved exactly. Independent reported deaths use the closed form of
    the characteristic function, exp(i t loc) Gamma(1 - i t scale) with weight 1 - w plus
    w exp(i t f), inverted as a Fourier series (Abate and Whitt 1992, Queueing Systems 10) on a
    window and to a frequency where 1e-11 is left out; quantiles between 0.001 and 0.999 are good to
    1e-6 of the std. With rho the characteristic functions given the factor are multiplied, averaged
    over the factor and inverted once. The cdf is then good to about 3e-10 and the quantiles to
    1e-6 of the std, like the others. Close to 1 the law given the factor gets too narrow to be
    added up: a rho above 0.99 is refused.

    The three intervals usually nest, independent inside rho inside comonotonic. It is no theorem
    for every level: far from the tails, and where atoms meet, the order can turn by a little.

    Examples
    --------
    >>> events = ReportedDeaths([3, 40, 0, 12], ["state-based"] * 3 + ["one-sided"])
    >>> [round(x, 1) for x in total(events).interval(0.9)]
    [55.0, 80.5]
    >>> [round(x, 1) for x in total(events, "comonotonic").interval(0.9)]
    [52.9, 93.1]
    """
    how = check_dependence(dependence)
    if isinstance(distributions, ReportedDeaths):
        if len(distributions) == 0:
            raise ValueError("empty selection: no event given")
        return _total_of_reported(distributions, how)
    tolls = CountDistributions.of(distributions)
    if len(tolls) == 0:
        raise ValueError("empty selection: no distribution given")
    return _total_of_counts(tolls, how)


def _total_of_counts(tolls: CountDistributions, how: Dependence) -> Total:
    mean, var = float(tolls.mean.sum()), float(tolls.var.sum())
    law: Any
    if how == INDEPENDENT:
        from sahelstats.casualties.convolution import sum_of

        law, method = sum_of(tolls), "exact convolution"
    elif how == COMONOTONIC:
        from sahelstats.casualties.comonotonic import ComonotonicCounts

        law, method = ComonotonicCounts(tolls), "quantiles add"
        var = law.var
    else:
        from sahelstats.casualties.shared_counts import total_of_counts

        law, method = total_of_counts(tolls, _shared(float(how))), "one-factor Gaussian copula"
        var = law.var
    return Total(law, mean, var, len(tolls), dependence_words(how), method, whole=True)


def _total_of_reported(events: ReportedDeaths, how: Dependence) -> Total:
    groups = events.groups
    counts = groups.counts.astype(float)
    mean, var = float(counts @ groups.law.mean), float(counts @ groups.law.var)
    law: Any
    if how == INDEPENDENT:
        from sahelstats.casualties.spectral import grouped_sum

        law, method = _OneGroup(grouped_sum(groups.law, counts)), "characteristic function"
    elif how == COMONOTONIC:
        from sahelstats.casualties.comonotonic import ComonotonicReported

        law, method = ComonotonicReported(groups.law, counts), "quantiles add"
        var = law.var
    else:
        from sahelstats.casualties.copula import total_of_reported

        law, var = total_of_reported(groups.law, counts, _shared(float(how)))
        method = "one-factor Gaussian copula"
    return Total(law, mean, var, len(events), dependence_words(how), method, whole=False)
