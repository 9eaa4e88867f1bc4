"""Mean and median centre of weighted points in the plane, with bootstrap replicates."""

import numpy as np
from numpy.typing import NDArray

from sahelstats.geography.resampling import resampled_sums, resampled_weights

FloatArray = NDArray[np.float64]
# Up to this many points each replicate's median is iterated; above, it is linearised.
ITERATE_UP_TO = 500
# Distances are smoothed at this scale (km), so that a median may sit on a point.
SMOOTH_KM = 0.01


def mean_centre(x: FloatArray, y: FloatArray, w: FloatArray) -> tuple[float, float]:
    """Weighted mean of positions (km)."""
    total = w.sum()
    return float((w * x).sum() / total), float((w * y).sum() / total)


def _weiszfeld(
    xy: FloatArray, w: FloatArray, start: FloatArray, tolerance: float, rounds: int
) -> FloatArray:
    """Iterate rows of `start` (m, 2) to the geometric medians under weights w (m, n)."""
    centre = start.copy()
    live = np.arange(len(centre))
    for _ in range(rounds):
        dx = xy[None, :, 0] - centre[live, 0, None]
        dy = xy[None, :, 1] - centre[live, 1, None]
        pull = w[live] / np.sqrt(dx * dx + dy * dy + SMOOTH_KM**2)
        step = np.stack([(pull * dx).sum(1), (pull * dy).sum(1)], axis=1)
        step /= pull.sum(1)[:, None]
        centre[live] += step
        live = live[np.abs(step).max(axis=1) > tolerance]
        if not len(live):
            break
    return centre


def median_centre(x: FloatArray, y: FloatArray, w: FloatArray) -> tuple[float, float]:
    """Geometric median: the point with the least weighted sum of distances (km).

    Weiszfeld's iteration with distances smoothed at 10 m (Weiszfeld 1937; Vardi and Zhang
    2000 on points that coincide with the median).
    """
    some = w > 0
    xy = np.column_stack([x[some], y[some]])
    start = np.array([mean_centre(x, y, w)])
    found = _weiszfeld(xy, w[some][None, :], start, tolerance=1e-6, rounds=2_000)
    return float(found[0, 0]), float(found[0, 1])


def _influence(xy: FloatArray, w: FloatArray, median: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return each point's pull on the median (n, 2), and the curvature (2, 2) per weight.

    Distances are floored at the mean distance over the root of the effective number of
    points: the curvature that matters is the average over the sampling error's range, not
    that of the one point which happens to lie next to the median.
    """
    away = xy - median
    d = np.hypot(away[:, 0], away[:, 1])
    effective = w.sum() ** 2 / (w * w).sum()
    floor = max(float((w * d).sum() / w.sum()) / np.sqrt(effective), SMOOTH_KM)
    d = np.maximum(d, floor)
    unit = away / d[:, None]
    each = (np.eye(2) - unit[:, :, None] * unit[:, None, :]) / d[:, None, None]
    return unit, np.tensordot(w, each, axes=1) / w.sum()


def replicate_centres(
    x: FloatArray, y: FloatArray, draws: FloatArray, n_boot: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Bootstrap the mean and the median centre.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Positions in km.
    draws : ndarray, shape (n_draws, n)
        Weights; replicate b resamples the incidents and takes draw b modulo n_draws.
    n_boot : int
        Replicates.
    rng : numpy.random.Generator

    Returns
    -------
    means, medians : ndarray, shape (n_boot, 2)
        NaN where a replicate has no weight. Above 500 points the median's replicates are
        one Newton step from the sample's median (linearised bootstrap).

    Raises
    ------
    ValueError
        The draws have no weight at all.
    """
    w = draws.mean(axis=0)
    if not w.sum() > 0:
        raise ValueError("the incidents have no weight, so no centre")
    xy = np.column_stack([x, y])
    origin, median = xy.mean(axis=0), np.array(median_centre(x, y, w))
    unit, curvature = _influence(xy, w, median)
    columns = np.column_stack([np.ones(len(x)), xy - origin, unit])
    if len(x) > ITERATE_UP_TO:
        return _centres(resampled_sums(columns, draws, n_boot, rng), origin, median, curvature)
    means, medians = np.full((2, n_boot, 2), np.nan)
    for block, weights in resampled_weights(draws, n_boot, rng):
        sums = weights @ columns
        means[block], medians[block] = _centres(sums, origin, median, curvature)
        alive = np.flatnonzero(sums[:, 0] > 0)
        if len(alive):
            start = medians[block][alive]
            found = _weiszfeld(xy, weights[alive], start, tolerance=0.01, rounds=200)
            medians[np.arange(block.start, block.stop)[alive]] = found
    return means, medians


def _centres(
    sums: FloatArray, origin: FloatArray, median: FloatArray, curvature: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Means, and medians by one Newton step, from each replicate's sums of the columns."""
    with np.errstate(invalid="ignore"):
        moments = sums[:, 1:] / sums[:, :1]
    steps = np.linalg.lstsq(curvature, moments[:, 2:].T, rcond=1e-9)[0].T
    return origin + moments[:, :2], median + steps
