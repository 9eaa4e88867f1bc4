"""Sums of independent whole-number tolls: exact convolution, pair by pair."""

from __future__ import annotations

import numpy as np

from sahelstats.casualties.checks import FloatArray, IntArray
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.counts import CountDistribution

# Mass dropped at each end of a partial sum. Over 10,000 partial sums this stays below 1e-11,
# a thousandth of what a quantile at 0.001 can notice.
TAIL = 1e-16
DIRECT = 32
TRIM_FROM = 512


def _fft_length(n: int) -> int:
    from scipy.fft import next_fast_len

    return int(next_fast_len(n, real=True))


def convolve(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the convolution of two mass arrays, by the quicker of the direct sum and the FFT."""
    if min(a.size, b.size) <= DIRECT:
        return np.convolve(a, b)
    size = a.size + b.size - 1
    n = _fft_length(size)
    made = np.fft.irfft(np.fft.rfft(a, n) * np.fft.rfft(b, n), n)[:size]
    return np.maximum(made, 0.0)


def trim(mass: FloatArray) -> tuple[FloatArray, int]:
    """Drop ends of negligible mass; return what is left and how many places went in front."""
    first = int(np.searchsorted(np.cumsum(mass), TAIL, side="right"))
    last = mass.size - int(np.searchsorted(np.cumsum(mass[::-1]), TAIL, side="right"))
    return (mass[first:last], first) if first < last else (mass, 0)


def power(mass: FloatArray, times: int) -> tuple[FloatArray, int]:
    """Return the mass of the sum of `times` copies, and how many places went in front."""
    result, front = np.ones(1), 0
    base, base_front = mass, 0
    while True:
        if times & 1:
            result, gone = trim(convolve(result, base))
            front += base_front + gone
        times >>= 1
        if not times:
            return result, front
        base, gone = trim(convolve(base, base))
        base_front = 2 * base_front + gone


def _pad(masses: list[FloatArray], width: int) -> FloatArray:
    rows = np.zeros((len(masses), width))
    for row, mass in zip(rows, masses, strict=True):
        row[: mass.size] = mass
    return rows


def _pair_up(rows: FloatArray) -> FloatArray:
    """Convolve neighbouring rows, all at once; an odd last row is carried over."""
    width = 2 * rows.shape[1]
    even = rows[: rows.shape[0] // 2 * 2]
    spectrum = np.fft.rfft(even, width, axis=1)
    sums = np.fft.irfft(spectrum[::2] * spectrum[1::2], width, axis=1)
    if rows.shape[0] % 2:
        sums = np.vstack([sums, np.pad(rows[-1:], ((0, 0), (0, width - rows.shape[1])))])
    return np.maximum(sums, 0.0)


def _sum_small(masses: list[FloatArray]) -> list[FloatArray]:
    """Add up the small arrays level by level, in batches, until few are left."""
    width = 1 << max(m.size - 1 for m in masses).bit_length()
    rows = _pad(masses, width)
    while rows.shape[0] > 1 and rows.shape[1] < TRIM_FROM:
        rows = _pair_up(rows)
    return list(rows)


def _sum_large(parts: list[tuple[FloatArray, int]]) -> tuple[FloatArray, int]:
    """Add up arrays of any size, always the two smallest first."""
    import heapq

    heap = [(mass.size, i, mass, front) for i, (mass, front) in enumerate(parts)]
    heapq.heapify(heap)
    ticket = len(heap)
    while len(heap) > 1:
        _, _, a, front_a = heapq.heappop(heap)
        _, _, b, front_b = heapq.heappop(heap)
        mass, gone = trim(convolve(a, b))
        heapq.heappush(heap, (mass.size, ticket, mass, front_a + front_b + gone))
        ticket += 1
    return heap[0][2], heap[0][3]


def _small_and_large(
    masses: list[FloatArray],
) -> tuple[list[FloatArray], list[tuple[FloatArray, int]]]:
    small: dict[int, list[FloatArray]] = {}
    large: list[tuple[FloatArray, int]] = []
    for mass in masses:
        if mass.size >= TRIM_FROM:
            large.append(trim(mass))
        else:
            small.setdefault((mass.size - 1).bit_length(), []).append(mass)
    left: list[FloatArray] = []
    for width in sorted(small):
        # What one width leaves over joins the batch of its own, larger, width.
        left.extend(_sum_small(small[width]))
    return left, large


def sum_of(distributions: CountDistributions) -> CountDistribution:
    """Return the exact distribution of the sum of independent tolls.

    Parameters
    ----------
    distributions : CountDistributions
        The tolls; equal ones are raised to a power instead of being added one by one.

    Returns
    -------
    CountDistribution
        Of the sum; ends whose mass is below 1e-16 per step are dropped.
    """
    times: IntArray = distributions.multiplicities()
    offset, masses = 0, []
    fronts = 0
    for place in np.flatnonzero(times):
        one = distributions.distinct(int(place))
        offset += int(times[place]) * one.offset
        if one.mass.size == 1:
            continue
        mass, front = (one.mass, 0) if times[place] == 1 else power(one.mass, int(times[place]))
        fronts += front
        masses.append(mass)
    if not masses:
        return CountDistribution.point(offset)
    left, large = _small_and_large(masses)
    mass, front = _sum_large([trim(m) for m in left] + large)
    return CountDistribution(mass / mass.sum(), offset + fronts + front)
