"""Distributions of different lengths in one flat array: building, rounding, grouping."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sahelstats.casualties.checks import FloatArray, IntArray
from sahelstats.casualties.collection import CountDistributions

Cdf = Callable[[FloatArray, IntArray], FloatArray]
# A distribution that needs more integers than this says nothing a person could use, and many of
# them would fill the memory.
LARGEST_SUPPORT = 20_000_000


def places(sizes: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return where each segment starts, which segment each place is in, and its step there."""
    starts = np.cumsum(sizes) - sizes
    which = np.repeat(np.arange(sizes.size), sizes)
    return starts, which, np.arange(int(sizes.sum())) - starts[which]


def rounded(first: IntArray, last: IntArray, cdf: Cdf) -> CountDistributions:
    """Return the laws rounded to integers: the mass of [k - 0.5, k + 0.5) goes to k.

    Parameters
    ----------
    first, last : array of int, shape (u,)
        Smallest and largest integer of each; what lies beyond goes to the nearest of the two.
    cdf : function of (x, which)
        P(toll < x) under law number `which`.

    Returns
    -------
    CountDistributions
    """
    sizes = last - first + 1
    if int(sizes.sum()) > LARGEST_SUPPORT:
        widest = int(np.argmax(sizes))
        raise ValueError(
            f"tolls spread over {int(sizes.sum()):,} integers in all, more than "
            f"{LARGEST_SUPPORT:,}; the widest is {first[widest]}..{last[widest]}"
        )
    starts, which, step = places(sizes)
    edges: FloatArray = (first[which] + step).astype(float) + 0.5
    upper = cdf(edges, which)
    upper[starts + sizes - 1] = 1.0
    lower = np.empty_like(upper)
    lower[1:] = upper[:-1]
    lower[starts] = 0.0
    mass = np.maximum(upper - lower, 0.0)
    mass /= np.add.reduceat(mass, starts)[which]
    return CountDistributions(mass, starts, first.astype(np.int64))


def unique_rows(*columns: NDArray[Any]) -> tuple[IntArray, IntArray]:
    """Return the position of one example of each distinct row, and which row is which example."""
    order = np.lexsort(columns[::-1])
    new = np.zeros(order.size, dtype=bool)
    new[:1] = True
    for column in columns:
        new[1:] |= column[order][1:] != column[order][:-1]
    inverse = np.empty(order.size, dtype=np.int64)
    inverse[order] = np.cumsum(new) - 1
    return order[new], inverse
