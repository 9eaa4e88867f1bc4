"""Who reports what: by how much each type of source differs from the others on the same dead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sahelstats.casualties.checks import (
    FloatArray,
    IntArray,
    level_tails,
    need_columns,
    one_of,
    refuse,
)

SIDES = ("own_dead", "enemy_dead", "other")
METHODS = ("bootstrap", "mixed")
COLUMNS = [
    "victims_side",
    "source_type",
    "n_reports",
    "n_incidents",
    "bias",
    "lower",
    "upper",
    "level",
    "method",
]


def weighted_median(values: FloatArray, weights: FloatArray) -> float:
    """Return the weighted median; a tie goes to the lower value.

    Examples
    --------
    >>> weighted_median(np.array([10.0, 30.0]), np.array([1.0, 1.0]))
    10.0
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2 * (1 - 1e-12))])


def log_ratios(reports: pd.DataFrame) -> pd.DataFrame:
    """Return for each report the log of its figure over the median of the others.

    Parameters
    ----------
    reports : DataFrame
        Columns incident_id, source_type, victims_side, best, and optionally weight (1 for all if
        absent) and victims (the group of victims; reports are compared within it).

    Returns
    -------
    DataFrame
        The reports that have another to be compared with, with a column log_ratio. Where one of
        the two figures is 0 half a death is added to both, as 0 has no logarithm.

    Raises
    ------
    ValueError
        For missing columns, negative figures, bad weights or an unknown victims_side.

    Examples
    --------
    >>> reports = pd.DataFrame({"incident_id": ["a", "a"], "source_type": ["army", "un"],
    ...                         "victims_side": ["own_dead", "other"], "best": [10, 20]})
    >>> log_ratios(reports)["log_ratio"].round(3).tolist()
    [-0.693, 0.693]
    """
    wanted = ["incident_id", "source_type", "victims_side", "best"]
    need_columns(reports, wanted, "the reports table")
    used = reports[reports["best"].notna()].reset_index(drop=True)
    names = used["incident_id"].to_numpy(dtype=object)
    best: FloatArray = used["best"].to_numpy(dtype=float)
    refuse(best < 0, "negative figure in a report of", names)
    unknown = ~used["victims_side"].isin(SIDES).to_numpy(dtype=bool)
    refuse(unknown, f"unknown victims_side (expected {', '.join(SIDES)}) in a report of", names)
    weight = np.ones(len(used))
    if "weight" in used.columns:
        weight = used["weight"].to_numpy(dtype=float, na_value=np.nan)
    refuse(~(weight > 0), "missing weight, or one that is not above 0, in a report of", names)
    within = ["incident_id"] + (["victims"] if "victims" in used.columns else [])
    ratio = np.full(len(used), np.nan)
    for rows in used.groupby(within, dropna=False).indices.values():
        if len(rows) > 1:
            ratio[rows] = _against_others(best[rows], weight[rows])
    return used.assign(log_ratio=ratio)[~np.isnan(ratio)].reset_index(drop=True)


def _against_others(best: FloatArray, weight: FloatArray) -> FloatArray:
    made = np.empty(best.size)
    for i in range(best.size):
        others = np.arange(best.size) != i
        middle = weighted_median(best[others], weight[others])
        half = 0.5 if min(best[i], middle) == 0 else 0.0
        made[i] = np.log((best[i] + half) / (middle + half))
    return made


