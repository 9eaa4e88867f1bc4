"""Exact sums of reported deaths: characteristic functions, inverted on the frequencies that matter.

The sum of independent events has the product of their characteristic functions. Each event is an
atom plus a Gumbel, so the product is split by scale: with the events sorted into bands of similar
scale, either all of the larger bands are exactly right, or the largest band that is not decides
how smooth the sum is. Written as a telescoping sum over bands,

    prod(phi) = W e^{itF}
              + sum over bands b of W_above e^{it F_above} (phi_b - W_b e^{it F_b}) phi_below

with W the probability that every report of the bands is right and F their reported sum. The first
term is the atom of the total; every other term is a smooth piece whose characteristic function
dies off exponentially at a known rate, so a few hundred frequencies give it to 1e-10.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from sahelstats.casualties.checks import FloatArray, IntArray
from sahelstats.casualties.piecewise import GroupedSum, Pieces, join_pieces, pieces_from_spectrum
from sahelstats.casualties.reported_law import Law

# What may be left out: mass beyond the window, and size of the first frequency left out.
NEGLIGIBLE = 1e-11
LOG_NEGLIGIBLE = float(np.log(NEGLIGIBLE))
# Scales within a factor of 32 share a band.
OCTAVES_PER_BAND = 5
LADDER_STEP = 1.2
PHASE_STEP, PHASE_END = 0.0005, 20.0
# Taylor coefficients of log(sinh x / x) in x^2, the highest first.
LOG_SINHC = (-691 / 3831077250, 1 / 467775, -1 / 37800, 1 / 2835, -1 / 180, 1 / 6)
SERIES_END = 0.25
# Complex numbers worked on at once; bounds the memory at some tens of megabytes.
BLOCK = 1_000_000


class Band(NamedTuple):
    """Rows (one per group) of one band: its events, those of smaller scale, what lies above."""

    groups: IntArray
    inside: Any  # csr matrix, rows x distinct events
    below: Any
    log_right: FloatArray  # log probability that all reports of the band are right
    reported: FloatArray  # the sum of those reports
    log_above: FloatArray  # the same probability for all larger bands
    centre: FloatArray  # reports of the larger bands, plus the mean of the rest


class GroupMoments(NamedTuple):
    """Mean, variance, all-right probability and reported sum of each group's total."""

    mean: FloatArray
    var: FloatArray
    atom: FloatArray
    reported: FloatArray


def grouped_sum(law: Law, counts: Any) -> GroupedSum:
    """Return the exact distribution of each group's total.

    Parameters
    ----------
    law : Law
        Distinct events, arrays of shape (u,).
    counts : array of shape (u,) or csr matrix of shape (groups, u)
        How often each distinct event occurs in each group; every group has at least one event.
    """
    from scipy.sparse import csr_matrix

    table = counts if hasattr(counts, "indptr") else csr_matrix(counts[None, :])
    found = moments(law, table)
    return GroupedSum(smooth_pieces(law, table), found.atom, found.reported)


def moments(law: Law, counts: Any) -> GroupMoments:
    """Return the exact moments and the atom of each group's total.

    Parameters
    ----------
    law : Law
        Distinct events, arrays of shape (u,).
    counts : csr matrix, shape (groups, u)
        How often each distinct event occurs in each group.
    """
    return GroupMoments(
        counts @ law.mean,
        counts @ law.var,
        np.exp(counts @ np.log(law.weight)),
        counts @ law.reported,
    )


def smooth_pieces(law: Law, counts: Any) -> Pieces:
    """Return the continuous part of every group's total, as smooth pieces.

    Parameters
    ----------
    law : Law
        Distinct events, arrays of shape (u,).
    counts : csr matrix, shape (groups, u)
        How often each distinct event occurs in each group.

    Returns
    -------
    Pieces
        Their cdf values add up, with the atom, to the cdf of the total.
    """
    made = [piece for band in _bands(law, counts) for piece in _pieces_of_band(law, band)]
    return join_pieces(made)


