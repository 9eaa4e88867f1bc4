"""First toll against last toll: how the figure of one incident moves as days pass."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sahelstats.casualties.bias import weighted_median
from sahelstats.casualties.checks import level_tails
from sahelstats.casualties.sides import victims_group
from sahelstats.reports import STANDING, figure_of

COLUMNS = [
    "incident_id", "victims", "first_on", "last_on", "days", "n_claims", "first", "last",
    "same_party",
]  # fmt: skip


def first_and_last(claims: pd.DataFrame) -> pd.DataFrame:
    """Return for each incident the toll of the first day and that of the last.

    Parameters
    ----------
    claims : DataFrame
        As ``load_claims`` returns it.

    Returns
    -------
    DataFrame
        One row per incident of which tolls of one and the same group of dead were published on
        two known days or more: ``incident_id``, ``victims``, ``first_on``, ``last_on``, ``days``
        between, ``n_claims``, ``first`` and ``last`` (the median of a day's figures, a tie goes
        to the lower). Killed only, offered as a whole, superseded figures included: they are what
        was said first. Attackers' own dead are left out, and so is "up to n", which names no toll.
        Where an incident has several groups, it is the one with the most claims.

    Examples
    --------
    >>> from sahelstats.tables import load_claims
    >>> found = first_and_last(load_claims())
    >>> bool((found["first_on"] < found["last_on"]).all())
    True
    """
    used = claims[
        (claims["outcome"] == "killed")
        & (claims["scope"] == "whole")
        & claims["status"].isin([*STANDING, "superseded"])
        & (claims["reported_on"] == claims["reported_until"])
    ]
    used = used.assign(
        group=[victims_group(claim) for claim in used.to_dict("records")],
        figure=[figure_of(claim).central for claim in used.to_dict("records")],
    )
    used = used[~used["group"].isin(["perpetrators", "all with attackers"])]
    used = used.dropna(subset=["figure"])
    rows = []
    for (incident, group), own in used.groupby(["incident_id", "group"], sort=True):
        first, last = own["reported_on"].min(), own["reported_on"].max()
        if first < last:
            tolls = [_median(own, day) for day in (first, last)]
            days = (last - first).days
            speakers = [set(own.loc[own["reported_on"] == day, "party"]) for day in (first, last)]
            same = bool(speakers[0] & speakers[1])
            rows.append((incident, group, first, last, days, len(own), *tolls, same))
    found = pd.DataFrame(rows, columns=COLUMNS)
    found = found.sort_values(["incident_id", "n_claims"], ascending=[True, False], kind="stable")
    return found.drop_duplicates("incident_id").reset_index(drop=True)


def _median(claims: pd.DataFrame, day: pd.Timestamp) -> int:
    figures = claims.loc[claims["reported_on"] == day, "figure"].to_numpy(dtype=float)
    return int(weighted_median(figures, np.ones(figures.size)))


def revision_factor(
    revisions: pd.DataFrame, level: float, rng: np.random.Generator, size: int = 2000
) -> dict[str, float]:
    """Return by what factor the last toll differs from the first, on geometric average.

    Parameters
    ----------
    revisions : DataFrame
        As ``first_and_last`` returns it.
    level : float
        Level of the interval (bootstrap of incidents).
    rng : numpy.random.Generator
        Source of randomness.
    size : int
        Bootstrap samples.

    Returns
    -------
    dict
        ``factor``, ``lower``, ``upper``; ``rose``, ``same``, ``fell`` (incidents). Where one of
        the two figures is 0 half a death is added to both, as 0 has no logarithm.

    Raises
    ------
    ValueError
        If there is no incident.

    Examples
    --------
    >>> frame = pd.DataFrame({"first": [10, 20], "last": [20, 40]})
    >>> found = revision_factor(frame, 0.95, np.random.default_rng(1))
    >>> round(found["factor"], 9), found["rose"]
    (2.0, 2)
    """
    if revisions.empty:
        raise ValueError("empty selection: no incident has tolls of two days")
    first = revisions["first"].to_numpy(dtype=float)
    last = revisions["last"].to_numpy(dtype=float)
    half = np.where((first == 0) | (last == 0), 0.5, 0.0)
    logs = np.log((last + half) / (first + half))
    picked = rng.integers(0, logs.size, (size, logs.size))
    lower, upper = np.quantile(logs[picked].mean(axis=1), level_tails(level))
    return {
        "factor": float(np.exp(logs.mean())),
        "lower": float(np.exp(lower)),
        "upper": float(np.exp(upper)),
        "rose": int((last > first).sum()),
        "same": int((last == first).sum()),
        "fell": int((last < first).sum()),
    }