def reporting_bias(
    claims: pd.DataFrame,
    incidents: pd.DataFrame | None = None,
    level: float = 0.95,
    method: str = "bootstrap",
    size: int = 2000,
    rng: np.random.Generator | None = None,
) -> pd.DataFrame:
    """Return by what factor each type of source differs from the others on the same incident.

    Parameters
    ----------
    claims : DataFrame
        One row per report of killed, all on one basis: incident_id, source_type, best,
        victims_side ("own_dead", "enemy_dead" or "other", seen from the source), and optionally
        weight, and victims (the group of victims, within which reports are compared).
    incidents : DataFrame, optional
        Tidy incidents table: reports of other incidents are left out.
    level : float
        Level of the interval.
    method : {"bootstrap", "mixed"}
        Interval from resampling whole incidents, or from a mixed model with incident intercepts
        and source type as fixed effect (statsmodels MixedLM). The bootstrap is the default: with
        two reports the two log ratios of an incident mirror each other, a negative correlation
        that an incident intercept cannot express.
    size : int
        Bootstrap samples.
    rng : numpy.random.Generator
        Source of randomness; required by the bootstrap.

    Returns
    -------
    DataFrame
        One row per victims_side and source_type: n_reports, n_incidents, bias (the factor; 2 means
        twice what the others say), lower, upper, level, method. A type seen in a single incident
        has no interval.

    Raises
    ------
    ValueError
        As `log_ratios`; also for an unknown method, no rng, or if no incident has two reports.

    Examples
    --------
    >>> reports = pd.DataFrame({"incident_id": ["a", "a", "b", "b"],
    ...     "source_type": ["army", "un"] * 2, "victims_side": ["own_dead", "other"] * 2,
    ...     "best": [10, 20, 30, 60]})
    >>> made = reporting_bias(reports, rng=np.random.default_rng(1))
    >>> made[["source_type", "bias"]].to_numpy().tolist()
    [['army', 0.5], ['un', 2.0]]
    """
    one_of(method, METHODS, "method")
    tails = level_tails(level)
    if incidents is not None:
        claims = claims[claims["incident_id"].isin(incidents["incident_id"])]
    ratios = log_ratios(claims)
    if len(ratios) == 0:
        raise ValueError("empty selection: no incident has two reports with a figure")
    if method == "bootstrap" and rng is None:
        raise ValueError("the bootstrap needs a random generator: give rng=")
    made = []
    for side, part in ratios.groupby("victims_side", sort=True):
        codes, types = pd.factorize(part["source_type"], sort=True)
        owner, _ = pd.factorize(part["incident_id"])
        log_ratio: FloatArray = part["log_ratio"].to_numpy(dtype=float)
        if method == "mixed":
            found = _mixed_model(log_ratio, codes, owner, tails)
        else:
            assert rng is not None
            found = _bootstrap(log_ratio, codes, owner, tails, size, rng)
        made.append(_rows(str(side), types, codes, owner, found))
    table = pd.concat(made, ignore_index=True)
    table["level"], table["method"] = level, method
    table["rank"] = table["victims_side"].map(list(SIDES).index)
    table = table.sort_values(["rank", "source_type"], kind="stable", ignore_index=True)
    return table[COLUMNS]


def _rows(
    side: str, types: Any, codes: IntArray, owner: IntArray, found: FloatArray
) -> pd.DataFrame:
    """Factors with their counts; no interval for a type seen in one incident only."""
    pairs = np.unique(np.stack([codes, owner]), axis=1)[0]
    n_incidents = np.bincount(pairs, minlength=len(types))
    found = np.exp(found)
    found[1:, n_incidents < 2] = np.nan
    return pd.DataFrame(
        {
            "victims_side": side,
            "source_type": list(types),
            "n_reports": np.bincount(codes, minlength=len(types)),
            "n_incidents": n_incidents,
            "bias": found[0],
            "lower": found[1],
            "upper": found[2],
        }
    )


def _bootstrap(
    log_ratio: FloatArray,
    codes: IntArray,
    owner: IntArray,
    tails: tuple[float, float],
    size: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Mean log ratio of each type and percentiles over resampled incidents, shape (3, types)."""
    shape = (int(owner.max()) + 1, int(codes.max()) + 1)
    sums, counts = np.zeros(shape), np.zeros(shape)
    np.add.at(sums, (owner, codes), log_ratio)
    np.add.at(counts, (owner, codes), 1.0)
    times = rng.multinomial(shape[0], np.full(shape[0], 1 / shape[0]), size=size)
    with np.errstate(invalid="ignore"):
        means = (times @ sums) / (times @ counts)
    centre = sums.sum(axis=0) / counts.sum(axis=0)
    # A sample without any report of a type says nothing on it.
    return np.vstack([centre, np.nanquantile(means, tails, axis=0)])


def _mixed_model(
    log_ratio: FloatArray, codes: IntArray, owner: IntArray, tails: tuple[float, float]
) -> FloatArray:
    """Fixed effect of each type and its Wald interval, shape (3, types)."""
    import warnings

    from scipy.special import ndtri
    from statsmodels.regression.mixed_linear_model import MixedLM

    design = np.eye(int(codes.max()) + 1)[codes]
    if log_ratio.size <= design.shape[1] or np.unique(owner).size == log_ratio.size:
        raise ValueError(
            "the mixed model needs incidents with several reports on this side, and more reports "
            "than types of source: use method='bootstrap'"
        )
    with warnings.catch_warnings():
        # An incident variance of zero is on the boundary, and a legitimate answer here.
        warnings.simplefilter("ignore")
        fit = MixedLM(log_ratio, design, groups=owner).fit(reml=True)
    effect, error = np.asarray(fit.fe_params), np.asarray(fit.bse_fe)
    return np.vstack([effect, effect + ndtri(tails[0]) * error, effect + ndtri(tails[1]) * error])