def _bands(law: Law, counts: Any) -> list[Band]:
    """Split every group by scale, largest first; drop bands that almost surely never decide."""
    number = np.floor(np.log2(law.scale) / OCTAVES_PER_BAND).astype(np.int64)
    log_weight = np.log(law.weight)
    log_above, reported_above = np.zeros(counts.shape[0]), np.zeros(counts.shape[0])
    bands = []
    for b in np.unique(number)[::-1]:
        here, under = number == b, number <= b
        inside = counts[:, np.flatnonzero(here)]
        log_right = inside @ log_weight[here]
        rows = np.flatnonzero((np.diff(inside.indptr) > 0) & (log_above > LOG_NEGLIGIBLE))
        if rows.size:
            reported = inside @ law.reported[here]
            part = counts[rows]
            bands.append(
                Band(
                    rows,
                    _keep(part, here),
                    _keep(part, under & ~here),
                    log_right[rows],
                    reported[rows],
                    log_above[rows],
                    reported_above[rows] + part[:, np.flatnonzero(under)] @ law.mean[under],
                )
            )
        log_above = log_above + log_right
        reported_above = reported_above + inside @ law.reported[here]
    return bands


def _keep(counts: Any, columns: Any) -> Any:
    """The matrix with only some columns filled, the numbering of columns unchanged."""
    from scipy.sparse import diags_array

    kept = (counts @ diags_array(columns.astype(float))).tocsr()
    kept.eliminate_zeros()
    return kept


