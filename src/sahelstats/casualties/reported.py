"""The reporting-error model of UCDP events: what a reported count says about the true one."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sahelstats.casualties.checks import (
    FloatArray,
    IntArray,
    level_tails,
    probabilities,
    refuse,
)
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.reported_law import Law, law_of, violence_codes

# Mass left out at the upper end when the law is put on integers.
COUNT_TAIL = 1e-12


def _fatalities(fatalities: Any) -> FloatArray:
    if hasattr(fatalities, "to_numpy"):
        values: FloatArray = fatalities.to_numpy(dtype=float, na_value=np.nan)
    else:
        values = np.asarray(fatalities, dtype=float)
    flat = values.ravel()
    refuse(np.isnan(flat), "missing fatalities at position")
    refuse((flat < 0) | np.isinf(flat), "negative or infinite fatalities at position")
    return values


class Groups(NamedTuple):
    """The distinct (count, type) pairs, and which of them every event is."""

    law: Law
    inverse: IntArray
    counts: IntArray


class ReportedDeaths:
    """What the reported count of each event says about its true count.

    With weight w the report is right; else the true count is Gumbel (maximum type):
    F(x) = (1-w) exp(-exp(-(x-loc)/scale)) + w [x >= f].

    Parameters
    ----------
    fatalities : float or array of float
        Reported deaths f, in people; not negative, not missing. The model was estimated on
        whole numbers: other values are accepted and are experimental.
    violence : {"state-based", "non-state", "one-sided"} or {1, 2, 3}, or an array of them
        Type of violence; broadcasts against `fatalities`.

    Raises
    ------
    ValueError
        If fatalities are negative or missing, or a type is unknown; the message names where.

    Notes
    -----
    Every method broadcasts its argument against the events as NumPy does: for several quantiles
    of many events pass a column (``ppf(q[:, None])``), or give the events as a column. The law
    puts some mass below 0; `to_counts` folds that into 0, everything else keeps it.

    Source: Vesco, Randahl et al. 2026, doi 10.1177/00220027261423826, with the coefficients of
    their R package uncertainUCDP 0.7.6.

    Examples
    --------
    >>> events = ReportedDeaths([0, 13, 100], "state-based")
    >>> events.median.round(4).tolist()
    [0.0, 13.0, 112.8021]
    >>> events.ppf(np.array([[0.05], [0.95]])).round(3).tolist()
    [[0.0, 9.647, 100.0], [2.531, 21.549, 214.142]]
    """

    def __init__(self, fatalities: Any, violence: Any) -> None:
        values = _fatalities(fatalities)
        codes = violence_codes(violence)
        self.fatalities: FloatArray
        self.violence: IntArray
        self.fatalities, self.violence = np.broadcast_arrays(values, codes)

    def __len__(self) -> int:
        return int(self.fatalities.size)

    def __repr__(self) -> str:
        return f"ReportedDeaths({len(self)} events, {self.fatalities.sum():g} reported deaths)"

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the events."""
        return self.fatalities.shape

    @cached_property
    def groups(self) -> Groups:
        """Distinct (count, type) pairs: events that share parameters are computed once."""
        flat, codes = self.fatalities.ravel(), self.violence.ravel()
        small = flat.size > 0 and flat.max() < max(1_000, 4 * flat.size)
        if small and bool((flat == np.floor(flat)).all()):
            return _groups_of_integers(flat.astype(np.int64), codes)
        keys = np.stack([codes.astype(float), flat], axis=1)
        pairs, inverse, counts = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
        law = law_of(pairs[:, 1], pairs[:, 0].astype(np.int64))
        return Groups(law, np.asarray(inverse).ravel().astype(np.int64), counts.astype(np.int64))

    @cached_property
    def law(self) -> Law:
        """The parameters of every event, in the shape of the events."""
        groups = self.groups
        return groups.law.rows(groups.inverse.reshape(self.shape))

    @property
    def loc(self) -> Any:
        """Location of the Gumbel part, in people."""
        return self.law.loc[()]

    @property
    def scale(self) -> Any:
        """Scale of the Gumbel part, in people."""
        return self.law.scale[()]

    @property
    def weight(self) -> Any:
        """Probability that the report is right: the atom at the reported count."""
        return self.law.weight[()]

    pmf_reported = weight

    @property
    def mean(self) -> Any:
        """Expected true count: (1 - w)(loc + gamma scale) + w f."""
        return self.law.mean[()]

    @property
    def var(self) -> Any:
        """Variance of the true count."""
        return self.law.var[()]

    @property
    def std(self) -> Any:
        """Standard deviation of the true count."""
        return np.sqrt(self.var)

    @property
    def median(self) -> Any:
        """Median of the true count."""
        return self.ppf(0.5)

    def pdf(self, x: ArrayLike) -> Any:
        """Return the density of the continuous part only.

        The law is a mixture with an atom: this density integrates to 1 - w, and the rest, w, sits
        on the reported count itself (`pmf_reported`).

        Parameters
        ----------
        x : float or array of float
            True counts, in people; broadcasts against the events.

        Examples
        --------
        >>> float(ReportedDeaths(0, "one-sided").pdf(1).round(6))
        0.395368
        """
        law = self.law
        z = (np.asarray(x, dtype=float) - law.loc) / law.scale
        with np.errstate(over="ignore"):
            density = (1 - law.weight) / law.scale * np.exp(-z - np.exp(-z))
        return np.nan_to_num(density, nan=0.0)[()]

    def cdf(self, x: ArrayLike) -> Any:
        """Return P(true count <= x), the atom included.

        Parameters
        ----------
        x : float or array of float
            True counts, in people; broadcasts against the events.

        Examples
        --------
        >>> float(ReportedDeaths(13, "one-sided").cdf(13).round(6))
        0.663087
        """
        law = self.law
        values = np.asarray(x, dtype=float)
        atom = law.weight * (values >= law.reported)
        return ((1 - law.weight) * law.gumbel_cdf(values) + atom)[()]

    def sf(self, x: ArrayLike) -> Any:
        """Return P(true count > x), with full precision in the upper tail.

        Examples
        --------
        >>> float(ReportedDeaths(13, "one-sided").sf(13).round(6))
        0.336913
        """
        law = self.law
        values = np.asarray(x, dtype=float)
        with np.errstate(over="ignore"):
            above = -np.expm1(-np.exp(-(values - law.loc) / law.scale))
        return ((1 - law.weight) * above + law.weight * (values < law.reported))[()]

    def ppf(self, q: ArrayLike) -> Any:
        """Return quantiles: the generalised inverse, exact across the atom.

        Parameters
        ----------
        q : float or array of float
            Probabilities, 0..1; broadcasts against the events. 0 gives -inf and 1 gives inf,
            the ends of the Gumbel's support.

        Raises
        ------
        ValueError
            If a probability lies outside 0..1.

        Examples
        --------
        >>> ReportedDeaths(100, "state-based").ppf([0, 0.25, 0.5, 1]).round(3).tolist()
        [-inf, 100.0, 112.802, inf]
        """
        return self.law.ppf(probabilities(q))[()]

    def interval(self, level: float = 0.9) -> tuple[Any, Any]:
        """Return the equal-tailed interval of each event: (lower, upper).

        Examples
        --------
        >>> low, high = ReportedDeaths(40, "one-sided").interval(0.9)
        >>> round(float(low), 3), round(float(high), 3)
        (38.7, 50.554)
        """
        lower, upper = level_tails(level)
        return self.ppf(lower), self.ppf(upper)

    def rvs(self, size: int, rng: np.random.Generator) -> FloatArray:
        """Return `size` independent random true counts per event, shape (size, *shape).

        Parameters
        ----------
        size : int
            Draws per event.
        rng : numpy.random.Generator
            Source of randomness.

        Examples
        --------
        >>> ReportedDeaths([1, 5], 3).rvs(4, np.random.default_rng(1)).shape
        (4, 2)
        """
        shape = (size, *self.shape)
        law = self.law
        wrong = rng.random(shape) >= law.weight
        # Inverse of the Gumbel cdf at a uniform, written with an exponential variate.
        gumbel = law.loc - law.scale * np.log(rng.standard_exponential(shape))
        return np.where(wrong, gumbel, law.reported)

    def to_counts(self) -> CountDistributions:
        """Return the same laws on whole people: rounded, mass below 0 folded into 0.

        Rounding takes [k - 0.5, k + 0.5) to k. Totals of the events themselves keep the
        continuous law; totals of these counts keep the rounding and the fold, and their mean is
        larger by what was folded.

        Returns
        -------
        CountDistributions
            One per event, flattened; events that share parameters share their masses.

        Examples
        --------
        >>> ReportedDeaths([0, 0, 13], "state-based").to_counts()
        CountDistributions(3 tolls, mean 15.3371)
        """
        from sahelstats.casualties.ragged import rounded

        law = self.groups.law
        lowest = law.ppf(np.full(law.loc.shape, COUNT_TAIL))
        highest = law.ppf(np.full(law.loc.shape, 1 - COUNT_TAIL))
        first = np.maximum(np.floor(lowest), 0).astype(np.int64)
        last = np.maximum(np.ceil(highest), np.ceil(law.reported)).astype(np.int64)

        def cdf(x: FloatArray, which: IntArray) -> FloatArray:
            one = law.rows(which)
            # Strictly below x, as a half always rounds up to the next integer.
            return np.asarray(
                (1 - one.weight) * one.gumbel_cdf(x) + one.weight * (x > one.reported)
            )

        made = rounded(first, last, cdf)
        made.which = self.groups.inverse
        return made


def _groups_of_integers(counts: IntArray, codes: IntArray) -> Groups:
    """Group by a table lookup instead of a sort: most counts are small and repeat often."""
    width = int(counts.max()) + 1
    keys = codes * width + counts
    times = np.bincount(keys, minlength=3 * width)
    present = np.flatnonzero(times)
    place = np.zeros(times.size, dtype=np.int64)
    place[present] = np.arange(present.size)
    law = law_of((present % width).astype(float), present // width)
    return Groups(law, place[keys], times[present].astype(np.int64))
