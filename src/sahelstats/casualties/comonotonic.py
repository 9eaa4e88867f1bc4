"""Totals whose errors all move together: the quantiles of the incidents add up."""

from __future__ import annotations

import numpy as np

from sahelstats.casualties.checks import FloatArray, IntArray
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.counts import QUANTILE_SLACK
from sahelstats.casualties.reported_law import Law

BISECTIONS = 56
# Beyond this normal score lies 3e-14 of the mass on each side.
FARTHEST_SCORE = 7.5
PANELS = 600
BLOCK = 2_000_000


class ComonotonicCounts:
    """Sum of whole-number tolls driven by one uniform: a step function, kept exactly.

    Parameters
    ----------
    distributions : CountDistributions
    """

    def __init__(self, distributions: CountDistributions) -> None:
        times = distributions.multiplicities()
        ends = distributions.starts + distributions.sizes - 1
        inner = np.ones(distributions.flat.size, dtype=bool)
        inner[ends] = False
        inner &= np.repeat(times > 0, distributions.sizes)
        level = distributions.cumulative()[inner]
        rise = np.repeat(times, distributions.sizes)[inner]
        order = np.argsort(level, kind="stable")
        self.level: FloatArray = level[order]
        base = int(times @ distributions.offsets)
        self.total: IntArray = base + np.concatenate([[0], np.cumsum(rise[order])])

    @property
    def var(self) -> float:
        """Variance, from the steps."""
        share = np.diff(np.concatenate([[0.0], self.level, [1.0]]))
        mean = share @ self.total
        return float(share @ (self.total - mean) ** 2)

    def ppf(self, q: FloatArray) -> FloatArray:
        """Sum of the quantiles at `q`."""
        # A toll has risen past a level once q exceeds it; levels of 0 are always passed.
        passed = np.searchsorted(self.level, np.maximum(q - QUANTILE_SLACK, 1e-300), side="left")
        return self.total[passed].astype(float)

    def cdf(self, x: FloatArray) -> FloatArray:
        """Largest probability whose quantile is at most `x`."""
        steps = np.searchsorted(self.total, x, side="right")
        return np.concatenate([[0.0], self.level, [1.0]])[steps]


class ComonotonicReported:
    """Sum of reported deaths driven by one uniform.

    Parameters
    ----------
    law : Law
        Distinct events, arrays of shape (u,).
    counts : array, shape (u,)
        How often each occurs.
    """

    def __init__(self, law: Law, counts: FloatArray) -> None:
        self.law, self.counts = law.rows((slice(None), None)), counts

    def ppf(self, q: FloatArray) -> FloatArray:
        """Sum of the quantiles at `q`, shape of `q` (one-dimensional)."""
        parts = np.array_split(q, -(-q.size * self.counts.size // BLOCK) or 1)
        return np.concatenate([self.counts @ self.law.ppf(part[None, :]) for part in parts])

    def cdf(self, x: FloatArray) -> FloatArray:
        """Largest probability whose quantile is at most `x`, by bisection."""
        low, high = np.zeros(x.shape), np.ones(x.shape)
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            inside = self.ppf(middle) <= x
            low, high = np.where(inside, middle, low), np.where(inside, high, middle)
        return low

    @property
    def var(self) -> float:
        """Variance, by Gauss-Legendre panels over the normal score.

        The panels break where an event enters or leaves its atom, as far as there are few events;
        with many, one kink is lost in the sum. Relative error about 1e-6.
        """
        from scipy.special import ndtr, ndtri

        edges = np.linspace(-FARTHEST_SCORE, FARTHEST_SCORE, PANELS + 1)
        if self.counts.size <= PANELS:
            below = (1 - self.law.weight) * self.law.gumbel_cdf(self.law.reported)
            kinks = ndtri(np.concatenate([below, below + self.law.weight])).ravel()
            edges = np.unique(np.concatenate([edges, kinks]))
        node, weight = np.polynomial.legendre.leggauss(4)
        half = np.diff(edges)[:, None] / 2
        score = (edges[:-1, None] + half * (1 + node)).ravel()
        share = (half * weight).ravel() * np.exp(-(score**2) / 2)
        share /= share.sum()
        total = self.ppf(ndtr(score))
        mean = share @ total
        return float(share @ (total - mean) ** 2)
