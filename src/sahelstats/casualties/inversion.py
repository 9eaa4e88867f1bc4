"""From a characteristic function to a distribution: Gil-Pelaez on panels of frequencies.

The integral of Gil-Pelaez (1951, Biometrika 38) is taken panel by panel. On each panel the
characteristic function is a Legendre series, refined until the series has died out, and the waves
exp(-i t x) are integrated against it in closed form (Bakhvalov and Vasil'eva 1968), so neither far
quantiles nor high frequencies ask for more points. A normal law is taken out first: it removes
the pole at frequency 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sahelstats.casualties.checks import FloatArray

ORDER = 16
NODE, WEIGHT = np.polynomial.legendre.leggauss(ORDER)
# legendre[l, q] = P_l(node q); TO_SERIES turns values at the nodes into Legendre coefficients.
LEGENDRE = np.polynomial.legendre.legvander(NODE, ORDER - 1).T
TO_SERIES = (np.arange(ORDER)[:, None] + 0.5) * LEGENDRE * WEIGHT
# From here on the upward recurrence of spherical Bessel functions loses nothing.
OSCILLATING = 16.0
# Half of 44 nodes: the real parts are even, the imaginary parts odd.
FINE_NODE, FINE_WEIGHT = (half[22:] for half in np.polynomial.legendre.leggauss(44))
FINE_LEGENDRE = np.polynomial.legendre.legvander(FINE_NODE, ORDER - 1) * 2 * FINE_WEIGHT[:, None]
TURN = 1j ** np.arange(ORDER)

TOLERANCE = 2e-11  # of a panel's last coefficients
# A characteristic function below this at the end of an octave is over: what follows adds less
# than DEAD / pi times the octaves it may still take.
DEAD = 3e-10
SPLITS = 12
TAIL_OCTAVES = 44
OUTSIDE = 3e-11
BLOCK = 60_000
STEPS = 60
TABLE = 129
FINE = 1e-9  # of the std, where a quantile stops moving


def waves(kappa: FloatArray) -> Any:
    """Return the integrals of P_l(u) exp(i kappa u) over u in -1..1: 2 i^l j_l(kappa).

    Parameters
    ----------
    kappa : array

    Returns
    -------
    complex array, shape (*kappa.shape, 16)
        For l = 0..15.

    Examples
    --------
    >>> float(waves(np.array([2.0]))[0, 0].real.round(12)), round(float(np.sin(2.0)), 12)
    (0.909297426826, 0.909297426826)
    """
    made = np.zeros((*kappa.shape, ORDER), dtype=complex)
    calm = np.abs(kappa) <= OSCILLATING
    turn = kappa[calm][:, None] * FINE_NODE
    slow = np.zeros((turn.shape[0], ORDER), dtype=complex)
    slow.real[:, ::2] = np.cos(turn) @ FINE_LEGENDRE[:, ::2]
    slow.imag[:, 1::2] = np.sin(turn) @ FINE_LEGENDRE[:, 1::2]
    made[calm] = slow
    k = kappa[~calm]
    if k.size:
        bessel = np.empty((k.size, ORDER))
        bessel[:, 0] = np.sin(k) / k
        bessel[:, 1] = (bessel[:, 0] - np.cos(k)) / k
        for order in range(1, ORDER - 1):
            bessel[:, order + 1] = (2 * order + 1) / k * bessel[:, order] - bessel[:, order - 1]
        made[~calm] = 2 * bessel * TURN
    return made


class Spectrum(NamedTuple):
    """Panels of frequencies and the Legendre series of the integrand on each."""

    centre: FloatArray
    half: FloatArray
    series: Any


class Source(NamedTuple):
    """A characteristic function and what is known of its law.

    `value` takes frequencies and returns E exp(i t (X - origin)). From `tail` on only the atom and
    the kink at the origin are left of it.
    """

    value: Callable[[FloatArray], Any]
    mean: float
    std: float
    atom: float
    tail: float


class Inverted:
    """The distribution that belongs to a characteristic function, measured from its origin.

    Parameters
    ----------
    source : Source
    origin : float
        Place of the atom, if there is one, in people.
    """

    def __init__(self, source: Source, origin: float) -> None:
        self.source, self.origin = source, origin
        self.atom = source.atom
        self.width = source.std
        self.spectrum = self._spectrum()
        self._find_window()

    def _integrand(self, t: FloatArray, value: Any) -> Any:
        normal = np.exp(1j * t * self.source.mean - (t * self.width) ** 2 / 2)
        return (value - self.atom - (1 - self.atom) * normal) / t

    def _panels(self, edges: FloatArray) -> list[tuple[float, float, Any, float]]:
        """Legendre series on panels, split until they have died out; largest size on each."""
        made = []
        todo = edges
        for _ in range(SPLITS):
            low, high = todo[0], todo[1]
            centre, half = (low + high) / 2, (high - low) / 2
            t = centre[:, None] + half[:, None] * NODE
            value = self.source.value(t.ravel()).reshape(t.shape)
            part = self._integrand(t, value)
            series = part @ TO_SERIES.T
            last = np.abs(series[:, -2:]).max(axis=1) * half
            good = last <= TOLERANCE
            size = np.abs(value - self.atom).max(axis=1)
            made += [
                (float(centre[i]), float(half[i]), series[i], float(size[i]))
                for i in np.flatnonzero(good)
            ]
            low, middle, high = low[~good], centre[~good], high[~good]
            if low.size == 0:
                return made
            todo = np.stack([np.concatenate([low, middle]), np.concatenate([middle, high])])
        raise ArithmeticError("the characteristic function of the total does not settle")

    def _spectrum(self) -> Spectrum:
        made: list[tuple[float, float, Any, float]] = []
        low, high, n = 0.0, 1 / self.width, 1
        while True:
            cuts = np.linspace(low, high, n + 1)
            found = self._panels(np.stack([cuts[:-1], cuts[1:]]))
            made += found
            if max(found, key=lambda panel: panel[0])[3] < DEAD:
                break
            tail = self._tail(high) if high >= self.source.tail else None
            if tail is not None:
                made += tail
                break
            rough = max(float(np.abs(f[2][-4:]).max()) * f[1] for f in found)
            n = len(found) if rough < 1e-3 * TOLERANCE else 2 * len(found)
            low, high = high, 2 * high
        return Spectrum(
            np.array([f[0] for f in made]),
            np.array([f[1] for f in made]),
            np.array([f[2] for f in made]),
        )

    def _tail(self, start: float) -> list[tuple[float, float, Any, float]] | None:
        """All frequencies beyond `start`, from a series in start / t; None if that has not settled.

        What is left there is the kink at the origin: a power series in 1 / t.
        """
        t = start / ((1 + NODE) / 2)
        series = TO_SERIES @ (self.source.value(t) - self.atom)
        if np.abs(series[-3:]).max() > TOLERANCE:
            return None
        made = []
        for octave in range(TAIL_OCTAVES):
            half = start * 2.0**octave / 2
            centre = 3 * half
            t = centre + half * NODE
            value = np.polynomial.legendre.legval(2 * start / t - 1, series)
            made.append((centre, half, TO_SERIES @ self._integrand(t, value + self.atom), 0.0))
        return made

    def _smooth(self, y: FloatArray) -> FloatArray:
        """Cdf without the atom, at distances from the origin."""
        from scipy.special import ndtr

        centre, half, series = self.spectrum
        normal = (1 - self.atom) * ndtr((y - self.source.mean) / self.width)
        found = np.empty(y.size)
        for rows in np.array_split(np.arange(y.size), -(-y.size * centre.size // BLOCK) or 1):
            at = y[rows, None]
            parts = (np.conj(waves(at * half)) * series).sum(axis=2) * half
            found[rows] = (parts * np.exp(-1j * at * centre)).imag.sum(axis=1)
        return np.asarray(normal - found / np.pi)

    def _find_window(self) -> None:
        """Ends beyond which no mass can be told from rounding."""
        reach: FloatArray = self.width * 1.25 ** np.arange(40.0)
        below = self._smooth(self.source.mean - reach)
        above = self._smooth(self.source.mean + reach) - (1 - self.atom)
        over = [int(np.argmax(np.abs(side) < OUTSIDE)) for side in (below, above)]
        self.low = min(self.source.mean - reach[over[0]], 0.0 if self.atom else np.inf)
        self.high = max(self.source.mean + reach[over[1]], 0.0 if self.atom else -np.inf)

    def cdf(self, x: FloatArray) -> FloatArray:
        """P(X <= x) for a one-dimensional array."""
        y = np.asarray(x, dtype=float) - self.origin
        made = np.where(y > self.high, 1.0, 0.0)
        inside = (y >= self.low) & (y <= self.high)
        made[inside] = self._smooth(y[inside])
        return np.clip(made + self.atom * (inside & (y >= 0)), 0.0, 1.0)

    def ppf(self, q: FloatArray) -> FloatArray:
        """Quantiles of a one-dimensional array of probabilities, exact across the atom."""
        jump = np.zeros(0) if not self.atom else self._smooth(np.zeros(1))
        under = jump[0] if self.atom else np.inf
        across = (q > under) & (q <= under + self.atom)
        left = q <= under
        low = np.where(left, self.low, 0.0 if self.atom else self.low)
        high = np.where(left, 0.0 if self.atom else self.high, self.high)
        wanted = np.where(left, q, q - self.atom)
        found = self._solve(wanted, low, high)
        return self.origin + np.where(across, 0.0, found)

    def _solve(self, q: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
        """Where the smooth part reaches q between two ends: a table, then Ridders' method."""
        points = np.unique(np.concatenate([np.linspace(self.low, self.high, TABLE), low, high]))
        level = np.maximum.accumulate(self._smooth(points))
        place = np.clip(np.searchsorted(level, q), 1, points.size - 1)
        a, b = np.maximum(points[place - 1], low), np.minimum(points[place], high)
        fa, fb = level[place - 1] - q, level[place] - q
        best = b.copy()
        active = np.flatnonzero((fa < 0) & (fb > 0) & (b > a))
        for _ in range(STEPS):
            if active.size == 0:
                break
            left, right, f_left, f_right = a[active], b[active], fa[active], fb[active]
            middle = (left + right) / 2
            f_middle = self._smooth(middle) - q[active]
            root = np.sqrt(np.maximum(f_middle**2 - f_left * f_right, 1e-300))
            new = np.clip(middle + (middle - left) * -f_middle / root, left, right)
            f_new = self._smooth(new) - q[active]
            moved = np.abs(new - best[active])
            best[active] = new
            # The bracket is the closest pair among the four points whose signs differ.
            x = np.stack([left, np.minimum(middle, new), np.maximum(middle, new), right])
            first = middle <= new
            f = np.stack(
                [
                    f_left,
                    np.where(first, f_middle, f_new),
                    np.where(first, f_new, f_middle),
                    f_right,
                ]
            )
            at = np.clip((f < 0).sum(axis=0), 1, 3)
            every = np.arange(active.size)
            a[active], b[active] = x[at - 1, every], x[at, every]
            fa[active], fb[active] = f[at - 1, every], f[at, every]
            active = active[(moved > FINE * self.width) & (f_new != 0)]
        return best
