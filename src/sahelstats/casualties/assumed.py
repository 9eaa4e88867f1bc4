"""What a notebook assumes of the tolls, from its parameters and the table it was given."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from sahelstats.casualties.evidence import dependence_phrase, pooled_reports, read_dependence
from sahelstats.casualties.totals import Dependence
from sahelstats.paths import ROOT, is_own_table
from sahelstats.reports import reports
from sahelstats.tables import load_claims


class Assumed(NamedTuple):
    """Model of one incident's toll, dependence of their errors, and the reports pooled.

    The fields are named as the functions that take them: ``total_by(table, by, **a._asdict())``.
    """

    model: str
    dependence: Dependence
    claims: pd.DataFrame | None

    def __str__(self) -> str:
        return f"model {self.model}, {dependence_phrase(self.dependence)}"


def assumed_tolls(
    table: pd.DataFrame,
    incidents_path: str | Path,
    claims_path: str | Path,
    model: str,
    dependence: str | float,
    basis: str = "excl_attackers",
) -> Assumed:
    """Return the assumptions that fit a table: only the project's own brings claims with it.

    Parameters
    ----------
    table : DataFrame
        The incidents that will be used.
    incidents_path, claims_path : str or Path
        Where they come from; the claims are read for the project's own table alone.
    model : str
        As in `incident_distributions`. In place of "claims" an imported table gets "reported",
        or "triangular" where the type of violence is not known for every incident.
    dependence : str or float
        As `read_dependence` reads it.
    basis : {"excl_attackers", "incl_attackers"}
        What a toll counts.

    Returns
    -------
    Assumed

    Raises
    ------
    ValueError
        As `read_dependence`, and as loading the claims does.

    Examples
    --------
    >>> table = pd.DataFrame({"incident_id": ["a"], "type_of_violence": ["one-sided"]})
    >>> print(assumed_tolls(table, "other.csv", "", "claims", "0.3"))
    model reported, one shared error (rho = 0.3)
    """
    how = read_dependence(dependence)
    if not is_own_table(incidents_path):
        known = table["type_of_violence"].notna().all()
        fitting = "reported" if known else "triangular"
        return Assumed(fitting if model == "claims" else model, how, None)
    said = load_claims(ROOT / claims_path)
    said = said[said["incident_id"].isin(table["incident_id"])]
    return Assumed(model, how, pooled_reports(reports(said, "killed", basis)))
