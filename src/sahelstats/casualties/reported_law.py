"""The published coefficients of the reporting-error model, and the law they give an event."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sahelstats.casualties.checks import FloatArray, IntArray, refuse

VIOLENCE = ("state-based", "non-state", "one-sided")
DATA_FILE = "reported_deaths_coefficients.csv"


class Coefficients(NamedTuple):
    """Intercept, slope on ln(1+f) and indicator effects, per row, type of violence."""

    spikes: FloatArray
    location: FloatArray
    scale: FloatArray
    weight: FloatArray


@cache
def coefficients() -> Coefficients:
    """Read the published regression coefficients that ship with the package.

    Source: Vesco, Randahl et al., "The Underreported Death Toll of Wars", Journal of Conflict
    Resolution 2026, doi 10.1177/00220027261423826; figures published by the authors with their
    R package uncertainUCDP 0.7.6.

    Returns
    -------
    Coefficients
        ``spikes``: counts that have an indicator; the others of shape (3, 2 + spikes), one row
        per type of violence in the order of `VIOLENCE`.

    Examples
    --------
    >>> coefficients().spikes.astype(int).tolist()
    [2, 3, 13, 20, 24, 40, 101, 200, 1001, 2000]
    """
    import csv
    from importlib.resources import files

    text = files("sahelstats.casualties").joinpath(DATA_FILE).read_text(encoding="utf-8")
    header, *rows = list(csv.reader(text.splitlines()))
    found = {(row[0], row[1]): [float(x) for x in row[2:]] for row in rows if row}
    spikes = np.array([float(name.removeprefix("is_")) for name in header[4:]])
    location, scale, weight = (
        np.array([found[(violence, part)] for violence in VIOLENCE])
        for part in ("location", "scale", "weight")
    )
    return Coefficients(spikes, location, scale, weight)


def violence_codes(violence: ArrayLike) -> IntArray:
    """Return 0, 1, 2 for state-based, non-state, one-sided (or 1, 2, 3).

    Parameters
    ----------
    violence : str, int, or array of either

    Raises
    ------
    ValueError
        Naming the rows whose type is unknown or missing.

    Examples
    --------
    >>> violence_codes(["one-sided", "state-based"]).tolist(), violence_codes(2).tolist()
    ([2, 0], 1)
    """
    values = np.asarray(violence)
    if values.dtype.kind not in "iuf":
        return _codes_of_words(values)
    codes = np.asarray(values, dtype=float)
    bad = ~np.isin(codes, (1, 2, 3))
    refuse(bad.ravel(), f"unknown type of violence (expected 1, 2, 3 or {', '.join(VIOLENCE)})")
    return codes.astype(np.int64) - 1


def _codes_of_words(values: NDArray[Any]) -> IntArray:
    import pandas as pd

    place, words = pd.factorize(values.ravel().astype(object), use_na_sentinel=True)
    known: dict[object, int] = {name: i for i, name in enumerate(VIOLENCE)}
    known |= {1: 0, 2: 1, 3: 2}
    table = np.array([known.get(word, -1) for word in words] + [-1], dtype=np.int64)
    codes = table[place]
    expected = f"expected {', '.join(VIOLENCE)} or 1, 2, 3"
    if (codes < 0).any():
        named = [f"{i} ({v!r})" for i, v in enumerate(values.ravel().tolist())]
        refuse(codes < 0, f"unknown type of violence ({expected})", named)
    return np.asarray(codes.reshape(values.shape))


class Law(NamedTuple):
    """The parameters of distinct events: reported count, Gumbel location and scale, weight."""

    reported: FloatArray
    loc: FloatArray
    scale: FloatArray
    weight: FloatArray

    @property
    def mean(self) -> FloatArray:
        """(1 - w)(loc + gamma scale) + w f."""
        gumbel = self.loc + np.euler_gamma * self.scale
        return np.asarray((1 - self.weight) * gumbel + self.weight * self.reported)

    @property
    def var(self) -> FloatArray:
        """Variance of the two-part mixture."""
        gap = self.loc + np.euler_gamma * self.scale - self.reported
        inside = (1 - self.weight) * (np.pi * self.scale) ** 2 / 6
        return np.asarray(inside + self.weight * (1 - self.weight) * gap**2)

    def gumbel_cdf(self, x: FloatArray) -> FloatArray:
        """Cdf of the continuous part, given that the report is wrong."""
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(-np.exp(-(x - self.loc) / self.scale)))

    def ppf(self, q: FloatArray) -> FloatArray:
        """Generalised inverse of F(x) = (1-w) G(x) + w [x >= f], by its three branches."""
        wrong = 1 - self.weight
        below = wrong * self.gumbel_cdf(self.reported)
        with np.errstate(divide="ignore", invalid="ignore"):
            lower = self.loc - self.scale * np.log(-np.log(q / wrong))
            # log1p keeps the digits of quantiles close to 1.
            upper = self.loc - self.scale * np.log(-np.log1p(-(1 - q) / wrong))
        return np.where(q <= below, lower, np.where(q <= below + self.weight, self.reported, upper))

    def rows(self, which: Any) -> Law:
        """The parameters of some of the events, or reshaped by an index such as [:, None]."""
        return Law(self.reported[which], self.loc[which], self.scale[which], self.weight[which])


def law_of(fatalities: FloatArray, codes: IntArray) -> Law:
    """Return the parameters for reported counts and types (codes 0, 1, 2)."""
    c = coefficients()
    log1p = np.log1p(fatalities)
    spike = fatalities[..., None] == c.spikes

    def predictor(rows: FloatArray) -> FloatArray:
        chosen = rows[codes]
        effect = (spike * chosen[..., 2:]).sum(axis=-1)
        return np.asarray(chosen[..., 0] + chosen[..., 1] * log1p + effect)

    weight = 1 / (1 + np.exp(-predictor(c.weight)))
    return Law(fatalities, np.expm1(predictor(c.location)), np.exp(predictor(c.scale)), weight)
