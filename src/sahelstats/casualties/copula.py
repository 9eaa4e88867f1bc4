"""Totals with one shared error: a one-factor Gaussian copula, exact given the factor.

The normal score of every incident is sqrt(rho) Z + sqrt(1 - rho) E with one Z for all. Given Z the
incidents are independent: their sum is convolved on a lattice by FFT at each of K values of Z, and
the K distributions are mixed with the normal weights of the trapezoidal rule. The sum given Z gets
the narrower, the more incidents there are; where K values of Z cannot keep up, the distributions
in between are interpolated in standardised form.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sahelstats.casualties.checks import FloatArray, IntArray
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.mixture import FactorMixture, Nodes
from sahelstats.casualties.reported_law import Law

FARTHEST = 7.2  # of the factor; 6e-13 of its mass lies beyond
FARTHEST_SCORE = 7.5
CELL = 1 / 64  # width, in normal scores, of the cells a continuous law is cut into
FEWEST_NODES, MOST_NODES = 65, 2000
COST = 150_000_000  # lattice points times events times nodes that are worth the wait
MEMORY = 10_000_000  # lattice points times nodes that are kept
BLOCK = 1_500_000  # lattice points times nodes convolved at once
CELLS = 20_000_000  # cells times nodes, over all events
SHORTEST, USUAL, LONGEST = 1 << 10, 1 << 12, 1 << 16
POINTS_PER_WIDTH, FAINT = 10.0, 1e-4
LOG_TAIL = 25.0


class Event(NamedTuple):
    """A distinct toll cut into cells of its normal score.

    `edges` has one more element than there are cells; `positions` has one row per cell, its
    columns equally likely, and is measured from `origin`; `right` is the cell of the atom, which
    sits on the origin.
    """

    edges: FloatArray
    positions: FloatArray
    times: float
    std: float
    origin: float
    right: int | None


def events_of_counts(tolls: CountDistributions) -> list[Event]:
    """Cut each distinct toll into its integers: nothing is lost; certain tolls become one."""
    from scipy.special import ndtri

    times = tolls.multiplicities()
    made = []
    certain = 0.0
    for place in np.flatnonzero(times):
        one = tolls.distinct(int(place))
        if one.mass.size == 1:
            certain += float(times[place]) * one.offset
            continue
        edges = ndtri(np.concatenate([[0.0], np.minimum(np.cumsum(one.mass), 1.0)]))
        edges[-1] = np.inf
        positions = one.support[:, None].astype(float)
        made.append(Event(edges, positions, float(times[place]), one.std, 0.0, None))
    if certain or not made:
        made.append(Event(np.array([-np.inf, np.inf]), np.array([[certain]]), 1.0, 0.0, 0.0, None))
    return made


def events_of_reported(
    law: Law, counts: FloatArray, step: float = np.inf, most: int = 0
) -> list[Event]:
    """Cut each distinct event into its atom and cells on either side.

    No cell is wider than `step` people, unless that takes more than `most` of them.
    """
    every = np.flatnonzero(counts)
    return [_cut(law.rows(slice(i, i + 1)), float(counts[i]), step, most) for i in every]


def _edges(one: Law, low: float, high: float, step: float, most: int) -> FloatArray:
    """Normal scores from low to high, so close that neither scores nor people jump far."""
    from scipy.special import ndtr, ndtri

    edges = np.linspace(low, high, max(2, int((high - low) / CELL)))
    first, last = one.ppf(ndtr(edges[[0, -1]]))
    if (last - first) / edges.size > step / 4 and most > edges.size:
        step = max(step, (last - first) / most)
        people = np.arange(first, last, step)
        above = people >= one.reported[0]
        score = ndtri((1 - one.weight) * one.gumbel_cdf(people) + one.weight * above)
        edges = np.union1d(edges, score[(score > low) & (score < high)])
    return edges


def _cut(one: Law, times: float, step: float, most: int) -> Event:
    from scipy.special import ndtr, ndtri

    below = (1 - one.weight) * one.gumbel_cdf(one.reported)
    atom = np.clip(
        ndtri(np.concatenate([below, below + one.weight])),
        -FARTHEST_SCORE + CELL,
        FARTHEST_SCORE - CELL,
    )
    left = _edges(one, -FARTHEST_SCORE, float(atom[0]), step, most)
    edges = np.concatenate([left, _edges(one, float(atom[1]), FARTHEST_SCORE, step, most)])
    node, weight = np.polynomial.legendre.leggauss(4)
    half = np.diff(edges)[:, None] / 2
    score = edges[:-1, None] + half * (1 + node)
    # Shares relative to the cell's first point, so that they survive far out in the tails.
    share = weight * np.exp((score[:, :1] ** 2 - score**2) / 2)
    share /= share.sum(axis=1, keepdims=True)
    toll = one.ppf(ndtr(score)) - one.reported
    centre = (share * toll).sum(axis=1)
    spread = np.sqrt((share * (toll - centre[:, None]) ** 2).sum(axis=1))
    # Two points per cell keep its mean and its variance.
    positions = np.stack([centre - spread, centre + spread], axis=1)
    right = left.size - 1
    positions[right] = 0.0
    edges[0], edges[-1] = -np.inf, np.inf
    std = float(np.sqrt(one.var[0]))
    return Event(edges, positions, times, std, float(one.reported[0]), right)


def shares(event: Event, z: FloatArray, rho: float) -> FloatArray:
    """Probability of each cell given the factor, shape (nodes, cells)."""
    from scipy.special import ndtr

    scores = (event.edges - np.sqrt(rho) * z[:, None]) / np.sqrt(1 - rho)
    # Differences of the nearer tail keep their digits; the cell around 0 has one of each.
    tail = ndtr(-np.abs(scores))
    above = scores > 0
    signed = np.where(above, -tail, tail)
    return np.asarray(np.diff(signed, axis=1) + (above[:, 1:] & ~above[:, :-1]))


class Conditional(NamedTuple):
    """Moments and reach of the total given the factor, shape (nodes,) each.

    `log_right`, shape (events, nodes), is of all the times an event occurs.
    """

    mean: FloatArray
    var: FloatArray
    low: FloatArray
    high: FloatArray
    log_right: FloatArray


def _conditional(events: list[Event], z: FloatArray, rho: float) -> Conditional:
    mean, var = np.zeros(z.size), np.zeros(z.size)
    farthest = np.zeros((2, z.size))
    reach = np.zeros((2, z.size))
    log_right = np.zeros((len(events), z.size))
    for i, event in enumerate(events):
        p = shares(event, z, rho)
        first = p @ event.positions.mean(axis=1)
        mean += event.times * first
        var += event.times * np.maximum(p @ (event.positions**2).mean(axis=1) - first**2, 0.0)
        there = p > 1e-14
        bottom = event.positions.min(axis=1)[there.argmax(axis=1)]
        top = event.positions.max(axis=1)[p.shape[1] - 1 - there[:, ::-1].argmax(axis=1)]
        for side, gap in enumerate((first - bottom, top - first)):
            farthest[side] = np.maximum(farthest[side], gap)
            reach[side] += event.times * gap
        with np.errstate(divide="ignore"):
            if event.right is not None:
                log_right[i] = event.times * np.log(p[:, event.right])
    # Bernstein's inequality, unless all tolls at their ends do not even get that far.
    third = LOG_TAIL * farthest / 3
    away = np.minimum(third + np.sqrt(third**2 + 2 * LOG_TAIL * var), reach)
    return Conditional(mean, var, mean - away[0], mean + away[1], log_right)


def _spread(event: Event, step: float, n: int) -> Any:
    """Matrix from cells to the points of a lattice of period n.

    Off the lattice a position goes to its four neighbours with the weights of cubic interpolation,
    which keeps the first three moments; they may be negative, the sum is smooth all the same.
    """
    from scipy.sparse import coo_matrix

    place = event.positions / step
    base = np.floor(place).astype(np.int64)
    u = place - base
    if not u.any():
        neighbours = [(0, np.ones_like(u))]
    else:
        neighbours = [
            (-1, -u * (u - 1) * (u - 2) / 6),
            (0, (u + 1) * (u - 1) * (u - 2) / 2),
            (1, -(u + 1) * u * (u - 2) / 2),
            (2, (u + 1) * u * (u - 1) / 6),
        ]
    cells, columns = base.shape
    row = np.broadcast_to(np.arange(cells)[:, None], base.shape).ravel()
    rows = np.concatenate([row] * len(neighbours))
    points = np.concatenate([(base + k).ravel() % n for k, _ in neighbours])
    values = np.concatenate([w.ravel() for _, w in neighbours]) / columns
    return coo_matrix((values, (points, rows)), shape=(n, cells)).tocsr()


def _lattice_sum(
    events: list[Event], spread: list[Any], z: FloatArray, rho: float, n: int
) -> FloatArray:
    """Masses of the total given each z, from the origin, on a lattice of period n."""
    product = np.ones((z.size, n // 2 + 1), dtype=complex)
    for event, matrix in zip(events, spread, strict=True):
        spectrum = np.fft.rfft((matrix @ shares(event, z, rho).T).T, n, axis=1)
        product *= spectrum if event.times == 1 else spectrum**event.times
    return np.fft.irfft(product, n, axis=1)


def _grid(k: int, n_events: int, width: float, points: float) -> tuple[float, int]:
    """Lattice step and period for a window: `points` of them if that can be afforded."""
    wanted = 2 ** np.ceil(np.log2(np.clip(points, SHORTEST, LONGEST)))
    paid = max(min(COST / (n_events * k), MEMORY / k), SHORTEST)
    paid = 2 ** np.floor(np.log2(paid))
    n = int(min(wanted, paid))
    return max(width, 1e-9) / (n - 16), n


def _edges_of_the_sum(
    events: list[Event], log_right: FloatArray, z: FloatArray, rho: float
) -> tuple[float, float]:
    """Probability that all reports are right, and the width of the finest part of the sum.

    Where the reports of all larger events are right, the sum is as narrow as the errors of the
    smaller ones; where all are, it has an edge as fine as the smallest error.
    """
    order = np.argsort([e.std for e in events])
    times = np.array([e.times for e in events])[order]
    std = np.array([e.std for e in events])[order]
    weight = np.exp(-(z**2) / 2)
    larger_right = np.cumsum(log_right[order][::-1], axis=0)[::-1]
    chance = np.append(np.exp(larger_right) @ weight / weight.sum(), 1.0)
    # Given the factor the smaller errors add up to this; chance[i] is of events i and above.
    together = np.sqrt((1 - rho) * np.cumsum(times * std**2))
    widths = np.concatenate([[std[0]], np.maximum(together, std[0])])
    return float(chance[0]), float(widths[chance > FAINT].min())


def _number_of_nodes(events: list[Event], rho: float) -> tuple[int, int]:
    """Nodes for the factor that the total's width given the factor asks for, and can be paid."""
    spread = np.array([e.std for e in events])
    order = np.argsort(spread)
    spread, times = spread[order], np.array([e.times for e in events])[order]
    # How many equal tolls would be as steady given the factor. Large tolls hide the small ones
    # only until they are right, so every set of the smaller tolls counts.
    steady = np.cumsum(times * spread) ** 2 / np.maximum(np.cumsum(times * spread**2), 1e-300)
    effective = max(float(steady.max()), 1.0)
    needed = 2 * FARTHEST / np.sqrt((1 - rho) / (rho * effective))
    wanted = int(np.clip(np.ceil(needed), FEWEST_NODES, MOST_NODES))
    cells = sum(e.edges.size for e in events)
    paid = COST / (cells + len(events) * SHORTEST)
    return int(np.clip(wanted, FEWEST_NODES, max(FEWEST_NODES, paid))), wanted


