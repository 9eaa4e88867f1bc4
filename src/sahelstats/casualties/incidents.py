"""Distributions of the tolls of a tidy table's incidents, under any of the six models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from sahelstats.casualties import models
from sahelstats.casualties.checks import need_columns, one_of, refuse, row_names
from sahelstats.casualties.collection import CountDistributions
from sahelstats.casualties.evidence import reports_to_pool
from sahelstats.casualties.opinion import KAPPA, check_kappa, pool_reports, rising
from sahelstats.casualties.reported import ReportedDeaths
from sahelstats.casualties.reported_law import violence_codes
from sahelstats.casualties.tolls import TollRanges, known_ranges, toll_ranges

RANGE_MODELS: dict[str, Callable[[TollRanges], CountDistributions]] = {
    "uniform": lambda r: models.uniform(r.low, r.high),
    "triangular": lambda r: models.triangular(r.low, r.best, r.high),
    "pert": lambda r: models.pert(r.low, r.best, r.high),
    "lognormal": lambda r: models.lognormal(r.low, r.best, r.high),
}
MODELS = (*RANGE_MODELS, "claims", "reported")


def reported_deaths(
    table: pd.DataFrame, outcome: str = "killed", basis: str = "excl_attackers"
) -> ReportedDeaths:
    """Return the reporting-error model of the incidents that have a figure.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents table with type_of_violence; the best figure is taken as the report.
    outcome : {"killed"}
        The model is of deaths; "wounded" is refused.
    basis : {"excl_attackers", "incl_attackers"}

    Returns
    -------
    ReportedDeaths
        One event per incident with a best figure, in the order of the table: an upper bound alone
        is no report that the model could start from.

    Raises
    ------
    ValueError
        As `toll_ranges`; also for a missing or unknown type of violence, or wounded.

    Examples
    --------
    >>> table = pd.DataFrame({"type_of_violence": ["one-sided"], "killed_low": [4],
    ...                       "killed_best": [5], "killed_high": [9]})
    >>> reported_deaths(table)
    ReportedDeaths(1 events, 5 reported deaths)
    """
    if outcome == "wounded":
        raise ValueError("model 'reported' is a model of deaths: it has nothing on wounded")
    need_columns(table, ["type_of_violence"], "the incidents table")
    ranges = toll_ranges(table, outcome, basis)
    told = ranges.has_best
    if not told.any():
        raise ValueError(
            f"empty selection: none of the {len(table)} incidents has a best figure for {outcome} "
            f"({basis})"
        )
    violence = table["type_of_violence"][told]
    refuse(violence.isna(), "missing type_of_violence", ranges.names[told])
    codes = violence_codes(violence.to_numpy(dtype=object))
    return ReportedDeaths(ranges.best[told], codes + 1)


def _of_ranges(model: str, known: TollRanges) -> CountDistributions:
    """Return the tolls of ranges; "up to n" rises to n under each model, as in model claims."""
    told = known.has_best
    if told.all():
        return RANGE_MODELS[model](known)
    parts = [(np.flatnonzero(~told), rising(known.low[~told], known.high[~told]))]
    if told.any():
        chosen: list[Any] = [column[told] for column in known]
        parts.append((np.flatnonzero(told), RANGE_MODELS[model](TollRanges(*chosen))))
    return CountDistributions.joined(parts)


def incident_distributions(
    table: pd.DataFrame,
    model: str = "triangular",
    claims: pd.DataFrame | None = None,
    basis: str = "excl_attackers",
    outcome: str = "killed",
    kappa: float = KAPPA,
) -> CountDistributions:
    """Return one distribution per incident that has a figure, under one of six models.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents table, one row per incident.
    model : {"uniform", "triangular", "pert", "lognormal", "claims", "reported"}
        The first four turn low, best and high into a distribution, and an upper bound alone ("up
        to n") into the triangular that rises from 0 to n; "claims" pools the reports; "reported"
        is the reporting-error model of UCDP events, put on whole people, and needs a best figure.
    claims : DataFrame, optional
        For model "claims", one of three: claims as ``load_claims`` returns them; reports on the
        basis and outcome wanted, as ``sahelstats.reports.reports`` returns them; or a plain table
        of reports on the whole incident with columns incident_id, qualifier, low, best, high and
        perhaps weight. Of the first two, parts and wider counts are left out of the pool, by the
        rule of `sahelstats.casualties.evidence.pooled_reports`.
    basis : {"excl_attackers", "incl_attackers"}
    outcome : {"killed", "wounded"}
    kappa : float
        For model "claims": mean excess over an open bound ("at least n") as a share of it.

    Returns
    -------
    CountDistributions
        In the order of the table; `labels` are the incident ids, `n_missing` is the number of
        incidents left out because they have no figure (for "reported" no best figure).

    Raises
    ------
    ValueError
        For an unknown model, outcome or basis, kappa out of range, figures that are negative or
        out of order, or when no incident has a figure.

    Examples
    --------
    >>> table = pd.DataFrame({"incident_id": ["a", "b"], "killed_low": [4, None],
    ...     "killed_best": [5, None], "killed_high": [9, None]})
    >>> tolls = incident_distributions(table, model="uniform")
    >>> tolls.labels.tolist(), tolls.n_missing, tolls[0].interval(0.9)
    (['a'], 1, (4, 9))
    """
    one_of(model, MODELS, "model")
    check_kappa(kappa)
    if model == "claims":
        if claims is None:
            raise ValueError("model 'claims' needs the reports: give claims=")
        need_columns(table, ["incident_id"], "the incidents table")
        return pool_reports(reports_to_pool(claims, outcome, basis), row_names(table), kappa)
    if model == "reported":
        made = reported_deaths(table, outcome, basis).to_counts()
        names = row_names(table)[toll_ranges(table, outcome, basis).has_best]
    else:
        known = known_ranges(table, outcome, basis)
        made, names = _of_ranges(model, known), known.names
    return models.with_labels(made, names, len(table) - names.size)
