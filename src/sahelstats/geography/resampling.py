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


def resampled_counts(n: int, size: int, rng: np.random.Generator) -> FloatArray:
    """How often each of n incidents occurs in each of `size` bootstrap samples."""
    if n > EXACT_UP_TO:
        random = np.frombuffer(rng.bytes(-(-size * n // 8)), dtype=np.uint8)
        bits = np.unpackbits(random, count=size * n).astype(np.float64)
        bits *= 2.0
        return bits.reshape(size, n)
    chosen = rng.integers(0, n, size=(size, n)) + np.arange(size)[:, None] * n
    return np.bincount(chosen.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)


def resampled_weights(
    draws: FloatArray, n_boot: int, rng: np.random.Generator
) -> Iterator[tuple[slice, FloatArray]]:
    """Yield blocks of bootstrap replicates: their numbers, and weights of shape (block, n).

    Replicate b uses draw b modulo n_draws, so that the draws stay joint across years.
    """
    n = draws.shape[1]
    step = max(1, BUDGET // n)
    equal = draws.shape[0] == 1 and bool((draws == 1).all())
    for start in range(0, n_boot, step):
        block = slice(start, min(start + step, n_boot))
        counts = resampled_counts(n, block.stop - block.start, rng)
        if not equal:
            counts *= draws[np.arange(block.start, block.stop) % draws.shape[0]]
        yield block, counts