def _pieces_of_band(law: Law, band: Band) -> list[Pieces]:
    low, high = _window(law, band)
    highest = _highest_frequency(law, band)
    width = high - low
    if band.groups.size > 1:
        # A few common periods, so that groups share the evaluation of characteristic functions.
        width = np.exp2(np.ceil(2 * np.log2(width)) / 2)
    terms = np.ceil(highest * width / (2 * np.pi)).astype(np.int64) + 1
    size = np.exp2(np.ceil(np.log2(np.maximum(terms, 16)))).astype(np.int64)
    made = []
    for period, n in sorted(set(zip(width.tolist(), size.tolist(), strict=True))):
        rows = np.flatnonzero((width == period) & (size == n))
        n_terms = int(terms[rows].max())
        for chunk in np.array_split(rows, -(-rows.size * n // BLOCK)):
            spectrum = _spectrum(law, band, chunk, 2 * np.pi / period * np.arange(n_terms + 1))
            made.append(
                pieces_from_spectrum(
                    spectrum, low[chunk], period, band.centre[chunk], band.groups[chunk]
                )
            )
    return made


def _window(law: Law, band: Band) -> tuple[FloatArray, FloatArray]:
    """Bounds, about its centre, beyond which each row has negligible mass (Chernoff)."""
    from scipy.special import gammaln

    events = (band.inside + band.below).tocoo()
    row, what, times = events.row, events.col, events.data
    n = band.groups.size
    spread = np.sqrt(np.bincount(row, times * law.var[what], n))
    largest = np.zeros(n)
    np.maximum.at(largest, row, law.scale[what])
    mean, one = law.mean[what], law.rows(what)

    def bound(theta: FloatArray) -> FloatArray:
        """(log E exp(theta S) - log eps) / |theta|: how far S gets with probability eps."""
        t = theta[row]
        right = np.log(one.weight) + t * (one.reported - mean)
        wrong = np.log1p(-one.weight) + t * (one.loc - mean) + gammaln(1 - t * one.scale)
        total = np.bincount(row, times * np.logaddexp(right, wrong), n)
        return np.asarray((total - LOG_NEGLIGIBLE) / np.abs(theta))

    return -bound(-8 / spread), bound(np.minimum(8 / spread, 0.9 / largest))


def _log_gamma_size(s: FloatArray) -> FloatArray:
    """Log |Gamma(1 - i s)| for s > 0, from |Gamma(1 - i s)|^2 = pi s / sinh(pi s).

    Near 0 by the series of log(sinh x / x): 350,000 events multiply whatever digits are lost here.
    """
    x = np.pi * s
    square = np.minimum(x, SERIES_END) ** 2
    near = np.zeros_like(x)
    for coefficient in LOG_SINHC:
        near = (near + coefficient) * square
    far = np.maximum(x, SERIES_END)
    beyond = far + np.log1p(-np.exp(-2 * far)) - np.log(2 * far)
    return np.asarray(-0.5 * np.where(x < SERIES_END, near, beyond))


def _highest_frequency(law: Law, band: Band) -> FloatArray:
    """First frequency of a ladder from which on each row's spectrum is negligible."""
    used = np.unique(np.concatenate([band.inside.indices, band.below.indices]))
    start = 1 / np.sqrt((band.inside + band.below) @ law.var).max()
    stop = 40 / law.scale[used].min()
    ladder = start * LADDER_STEP ** np.arange(np.ceil(np.log(stop / start) / np.log(LADDER_STEP)))
    weight = law.weight[:, None]
    size = np.zeros((law.loc.size, ladder.size))
    x = np.pi * ladder * law.scale[used, None]
    gamma = np.sqrt(2 * x / -np.expm1(-2 * x)) * np.exp(-x / 2)
    size[used] = np.log(weight[used] + (1 - weight[used]) * gamma)
    found = np.empty(band.groups.size)
    for rows in np.array_split(np.arange(band.groups.size), -(-found.size * ladder.size // BLOCK)):
        all_right = band.log_right[rows, None]
        # log(prod - W) with W = prod of weights, without losing W's digits.
        extra = np.maximum(band.inside[rows] @ size - all_right, 1e-300)
        bound = all_right + np.where(extra > 40, extra, np.log(np.expm1(np.minimum(extra, 40))))
        bound += band.below[rows] @ size + band.log_above[rows, None]
        found[rows] = ladder[np.minimum((bound > LOG_NEGLIGIBLE).sum(axis=1), ladder.size - 1)]
    return found


@cache
def _phase_table() -> tuple[FloatArray, FloatArray]:
    """Im log Gamma(1 - i s) and its slope times the table's step, at s = 0, step, 2 step, ..."""
    from scipy.special import digamma, loggamma

    z = 1 - 1j * np.arange(0.0, PHASE_END + 2 * PHASE_STEP, PHASE_STEP)
    return loggamma(z).imag, -digamma(z).real * PHASE_STEP


def _gamma_phase(s: FloatArray) -> FloatArray:
    """Im log Gamma(1 - i s) by cubic interpolation, to 1e-14.

    Beyond the table's end |Gamma| is below 1e-13 and the phase no longer matters. This is several
    times quicker than the complex loggamma, which was most of the time of a grouped total.
    """
    value, slope = _phase_table()
    place = np.minimum(s, PHASE_END) / PHASE_STEP
    cell = place.astype(np.int64)
    u = place - cell
    v0, rise = value[cell], value[cell + 1] - value[cell]
    d0, d1 = slope[cell], slope[cell + 1]
    return np.asarray(v0 + u * (d0 + u * (3 * rise - 2 * d0 - d1 + u * (d0 + d1 - 2 * rise))))


def _log_characteristic(law: Law, t: FloatArray) -> Any:
    """Log E exp(i t (X - mean)) for every distinct event and frequency (t[0] is 0).

    E exp(i t X) = w exp(i t f) + (1 - w) exp(i t loc) Gamma(1 - i t scale), in polar form about
    the atom: exp(i t f) (w + (1 - w) |Gamma| exp(i turn)).
    """
    one = law.rows((slice(None), None))
    step = t[None, 1:]
    s = step * one.scale
    shrink = np.expm1(_log_gamma_size(s))
    wrong = 1 - one.weight
    half = (step * (one.loc - one.reported) + _gamma_phase(s)) / 2
    sine, size = np.sin(half), wrong * (1 + shrink)
    # 1 - |phi|^2 from small quantities, so that its logarithm keeps all digits near t = 0.
    lost = -wrong * shrink * (2 + wrong * shrink) + 4 * one.weight * size * sine**2
    y, x = 2 * size * sine * np.cos(half), one.weight + size * (1 - 2 * sine**2)
    logs = np.zeros((law.loc.size, t.size), dtype=complex)
    logs.real[:, 1:] = 0.5 * np.log1p(-np.minimum(lost, 1.0))
    logs.imag[:, 1:] = step * (one.reported - law.mean[:, None]) + np.arctan2(y, x)
    return logs


def _spectrum(law: Law, band: Band, rows: IntArray, t: FloatArray) -> Any:
    """Characteristic function of the rows' pieces at frequencies `t`."""
    inside, below = band.inside[rows], band.below[rows]
    used = np.unique(np.concatenate([inside.indices, below.indices]))
    logs = _log_characteristic(law.rows(used), t)
    in_band, under = inside[:, used], below[:, used]
    right = band.log_right[rows, None]
    gap = (band.reported[rows] - inside @ law.mean)[:, None]
    piece = np.exp(in_band @ logs) - np.exp(right + 1j * t * gap)
    piece *= np.exp(under @ logs + band.log_above[rows, None])
    return piece
