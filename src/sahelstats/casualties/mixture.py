"""Mixture over the values of a shared factor of distributions known on a lattice."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sahelstats.casualties.checks import FloatArray, IntArray

BISECTIONS = 52
BLOCK = 2_000_000
# From this many standard deviations per lattice step on, the sum is smooth enough for a cubic.
SMOOTH = 24.0


class Nodes(NamedTuple):
    """The total given each factor value: moments, first lattice point, cdf on the lattice."""

    z: FloatArray
    mean: FloatArray
    std: FloatArray
    first: IntArray
    cdf: FloatArray


class FactorMixture:
    """The total as a mixture over the shared factor.

    Parameters
    ----------
    nodes : Nodes
    step : float
        Lattice step, in people.
    whole : bool
        Whether the total is a whole number.
    fine : int
        Factor values to mix over; more than there are nodes means that those in between are
        interpolated: the shape linearly, mean and spread by a cubic spline.
    origin : float
        Place of lattice point 0, in people.
    atom : float
        Probability of the total being exactly on the origin.
    """

    def __init__(
        self, nodes: Nodes, step: float, whole: bool, fine: int, origin: float, atom: float
    ) -> None:
        self.nodes, self.step, self.whole = nodes, step, whole
        self.exact = whole and step == 1.0
        self.origin, self.atom = origin, atom if atom > 1e-9 else 0.0
        self.smooth = bool(np.median(nodes.std) / step > SMOOTH) and self.atom == 0.0
        self._interpolate(max(fine, nodes.z.size))
        ends = nodes.first + nodes.cdf.shape[1]
        self.low = float(nodes.first.min() * step - step)
        self.high = float(ends.max() * step)

    def _interpolate(self, fine: int) -> None:
        nodes = self.nodes
        k = nodes.z.size
        z = nodes.z if fine == k else np.linspace(nodes.z[0], nodes.z[-1], fine)
        place = (z - nodes.z[0]) / (nodes.z[1] - nodes.z[0])
        self.lower = np.clip(place.astype(np.int64), 0, k - 2)
        self.part = place - self.lower
        mean, std = nodes.mean, nodes.std
        if fine != k:
            from scipy.interpolate import CubicSpline

            mean = CubicSpline(nodes.z, mean)(z)
            std = np.exp(CubicSpline(nodes.z, np.log(np.maximum(std, 1e-12)))(z))
        self.mean, self.std = mean, np.maximum(std, 1e-12)
        weight = np.exp(-(z**2) / 2)
        self.weight = weight / weight.sum()
        self.direct = fine == k

    @property
    def var(self) -> float:
        """Variance: mean of the variances given the factor plus variance of the means."""
        centre = self.weight @ self.mean
        return float(self.weight @ self.std**2 + self.weight @ (self.mean - centre) ** 2)

    def _at(self, node: IntArray, x: FloatArray) -> FloatArray:
        """Cdf of the total given node number `node`, at `x`."""
        cdf, first = self.nodes.cdf, self.nodes.first[node]
        if self.exact and self.direct:
            return self._look_up(node, np.floor(x).astype(np.int64) - first)
        # The mass of lattice point i reaches from i - 1/2 to i + 1/2, where its cdf is read.
        place = np.clip(x / self.step - first - 0.5, -2.0, cdf.shape[1] + 1.0)
        cell = np.floor(place).astype(np.int64)
        u = place - cell
        f0, f1 = self._look_up(node, cell), self._look_up(node, cell + 1)
        if not self.smooth:
            return np.asarray(f0 + u * (f1 - f0))
        before, after = self._look_up(node, cell - 1), self._look_up(node, cell + 2)
        return np.asarray(
            -u * (u - 1) * (u - 2) / 6 * before
            + (u + 1) * (u - 1) * (u - 2) / 2 * f0
            - (u + 1) * u * (u - 2) / 2 * f1
            + (u + 1) * u * (u - 1) / 6 * after
        )

    def _look_up(self, node: IntArray, place: IntArray) -> FloatArray:
        cdf = self.nodes.cdf
        inside = np.clip(place, 0, cdf.shape[1] - 1)
        return np.asarray(np.where(place < 0, 0.0, cdf[node, inside]))

    def _mixed(self, x: FloatArray) -> FloatArray:
        x = x[:, None]
        if self.direct:
            return np.asarray(self._at(np.arange(self.mean.size)[None, :], x) @ self.weight)
        standard = (x - self.mean) / self.std
        nodes = self.nodes
        parts = []
        for node in (self.lower, self.lower + 1):
            there = nodes.mean[node] + nodes.std[node] * standard
            parts.append(self._at(np.broadcast_to(node, there.shape), there))
        mixed = parts[0] + self.part * (parts[1] - parts[0])
        return np.asarray(mixed @ self.weight)

    def cdf(self, x: FloatArray) -> FloatArray:
        """P(total <= x) for a one-dimensional array."""
        if self.whole:
            x = np.floor(x) + (0.0 if self.exact and self.direct else 0.5)
        x = x - self.origin
        chunks = np.array_split(x, -(-x.size * self.mean.size // BLOCK) or 1)
        value = np.concatenate([self._mixed(chunk) for chunk in chunks])
        if self.atom:
            # The lattice smears the jump over one step; put it back where it belongs.
            value += self.atom * ((x >= 0) - np.clip(x / self.step + 0.5, 0.0, 1.0))
        return np.asarray(np.clip(value, 0.0, 1.0))

    def ppf(self, q: FloatArray) -> FloatArray:
        """Quantiles by bisection, of a one-dimensional array of probabilities."""
        low, high = np.full(q.shape, self.low), np.full(q.shape, self.high)
        low, high = low + self.origin, high + self.origin
        slack = 1e-12
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            reached = self.cdf(middle) >= q - slack
            low, high = np.where(reached, low, middle), np.where(reached, middle, high)
        if self.whole:
            return np.floor(high)
        if self.atom:
            near = np.abs(high - self.origin) <= 1e-9 * max(1.0, abs(self.origin))
            high = np.where(near, self.origin, high)
        return high
