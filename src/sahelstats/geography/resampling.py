"""Bootstrap weights: resampled incidents times a draw of their weights."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
# Above this many incidents each is taken twice or not at all, at even odds, instead of a
# multinomial number of times: like the bootstrap's counts these have mean and variance one,
# and one random bit each (Owen and Eckles 2012, Annals of Applied Statistics 6, 895-927,
# "double or nothing"). Every statistic here is a ratio, which does not feel the total.
EXACT_UP_TO = 2_000
# Numbers held at once (float64): small enough for the processor's cache.
BUDGET = 1_000_000
TABLED = 100_000


def coins(n: int, size: int, rng: np.random.Generator) -> FloatArray:
    """Zeros and ones at even odds, shape (size, n)."""
    random = np.frombuffer(rng.bytes(size * -(-n // 8)), dtype=np.uint8).reshape(size, -1)
    return np.unpackbits(random, axis=1, count=n).astype(np.float64)


def resampled_counts(n: int, size: int, rng: np.random.Generator) -> FloatArray:
    """How often each of n incidents occurs in each of `size` bootstrap samples."""
    if n > EXACT_UP_TO:
        return 2.0 * coins(n, size, rng)
    chosen = rng.integers(0, n, size=(size, n)) + np.arange(size)[:, None] * n
    return np.bincount(chosen.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)


def is_equal(draws: FloatArray) -> bool:
    """Say whether every incident weighs one, which most of the work can be spared for."""
    return draws.shape[0] == 1 and bool((draws == 1).all())


def resampled_weights(
    draws: FloatArray, n_boot: int, rng: np.random.Generator
) -> Iterator[tuple[slice, FloatArray]]:
    """Yield blocks of bootstrap replicates: their numbers, and weights of shape (block, n).

    Replicate b uses draw b modulo n_draws, so that the draws stay joint across years.
    """
    n = draws.shape[1]
    step = max(1, BUDGET // n)
    equal = is_equal(draws)
    for start in range(0, n_boot, step):
        block = slice(start, min(start + step, n_boot))
        counts = resampled_counts(n, block.stop - block.start, rng)
        if not equal:
            counts *= draws[np.arange(block.start, block.stop) % draws.shape[0]]
        yield block, counts


def resampled_sums(
    columns: FloatArray, draws: FloatArray, n_boot: int, rng: np.random.Generator
) -> FloatArray:
    """Sum columns over bootstrap samples, without ever holding the samples.

    Parameters
    ----------
    columns : ndarray, shape (n, k)
        What is summed.
    draws : ndarray, shape (n_draws, n)
        Weights; replicate b takes draw b modulo n_draws.
    n_boot : int
        Replicates.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (n_boot, k)
        Weighted sums; a mean is the quotient of two of them.

    Examples
    --------
    >>> sums = resampled_sums(np.ones((10, 1)), np.ones((1, 10)), 3, np.random.default_rng(1))
    >>> sums.ravel().tolist()
    [10.0, 10.0, 10.0]
    """
    sums = np.zeros((n_boot, columns.shape[1]))
    if len(columns) <= EXACT_UP_TO:
        for block, weights in resampled_weights(draws, n_boot, rng):
            sums[block] = weights @ columns
        return sums
    return _sums_by_lookup(2.0 * columns, draws[:n_boot], sums, rng)


def _sums_by_lookup(
    columns: FloatArray, draws: FloatArray, sums: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Add to each row of `sums` the columns of the incidents that its coins choose.

    A few incidents together have few possible sums: these are tabled, and the coins, read as
    a number, look them up (Arlazarov and others 1970, "method of the four Russians"). Neither
    the samples nor a matrix product are needed: many small products would keep every core of
    the machine waiting for the others.
    """
    n_boot, m = len(sums), len(draws)
    together = 8 if m == 1 else 4
    offsets = np.arange(n_boot) % m << together
    found = np.empty_like(sums)
    step = max(1, TABLED // (m * columns.shape[1] << together)) * 8
    for start in range(0, len(columns), step):
        part = slice(start, start + step)
        tables = _tables(columns[part], draws[:, part], together)
        coins_thrown = np.frombuffer(rng.bytes(len(tables) * n_boot), dtype=np.uint8)
        chosen = (coins_thrown & (1 << together) - 1).reshape(len(tables), n_boot) + offsets
        for table, which in zip(tables, chosen, strict=True):
            np.take(table, which, axis=0, out=found, mode="clip")
            sums += found
    return sums


def _tables(columns: FloatArray, draws: FloatArray, together: int) -> FloatArray:
    """All sums of every few incidents' weighted columns, shape (n / few, draws x 2^few, k)."""
    (n, k), m = columns.shape, len(draws)
    blocks = -(-n // together)
    weighted = np.zeros((k, m, blocks * together))
    np.multiply(columns.T[:, None], draws, out=weighted[:, :, :n])
    weighted = weighted.reshape(k, m, blocks, together)
    tables = np.zeros((1 << together, k, m, blocks))
    for j in range(together):
        np.add(tables[: 1 << j], weighted[..., j], out=tables[1 << j : 2 << j])
    return np.ascontiguousarray(tables.transpose(3, 2, 0, 1)).reshape(blocks, m << together, k)


def resampled_ranks(
    n: int, quantile: float, n_boot: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Which of n ordered, equally heavy incidents is the quantile of each bootstrap sample.

    Parameters
    ----------
    n : int
        Incidents.
    quantile : float
        Share of them that lies at or below it, 0 to 1.
    n_boot : int
        Replicates.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int, shape (n_boot,)
        Positions in ascending order, from 0.

    Notes
    -----
    The k-th smallest of n picks from n incidents is the k-th smallest of n uniform numbers,
    which follows Beta(k, n - k + 1) (David and Nagaraja 2003, Order Statistics, section 2.1):
    the distribution of the bootstrap itself, for the price of one number a replicate.

    Examples
    --------
    >>> resampled_ranks(5, 1.0, 4, np.random.default_rng(1)).tolist()
    [4, 4, 4, 4]
    """
    k = max(int(np.ceil(quantile * n * (1 - 1e-12))), 1)
    return np.minimum((n * rng.beta(k, n - k + 1, n_boot)).astype(np.int64), n - 1)
