"""The distribution of a whole-number toll: `CountDistribution`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sahelstats.casualties.checks import (
    FloatArray,
    IntArray,
    level_tails,
    probabilities,
    refuse,
)

MASS_TOLERANCE = 1e-9
# Cumulated floats miss a round probability by a few 1e-16; a quantile asked for at exactly that
# probability must not jump to the next integer because of it.
QUANTILE_SLACK = 1e-12


def _scalar_or_array(values: NDArray[Any]) -> Any:
    return values.item() if values.ndim == 0 else values


class CountDistribution:
    """A toll as a probability mass on the integers offset, offset + 1, ...

    Parameters
    ----------
    mass : array of float, shape (n,)
        Probabilities, summing to 1 (within 1e-9; they are then scaled to sum to 1 exactly).
    offset : int
        The toll, in people, that ``mass[0]`` belongs to; not negative.

    Raises
    ------
    ValueError
        If masses are negative, missing or do not sum to 1, or the offset is negative.

    Examples
    --------
    >>> toll = CountDistribution([0.25, 0.5, 0.25], offset=10)
    >>> toll.mean, toll.median, toll.interval(0.9)
    (11.0, 11, (10, 12))
    >>> (toll + toll).pmf(22)
    0.375
    """

    __slots__ = ("_cumulated", "mass", "offset")

    def __init__(self, mass: ArrayLike, offset: int = 0) -> None:
        values = np.array(mass, dtype=float)
        if values.ndim != 1 or values.size == 0:
            raise ValueError("mass must be a one-dimensional array with at least one probability")
        refuse(~(values >= 0), "negative or missing probability at position")
        whole = values.sum()
        if abs(whole - 1) > MASS_TOLERANCE:
            raise ValueError(f"probabilities sum to {whole!r}, not 1")
        if offset != int(offset) or offset < 0:
            raise ValueError(f"offset must be a whole number of people, not {offset}")
        self.mass: FloatArray = values / whole
        self.mass.flags.writeable = False
        self.offset = int(offset)
        self._cumulated: FloatArray | None = None

    @classmethod
    def _trusted(cls, mass: FloatArray, offset: int) -> CountDistribution:
        """Wrap masses known to be sound, without copying or scaling them."""
        made = cls.__new__(cls)
        made.mass, made.offset, made._cumulated = mass, offset, None
        return made

    @classmethod
    def point(cls, toll: int) -> CountDistribution:
        """Return the distribution of a toll known for certain.

        Parameters
        ----------
        toll : int
            People; not negative.

        Examples
        --------
        >>> CountDistribution.point(7).interval(0.95)
        (7, 7)
        """
        return cls([1.0], offset=toll)

    def __repr__(self) -> str:
        return f"CountDistribution({self.offset}..{self.highest}, mean {self.mean:.6g})"

    @property
    def highest(self) -> int:
        """The largest toll that has a place in the array."""
        return self.offset + self.mass.size - 1

    @property
    def support(self) -> IntArray:
        """The integers the masses belong to."""
        return np.arange(self.offset, self.offset + self.mass.size, dtype=np.int64)

    @property
    def mean(self) -> float:
        """Expected toll."""
        return float(self.offset + self.mass @ np.arange(self.mass.size))

    @property
    def var(self) -> float:
        """Variance of the toll."""
        steps = np.arange(self.mass.size) - (self.mean - self.offset)
        return float(self.mass @ steps**2)

    @property
    def std(self) -> float:
        """Standard deviation of the toll."""
        return float(np.sqrt(self.var))

    @property
    def median(self) -> int:
        """Smallest toll reached with probability at least one half."""
        return int(self.ppf(0.5))

    def _cumulative(self) -> FloatArray:
        if self._cumulated is None:
            cumulated = np.minimum(np.cumsum(self.mass), 1.0)
            cumulated[-1] = 1.0
            self._cumulated = cumulated
        return self._cumulated

    def pmf(self, toll: ArrayLike) -> Any:
        """Return P(toll), 0 for anything that is not an integer of the support.

        Examples
        --------
        >>> CountDistribution([0.5, 0.5], offset=3).pmf([2, 3, 3.5, 4]).tolist()
        [0.0, 0.5, 0.0, 0.5]
        """
        values = np.asarray(toll, dtype=float)
        place = np.floor(values) - self.offset
        inside = (place == values - self.offset) & (place >= 0) & (place < self.mass.size)
        found = self.mass[np.where(inside, place, 0).astype(np.int64)]
        return _scalar_or_array(np.where(inside, found, 0.0))

    def cdf(self, toll: ArrayLike) -> Any:
        """Return P(at most `toll`).

        Examples
        --------
        >>> CountDistribution([0.5, 0.5], offset=3).cdf([2.9, 3, 4]).tolist()
        [0.0, 0.5, 1.0]
        """
        place = np.floor(np.asarray(toll, dtype=float)) - self.offset
        clipped = np.clip(place, 0, self.mass.size - 1).astype(np.int64)
        return _scalar_or_array(np.where(place < 0, 0.0, self._cumulative()[clipped]))

    def sf(self, toll: ArrayLike) -> Any:
        """Return P(more than `toll`).

        Examples
        --------
        >>> CountDistribution([0.5, 0.5], offset=3).sf(3)
        0.5
        """
        return _scalar_or_array(np.asarray(1.0 - self.cdf(toll)))

    def ppf(self, q: ArrayLike) -> Any:
        """Return the smallest toll whose cdf reaches `q` (the generalised inverse).

        Parameters
        ----------
        q : float or array of float
            Probabilities, 0..1. At 0 the smallest toll that has any mass.

        Raises
        ------
        ValueError
            If a probability lies outside 0..1.

        Examples
        --------
        >>> CountDistribution([0.5, 0.5], offset=3).ppf([0, 0.5, 0.51, 1]).tolist()
        [3, 3, 4, 4]
        """
        wanted = probabilities(q)
        first = int(np.argmax(self.mass > 0))
        last = self.mass.size - 1 - int(np.argmax(self.mass[::-1] > 0))
        place = np.searchsorted(self._cumulative(), wanted - QUANTILE_SLACK, side="left")
        return _scalar_or_array(self.offset + np.clip(place, first, last).astype(np.int64))

    def interval(self, level: float = 0.9) -> tuple[int, int]:
        """Return the equal-tailed interval of that level: (lower, upper).

        Examples
        --------
        >>> CountDistribution([0.01, 0.98, 0.01], offset=5).interval(0.9)
        (6, 6)
        """
        lower, upper = level_tails(level)
        return int(self.ppf(lower)), int(self.ppf(upper))

    def rvs(self, size: int | tuple[int, ...], rng: np.random.Generator) -> IntArray:
        """Return random tolls.

        Parameters
        ----------
        size : int or tuple of int
            Shape of the result.
        rng : numpy.random.Generator
            Source of randomness; always given, so that a run can be repeated.

        Examples
        --------
        >>> CountDistribution.point(4).rvs(3, np.random.default_rng(1)).tolist()
        [4, 4, 4]
        """
        place = np.searchsorted(self._cumulative(), rng.random(size), side="right")
        return self.offset + np.minimum(place, self.mass.size - 1).astype(np.int64)

    def __add__(self, other: CountDistribution) -> CountDistribution:
        """Distribution of the sum of two tolls whose errors are unrelated."""
        if not isinstance(other, CountDistribution):
            return NotImplemented
        from sahelstats.casualties.convolution import convolve

        return CountDistribution(convolve(self.mass, other.mass), self.offset + other.offset)
