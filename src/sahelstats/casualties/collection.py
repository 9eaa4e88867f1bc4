"""Many count distributions at once, in one flat array."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sahelstats.casualties.checks import (
    BoolArray,
    FloatArray,
    IntArray,
    level_tails,
    probabilities,
    refuse,
)
from sahelstats.casualties.counts import QUANTILE_SLACK, CountDistribution


class CountDistributions(Sequence[CountDistribution]):
    """Many count distributions, kept in one flat array.

    Incidents with the same distribution share one segment of the array, so 10,000 incidents
    cost no more than their distinct ranges.

    Parameters
    ----------
    flat : array of float
        Masses of the distinct distributions, one after the other.
    starts : array of int, shape (u,)
        Where each distinct distribution begins in `flat`.
    offsets : array of int, shape (u,)
        Toll the first mass of each belongs to.
    which : array of int, shape (n,), optional
        Which distinct distribution each item has; by default item i has distribution i.
    labels : array, shape (n,), optional
        Names of the items, such as incident ids.
    n_missing : int
        How many incidents of the table had no figure and so have no item here.

    Examples
    --------
    >>> tolls = CountDistributions.of([CountDistribution.point(3), CountDistribution([0.5, 0.5])])
    >>> len(tolls), tolls.mean.tolist(), tolls[1]
    (2, [3.0, 0.5], CountDistribution(0..1, mean 0.5))
    """

    def __init__(
        self,
        flat: FloatArray,
        starts: IntArray,
        offsets: IntArray,
        which: IntArray | None = None,
        labels: NDArray[Any] | None = None,
        n_missing: int = 0,
    ) -> None:
        self.flat = flat
        self.starts = starts
        self.offsets = offsets
        self.sizes: IntArray = np.diff(np.append(starts, flat.size)).astype(np.int64)
        self.which: IntArray = np.arange(starts.size, dtype=np.int64) if which is None else which
        self.labels = labels
        self.n_missing = n_missing
        self._cumulated: FloatArray | None = None

    @classmethod
    def of(
        cls, distributions: Iterable[CountDistribution], labels: NDArray[Any] | None = None
    ) -> CountDistributions:
        """Return the container that holds these distributions (itself, if it is one).

        Parameters
        ----------
        distributions : iterable of CountDistribution
        labels : array, optional
            Names of the items.

        Raises
        ------
        ValueError
            If there is none, or one is not a CountDistribution.

        Examples
        --------
        >>> len(CountDistributions.of([CountDistribution.point(3)] * 4))
        4
        """
        if isinstance(distributions, CountDistributions):
            return distributions
        items = list(distributions)
        if not items:
            raise ValueError("empty selection: no distribution given")
        refuse([not isinstance(d, CountDistribution) for d in items], "not a CountDistribution")
        sizes = np.array([d.mass.size for d in items], dtype=np.int64)
        return cls(
            np.concatenate([d.mass for d in items]),
            np.cumsum(sizes) - sizes,
            np.array([d.offset for d in items], dtype=np.int64),
            labels=labels,
        )

    @classmethod
    def joined(cls, parts: Sequence[tuple[IntArray, CountDistributions]]) -> CountDistributions:
        """Return one container of several, each with the places that its items take.

        Parameters
        ----------
        parts : sequence of (array of int, CountDistributions)
            The places of all parts together are 0 to n-1, each once.

        Examples
        --------
        >>> one = CountDistributions.of([CountDistribution.point(3)])
        >>> two = CountDistributions.of([CountDistribution.point(5)] * 2)
        >>> CountDistributions.joined([(np.array([1]), one), (np.array([0, 2]), two)]).mean.tolist()
        [5.0, 3.0, 5.0]
        """
        flats, distinct = [m.flat.size for _, m in parts], [m.starts.size for _, m in parts]
        which = np.empty(sum(len(made) for _, made in parts), dtype=np.int64)
        for (rows, made), before in zip(parts, np.cumsum([0, *distinct]), strict=False):
            which[rows] = made.which + before
        begins = zip(parts, np.cumsum([0, *flats]), strict=False)
        return cls(
            np.concatenate([made.flat for _, made in parts]),
            np.concatenate([made.starts + begin for (_, made), begin in begins]),
            np.concatenate([made.offsets for _, made in parts]),
            which,
        )

    def __len__(self) -> int:
        return int(self.which.size)

    def __repr__(self) -> str:
        missing = f", {self.n_missing} without a figure" if self.n_missing else ""
        return f"CountDistributions({len(self)} tolls{missing}, mean {self.mean.sum():.6g})"

    @overload
    def __getitem__(self, item: int) -> CountDistribution: ...
    @overload
    def __getitem__(self, item: slice | IntArray | BoolArray) -> CountDistributions: ...
    def __getitem__(self, item: Any) -> CountDistribution | CountDistributions:
        """One distribution, or the part of the container that a slice or an array selects."""
        if isinstance(item, int | np.integer):
            return self.distinct(int(self.which[item]))
        chosen = np.arange(len(self))[item]
        labels = None if self.labels is None else self.labels[chosen]
        return CountDistributions(self.flat, self.starts, self.offsets, self.which[chosen], labels)

    def distinct(self, place: int) -> CountDistribution:
        """Return the distinct distribution number `place`."""
        start = int(self.starts[place])
        mass = self.flat[start : start + int(self.sizes[place])]
        return CountDistribution._trusted(mass, int(self.offsets[place]))

    def compact(self) -> CountDistributions:
        """Return the same items with only the distinct distributions they use."""
        used, index = np.unique(self.which, return_inverse=True)
        sizes = self.sizes[used]
        starts = np.cumsum(sizes) - sizes
        step = np.arange(int(sizes.sum())) - np.repeat(starts, sizes)
        flat = self.flat[np.repeat(self.starts[used], sizes) + step]
        labels, offsets = self.labels, self.offsets[used]
        return CountDistributions(flat, starts, offsets, index.astype(np.int64), labels)

    def multiplicities(self) -> IntArray:
        """Return how many items have each distinct distribution, shape (u,)."""
        return np.bincount(self.which, minlength=self.starts.size).astype(np.int64)

    def _steps(self) -> FloatArray:
        """Distance of every place in `flat` from the start of its segment."""
        return np.asarray(
            np.arange(self.flat.size) - np.repeat(self.starts, self.sizes).astype(float)
        )

    @property
    def mean(self) -> FloatArray:
        """Expected tolls, shape (n,)."""
        means = np.add.reduceat(self.flat * self._steps(), self.starts) + self.offsets
        return np.asarray(means[self.which])

    @property
    def var(self) -> FloatArray:
        """Variances of the tolls, shape (n,)."""
        steps = self._steps()
        centre = np.add.reduceat(self.flat * steps, self.starts)
        spread = self.flat * (steps - np.repeat(centre, self.sizes)) ** 2
        return np.asarray(np.add.reduceat(spread, self.starts)[self.which])

    @property
    def std(self) -> FloatArray:
        """Standard deviations of the tolls, shape (n,)."""
        return np.sqrt(self.var)

    @property
    def median(self) -> IntArray:
        """Medians of the tolls, shape (n,)."""
        return np.asarray(self.ppf(0.5))

    def cumulative(self) -> FloatArray:
        """Return the cdf at every place of `flat`, segment by segment."""
        if self._cumulated is None:
            out = np.empty_like(self.flat)
            for start, size in zip(self.starts.tolist(), self.sizes.tolist(), strict=True):
                np.cumsum(self.flat[start : start + size], out=out[start : start + size])
            np.minimum(out, 1.0, out=out)
            out[self.starts + self.sizes - 1] = 1.0
            self._cumulated = out
        return self._cumulated

    def cdf(self, toll: ArrayLike) -> FloatArray:
        """Return P(at most `toll`) for every item; `toll` broadcasts against shape (n,).

        Examples
        --------
        >>> tolls = CountDistributions.of([CountDistribution.point(3), CountDistribution.point(5)])
        >>> tolls.cdf(4).tolist()
        [1.0, 0.0]
        """
        place = np.floor(np.asarray(toll, dtype=float)) - self.offsets[self.which]
        inside = np.clip(place, 0, self.sizes[self.which] - 1).astype(np.int64)
        found = self.cumulative()[self.starts[self.which] + inside]
        return np.asarray(np.where(place < 0, 0.0, found))

    def sf(self, toll: ArrayLike) -> FloatArray:
        """Return P(more than `toll`) for every item; `toll` broadcasts against shape (n,)."""
        return np.asarray(1.0 - self.cdf(toll))

    def ppf(self, q: ArrayLike) -> IntArray:
        """Return quantiles of every item; `q` broadcasts against shape (n,).

        Parameters
        ----------
        q : float or array of float
            Probabilities, 0..1; a column ``q[:, None]`` gives a row per probability.

        Raises
        ------
        ValueError
            If a probability lies outside 0..1.

        Examples
        --------
        >>> tolls = CountDistributions.of([CountDistribution([0.5, 0.5], 3)] * 2)
        >>> tolls.ppf(np.array([[0.5], [0.9]])).tolist()
        [[3, 3], [4, 4]]
        """
        wanted, which = np.broadcast_arrays(probabilities(q), self.which)
        # One sorted key for all segments: segment number plus cdf, so one search serves them all.
        keys = self.cumulative() + np.repeat(np.arange(self.starts.size), self.sizes)
        # The key loses digits as the number of segments grows; the slack follows it.
        slack = np.maximum(QUANTILE_SLACK, 4 * np.finfo(float).eps * which)
        place = np.searchsorted(keys, which + np.maximum(wanted - slack, 0.0), side="left")
        first, last = self.edges()
        return np.asarray(
            self.offsets[which] + np.clip(place, first[which], last[which]) - self.starts[which]
        )

    def edges(self) -> tuple[IntArray, IntArray]:
        """First and last place of each segment that holds mass."""
        places = np.where(self.flat > 0, np.arange(self.flat.size), -1)
        last = np.maximum.reduceat(places, self.starts)
        places[places < 0] = self.flat.size
        return np.minimum.reduceat(places, self.starts), last

    def interval(self, level: float = 0.9) -> tuple[IntArray, IntArray]:
        """Return the equal-tailed interval of each item: (lower, upper), each of shape (n,)."""
        lower, upper = level_tails(level)
        return self.ppf(lower), self.ppf(upper)

    def rvs(self, size: int, rng: np.random.Generator) -> IntArray:
        """Return `size` independent random tolls of every item, shape (size, n).

        Examples
        --------
        >>> tolls = CountDistributions.of([CountDistribution.point(3), CountDistribution.point(5)])
        >>> tolls.rvs(2, np.random.default_rng(1)).tolist()
        [[3, 5], [3, 5]]
        """
        return self.ppf(rng.random((size, len(self))))