def _mixture(
    events: list[Event], found: Conditional, z: FloatArray, rho: float, step: float, n: int
) -> Nodes:
    first: IntArray = np.floor(found.low / step).astype(np.int64) - 4
    spread = [_spread(event, step, n) for event in events]
    cdf = np.empty((z.size, n))
    for rows in np.array_split(np.arange(z.size), -(-z.size * n // BLOCK)):
        mass = _lattice_sum(events, spread, z[rows], rho, n)
        turn = (first[rows, None] + np.arange(n)) % n
        np.cumsum(np.take_along_axis(mass, turn, axis=1), axis=1, out=cdf[rows[0] : rows[-1] + 1])
    np.clip(np.maximum.accumulate(cdf, axis=1, out=cdf), 0.0, 1.0, out=cdf)
    return Nodes(z, found.mean, np.sqrt(found.var), first, cdf)


def factor_mixture_of_counts(tolls: CountDistributions, rho: float) -> FactorMixture:
    """Return the total of whole-number tolls with one shared factor."""
    events = events_of_counts(tolls)
    k, fine = _number_of_nodes(events, rho)
    z = np.linspace(-FARTHEST, FARTHEST, k)
    found = _conditional(events, z, rho)
    width = float((found.high - found.low).max())
    step, n = _grid(k, len(events), width, width + 16)
    # Whole people if that can be afforded: then nothing is spread and the sum is exact.
    step = max(step, 1.0)
    nodes = _mixture(events, found, z, rho, step, n)
    return FactorMixture(nodes, step, True, fine, origin=0.0, atom=0.0)


def factor_mixture_of_reported(law: Law, counts: FloatArray, rho: float) -> FactorMixture:
    """Return the total of reported deaths with one shared factor, measured from their sum."""
    events = events_of_reported(law, counts)
    k, fine = _number_of_nodes(events, rho)
    z = np.linspace(-FARTHEST, FARTHEST, k)
    found = _conditional(events, z, rho)
    width = float((found.high - found.low).max())
    atom, finest = _edges_of_the_sum(events, found.log_right, z, rho)
    step, n = _grid(k, len(events), width, max(USUAL, POINTS_PER_WIDTH * width / finest))
    events = events_of_reported(law, counts, step, most=CELLS // (k * len(events)))
    nodes = _mixture(events, found, z, rho, step, n)
    return FactorMixture(nodes, step, False, fine, origin=float(counts @ law.reported), atom=atom)
