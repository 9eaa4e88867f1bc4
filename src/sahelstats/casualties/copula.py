"""Totals with one shared error: a one-factor Gaussian copula.

The normal score of every incident is sqrt(rho) Z + sqrt(1 - rho) E with one Z for all. Given Z the
incidents are independent, so the characteristic function of their sum is a product; its mean over
Z, by the trapezoidal rule, is that of the total, and is inverted once. Frequencies are visited
from low to high, and each toll is kept on no more points than those frequencies can tell apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sahelstats.casualties.checks import FloatArray
from sahelstats.casualties.factor import FARTHEST, SharedFactor, power, real_times_complex
from sahelstats.casualties.inversion import Inverted, Source
from sahelstats.casualties.measures import CALM, ReportedMeasure, condensed
from sahelstats.casualties.reported_law import Law

CEILING, CEILING_STEP = 70.0, 8.0
NARROW = 0.4  # std times frequency up to which a toll enters by its logarithm
LOG_NODES = 28
BLOCK = 1_000_000
KEPT = 12_000_000  # masses, over all tolls and nodes of the factor
ASYMPTOTIC = 40.0


def _interpolation(nodes: int) -> tuple[FloatArray, FloatArray]:
    """Chebyshev points of the factor and their barycentric weights."""
    angle = np.pi * np.arange(nodes) / (nodes - 1)
    weight: FloatArray = np.where(np.arange(nodes) % 2, -1.0, 1.0)
    weight[[0, -1]] /= 2
    return FARTHEST * np.cos(angle), weight


def _matrix(nodes: FloatArray, weight: FloatArray, z: FloatArray) -> FloatArray:
    """Matrix from values at the nodes to values of the polynomial through them at z."""
    gap = z[:, None] - nodes
    hit = np.abs(gap) < 1e-14
    gap[hit] = 1.0
    made = weight / gap
    made[hit.any(axis=1)] = 0.0
    made[hit] = 1.0
    return np.asarray(made / made.sum(axis=1, keepdims=True))


class _Level:
    """All tolls on points fit for frequencies up to a ceiling."""

    def __init__(
        self,
        tolls: list[ReportedMeasure],
        rho: float,
        ceiling: float,
        coarse: tuple[FloatArray, FloatArray],
    ) -> None:
        self.ceiling = ceiling
        self.coarse, self.weight = coarse
        self.wide: list[tuple[_Thin, int]] = []
        turns = ceiling * (1 - np.cos(np.pi * (np.arange(LOG_NODES) + 0.5) / LOG_NODES)) / 2
        logs = np.zeros((self.coarse.size, LOG_NODES), dtype=complex)
        self.mean, self.narrow = 0.0, False
        for toll in tolls:
            thin = _Thin(toll, rho, ceiling)
            if ceiling * toll.std <= NARROW:
                logs += toll.times * _log_about_mean(thin, self.coarse, turns)
                self.mean += toll.times * toll.mean
                self.narrow = True
            else:
                self.wide.append((thin, int(toll.times)))
        # A series in the frequency, whose constant term, 0 at frequency 0, is left as found.
        order = np.arange(LOG_NODES)
        angle = np.arccos(np.clip(2 * turns / ceiling - 1, -1.0, 1.0))
        self.series = logs @ np.cos(angle[:, None] * order) * (2 / LOG_NODES)
        self.series[:, 0] /= 2
        self.kept: dict[int, list[FloatArray]] = {}

    def prepare(self, z: FloatArray) -> None:
        """Masses of the wide tolls at these values of the factor."""
        self.z, self.at_z = z, _matrix(self.coarse, self.weight, z)
        points = sum(thin.points.size for thin, _ in self.wide)
        # Kept between calls as long as that is no burden; made anew, node by node, beyond.
        # No two sets of nodes are of one size.
        if z.size not in self.kept and z.size * points <= KEPT:
            self.kept[z.size] = [self._masses(thin, z) for thin, _ in self.wide]

    def _masses(self, thin: _Thin, z: FloatArray) -> FloatArray:
        if z.size < 2 * self.coarse.size:
            return thin.masses(z)
        return np.asarray(self.at_z @ thin.masses(self.coarse))

    def log_narrow(self, t: FloatArray) -> Any:
        """Log characteristic function of all narrow tolls together, shape (coarse, t)."""
        angle = np.arccos(np.clip(2 * t / self.ceiling - 1, -1.0, 1.0))
        terms = np.cos(np.arange(LOG_NODES)[:, None] * angle)
        return self.series @ terms + 1j * self.mean * t

    def product(self, logs: Any, waves: list[Any], rows: slice) -> Any:
        """Characteristic function of all tolls together, shape (rows of z, t)."""
        product = np.ones((self.z[rows].size, logs.shape[1]), dtype=complex)
        if self.narrow:
            product = np.exp(real_times_complex(self.at_z[rows], logs))
        kept = self.kept.get(self.z.size)
        for i, (thin, times) in enumerate(self.wide):
            masses = kept[i][rows] if kept else thin.masses(self.z[rows])
            one = real_times_complex(masses, waves[i])
            product *= power(one, times)
        return product


def _log_about_mean(thin: _Thin, z: FloatArray, t: FloatArray) -> Any:
    """Log characteristic function, about its mean, of a toll that hardly turns; shape (z, t).

    The sum over points of exp(i u) - 1 - i u keeps the digits that a hundred thousand equal
    tolls multiply.
    """
    masses = thin.masses(z)
    masses /= masses.sum(axis=1, keepdims=True)
    away = thin.points - thin.toll.mean
    turn = away[:, None] * t
    more = real_times_complex(masses, -2 * np.sin(turn / 2) ** 2 + 1j * _sine_minus(turn))
    real, imag = more.real, more.imag + (masses @ away)[:, None] * t
    # Far out the mean given the factor turns a wave more than once; frequencies rise from 0.
    phase = np.unwrap(np.arctan2(imag, 1 + real), axis=1)
    return np.log1p(2 * real + real**2 + imag**2) / 2 + 1j * phase


class _Thin:
    """A toll on as few points as frequencies up to a ceiling can tell apart."""

    def __init__(self, toll: ReportedMeasure, rho: float, ceiling: float) -> None:
        self.toll, self.rho = toll, rho
        self.blocks: list[Any] = []
        if ceiling * toll.widest <= CALM:
            self.order = np.argsort(toll.points, kind="stable")
            self.blocks = condensed(toll.points[self.order], ceiling)
        if all(matrix is None for _, _, matrix in self.blocks):
            self.blocks, self.points = [], toll.points
        else:
            self.points = np.concatenate([points for _, points, _ in self.blocks])

    def masses(self, z: FloatArray) -> FloatArray:
        """Masses of the points given the factor, shape (z, points)."""
        if not self.blocks:
            return self.toll.masses(z, self.rho)
        made = np.empty((z.size, self.points.size))
        for rows in np.array_split(np.arange(z.size), -(-z.size * self.toll.points.size // BLOCK)):
            masses = self.toll.masses(z[rows], self.rho)[:, self.order]
            parts = [
                masses[:, where] if matrix is None else masses[:, where] @ matrix
                for where, _, matrix in self.blocks
            ]
            made[rows] = np.concatenate(parts, axis=1)
        return made

    def waves(self, t: FloatArray) -> Any:
        """Matrix from masses to the characteristic function, shape (points, t)."""
        if not self.blocks:
            return self.toll.waves(t)
        return np.exp(1j * self.points[:, None] * t)


def _sine_minus(x: FloatArray) -> FloatArray:
    """Sin x - x without losing digits near 0."""
    square = x * x
    near = -x * square / 6 * (1 - square / 20 * (1 - square / 42 * (1 - square / 72)))
    return np.where(np.abs(x) < 0.2, near, np.sin(x) - x)


class SharedSum:
    """Characteristic function of the total of events that share one factor.

    Parameters
    ----------
    tolls : list of ReportedMeasure
    rho : float
    """

    def __init__(self, tolls: list[ReportedMeasure], rho: float) -> None:
        self.tolls, self.rho, self.factor = tolls, rho, SharedFactor(rho)
        nodes = int(24 + FARTHEST * 7.5 * np.sqrt(rho / (1 - rho)))
        self.coarse, self.weight = _interpolation(nodes)
        self.level: _Level | None = None
        self._moments()

    def _moments(self) -> None:
        mean, var = np.zeros(self.coarse.size), np.zeros(self.coarse.size)
        for toll in self.tolls:
            masses = toll.masses(self.coarse, self.rho)
            first = masses @ toll.points
            mean += toll.times * first
            var += toll.times * np.maximum(masses @ toll.points**2 - first**2, 0.0)
        z = np.linspace(-FARTHEST, FARTHEST, 40 * self.coarse.size + 1)
        at = _matrix(self.coarse, self.weight, z)
        share = np.exp(-(z**2) / 2)
        share /= share.sum()
        self.mean = float(sum(toll.times * toll.mean for toll in self.tolls))
        means = at @ mean
        self.var = float(share @ (at @ var) + share @ (means - share @ means) ** 2)

    def value(self, t: FloatArray) -> Any:
        """E exp(i t (total - origin)) at frequencies t > 0."""
        highest = float(t.max())
        if self.level is None or self.level.ceiling < highest:
            ceiling = max(CEILING / np.sqrt(self.var), CEILING_STEP * highest)
            self.level = _Level(self.tolls, self.rho, ceiling, (self.coarse, self.weight))
        level = self.level
        logs = level.log_narrow(t)
        waves = [thin.waves(t) for thin, _ in level.wide]

        def summed(z: FloatArray, weight: FloatArray) -> Any:
            level.prepare(z)
            found = np.zeros(t.size, dtype=complex)
            step = max(1, BLOCK // t.size)
            for start in range(0, z.size, step):
                rows = slice(start, start + step)
                found += weight[rows] @ level.product(logs, waves, rows)
            return found

        return self.factor.mixed(summed)


def total_of_reported(law: Law, counts: FloatArray, rho: float) -> tuple[Any, float]:
    """Return the total of reported deaths with one shared factor, and its variance."""
    every = np.flatnonzero(counts)
    measures = [ReportedMeasure(law.rows(slice(i, i + 1)), float(counts[i]), rho) for i in every]
    summed = SharedSum(measures, rho)

    def right(z: FloatArray, weight: FloatArray) -> Any:
        logs = sum(m.times * np.log(np.maximum(m.right(z, rho), 1e-300)) for m in measures)
        return weight @ np.exp(logs)

    atom = float(summed.factor.mixed(right))
    tail = ASYMPTOTIC / min(m.scale for m in measures)
    source = Source(summed.value, summed.mean, float(np.sqrt(summed.var)), atom, tail)
    return Inverted(source, float(counts @ law.reported)), summed.var
