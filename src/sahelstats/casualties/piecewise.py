"""Smooth distribution functions on grids, many at once, and the sums of reported deaths they make.

A piece is the cdf, density and slope of one smooth part of a total on an even grid; between grid
points a polynomial of degree five through all three is exact to about 1e-10 of the total's mass.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sahelstats.casualties.checks import FloatArray, IntArray

# Grid points per period of the highest frequency: 8 is four times what the sampling theorem asks.
OVERSAMPLING = 8
BISECTIONS = 52


class Pieces(NamedTuple):
    """Smooth pieces: where each lies, which group it is of, and its values on the grid."""

    group: IntArray
    low: FloatArray
    step: FloatArray
    cells: IntArray
    start: IntArray
    cdf: FloatArray
    density: FloatArray
    slope: FloatArray

    def value(self, piece: IntArray, x: FloatArray) -> FloatArray:
        """Mass of piece number `piece` up to `x`."""
        place = (x - self.low[piece]) / self.step[piece]
        cells = self.cells[piece]
        place = np.clip(place, 0.0, cells)
        cell = np.minimum(place.astype(np.int64), cells - 1)
        at = self.start[piece] + cell
        return self._quintic(at, place - cell, self.step[piece])

    def _quintic(self, at: IntArray, u: FloatArray, h: FloatArray) -> FloatArray:
        f0, f1 = self.cdf[at], self.cdf[at + 1]
        d0, d1 = self.density[at] * h, self.density[at + 1] * h
        s0, s1 = self.slope[at] * h * h, self.slope[at + 1] * h * h
        rise, turn = f1 - f0 - d0 - s0 / 2, d1 - d0 - s0
        bend = s1 - s0
        a = 10 * rise - 4 * turn + bend / 2
        b = -15 * rise + 7 * turn - bend
        c = 6 * rise - 3 * turn + bend / 2
        return np.asarray(f0 + u * (d0 + u * (s0 / 2 + u * (a + u * (b + u * c)))))


def pieces_from_spectrum(
    spectrum: Any, low: FloatArray, period: float, centre: FloatArray, group: IntArray
) -> Pieces:
    """Invert characteristic functions known at the multiples of 2 pi / period.

    Parameters
    ----------
    spectrum : complex array, shape (rows, terms)
        E exp(i t X) at t = 0, 2 pi / period, ...; negligible beyond the last.
    low : array, shape (rows,)
        X lies in low..low + period but for a negligible mass.
    period : float
    centre : array, shape (rows,)
        Added to X.
    group : array of int, shape (rows,)

    Returns
    -------
    Pieces
    """
    rows, terms = spectrum.shape
    n = OVERSAMPLING << (terms - 1).bit_length()
    t = 2 * np.pi / period * np.arange(terms)
    moved = spectrum * np.exp(-1j * t * low[:, None])
    slope = np.conj(-1j * t * moved)
    # The antiderivative of each wave; the constant term grows linearly instead.
    waves = np.conj(np.concatenate([np.zeros((rows, 1)), moved[:, 1:] / (-1j * t[1:])], axis=1))
    cdf, density, bend = (_periodic(w, n) * (n / period) for w in (waves, np.conj(moved), slope))
    cdf += spectrum[:, :1].real * (np.arange(n + 1) / n) - cdf[:, :1]
    return Pieces(
        group,
        low + centre,
        np.full(rows, period / n),
        np.full(rows, n),
        np.arange(rows) * (n + 1),
        cdf.ravel(),
        density.ravel(),
        bend.ravel(),
    )


def _periodic(waves: Any, n: int) -> FloatArray:
    """Real values on n points of a period, the first repeated at the end."""
    values = np.fft.irfft(waves, n, axis=1)
    return np.concatenate([values, values[:, :1]], axis=1)


def join_pieces(made: list[Pieces]) -> Pieces:
    """Return all pieces in one set, those of a group side by side."""
    sizes = np.array([p.cdf.size for p in made], dtype=np.int64)
    begin = np.cumsum(sizes) - sizes
    moved = [p._replace(start=p.start + b) for p, b in zip(made, begin, strict=True)]
    columns: list[Any] = [np.concatenate(column) for column in zip(*moved, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    columns[:5] = [column[order] for column in columns[:5]]
    return Pieces(*columns)


class GroupedSum:
    """Totals of several groups of events: an atom each, plus smooth pieces.

    Parameters
    ----------
    pieces : Pieces
        Every group has at least one.
    atom, reported : array, shape (groups,)
        Probability that all reports of the group are right, and their sum.
    """

    def __init__(self, pieces: Pieces, atom: FloatArray, reported: FloatArray) -> None:
        self.pieces, self.atom, self.reported = pieces, atom, reported
        self.groups = atom.size
        starts = np.searchsorted(pieces.group, np.arange(self.groups))
        self.starts = starts.astype(np.int64)
        high = pieces.low + pieces.step * pieces.cells
        self.low = np.minimum(np.minimum.reduceat(pieces.low, self.starts), reported)
        self.high = np.maximum(np.maximum.reduceat(high, self.starts), reported)

    def smooth_cdf(self, x: FloatArray) -> FloatArray:
        """Mass of the smooth part up to `x`, shape (groups, m)."""
        every = np.arange(self.pieces.group.size)
        parts = self.pieces.value(every[:, None], x[self.pieces.group])
        return np.asarray(np.add.reduceat(parts, self.starts, axis=0))

    def cdf(self, x: FloatArray) -> FloatArray:
        """P(total <= x), shape (groups, m)."""
        atom = self.atom[:, None] * (x >= self.reported[:, None])
        return np.clip(self.smooth_cdf(x) + atom, 0.0, 1.0)

    def ppf(self, q: FloatArray) -> FloatArray:
        """Quantiles by bisection, shape (groups, m); exactly the reported sum across the atom."""
        shape = (self.groups, q.size)
        low = np.broadcast_to(self.low[:, None], shape).copy()
        high = np.broadcast_to(self.high[:, None], shape).copy()
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            reached = self.cdf(middle) >= q
            high = np.where(reached, middle, high)
            low = np.where(reached, low, middle)
        reported = np.broadcast_to(self.reported[:, None], shape)
        below = self.smooth_cdf(reported)
        across = (below < q) & (q <= below + self.atom[:, None])
        return np.where(across, reported, high)
