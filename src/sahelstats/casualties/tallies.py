"""How often each distinct row of a table occurs: what totals need of it, however long it is.

Tallies of parts are merged into that of the whole. Their length is the number of distinct
(group, range) rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sahelstats.casualties.checks import RowFault, merge_faults, row_fault, row_names
from sahelstats.casualties.tolls import (
    RangeNotes,
    ordered_figures,
    range_faults,
    range_names,
    toll_ranges,
)

#: Columns of a tally that are added up when tallies are merged.
COUNTS = ["times", "n_reordered"]


@dataclass(frozen=True)
class Plan:
    """What is counted: the columns of a group, the range, and what else tells rows apart."""

    by: tuple[str, ...]
    outcome: str
    basis: str
    violence: bool
    ids: frozenset[str] = frozenset()

    @property
    def needed(self) -> list[str]:
        """Columns that must be there."""
        more = ["type_of_violence"] if self.violence else []
        more += ["incident_id"] if self.ids else []
        return list(dict.fromkeys([*self.by, *range_names(self.outcome, self.basis), *more]))


@dataclass(frozen=True)
class Tally:
    """How often each distinct row occurs, or why the rows cannot be used.

    Attributes
    ----------
    rows : DataFrame
        The columns of the groups, low, best and high in order, what else the plan asks for,
        ``times`` (incidents with these values) and ``n_reordered`` (of them with bounds that were
        out of order).
    faults : list of RowFault
        Empty, or the rows are of no use.
    """

    rows: pd.DataFrame
    faults: list[RowFault] = field(default_factory=list)

    def notes(self, outcome: str, basis: str) -> RangeNotes:
        """Return how many of the incidents are not plain ranges, as ``TollRanges.notes`` does."""
        ranges, times = toll_ranges(self.rows, outcome, basis), self.rows["times"].to_numpy()
        upper_only = ~ranges.missing & ~ranges.has_best
        return RangeNotes(
            int(times.sum()),
            int(times[ranges.missing].sum()),
            int(times[upper_only].sum()),
            int(self.rows["n_reordered"].sum()),
        )


def tally_frame(table: pd.DataFrame, plan: Plan) -> Tally:
    """Return the tally of a table in memory.

    Parameters
    ----------
    table : DataFrame
        Tidy incidents, at least the columns of the plan.
    plan : Plan
        What to count.

    Returns
    -------
    Tally
        With faults instead of rows where the ranges cannot be used.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2023] * 3, "killed_low": [4, 4, 1],
    ...     "killed_best": [5, 5, 2], "killed_high": [9, 9, 3]})
    >>> plan = Plan(("year",), "killed", "excl_attackers", violence=False)
    >>> tally_frame(table, plan).rows["times"].tolist()
    [1, 2]
    """
    faults = range_faults(table, plan.outcome, plan.basis)
    if faults:
        return Tally(pd.DataFrame(), faults)
    table = table.reset_index(drop=True)
    figures, reordered = ordered_figures(table, plan.outcome, plan.basis)
    rows = table[plan.needed].assign(**figures, times=1, n_reordered=reordered.astype(np.int64))
    if plan.violence:
        told = figures.notna().any(axis=1) & toll_ranges(table, plan.outcome, plan.basis).has_best
        bad = told & rows["type_of_violence"].isna()
        if fault := row_fault(bad, "missing type_of_violence", row_names(table)):
            return Tally(pd.DataFrame(), [fault])
    if plan.ids:
        # Only an incident that claims speak of must be known by name.
        rows["incident_id"] = rows["incident_id"].where(rows["incident_id"].isin(plan.ids))
    return Tally(_counted(rows))


def _counted(rows: pd.DataFrame) -> pd.DataFrame:
    """Return each distinct row once, with its counts added up."""
    keys = [name for name in rows.columns if name not in COUNTS]
    return rows.groupby(keys, dropna=False, observed=True, sort=True)[COUNTS].sum().reset_index()


def merged(tallies: Sequence[Tally]) -> Tally:
    """Return the tally of several tables together; faults of any of them are those of all.

    Parameters
    ----------
    tallies : sequence of Tally
        Of the same plan.

    Returns
    -------
    Tally
    """
    if faults := [fault for tally in tallies for fault in tally.faults]:
        return Tally(pd.DataFrame(), merge_faults(faults))
    rows = [tally.rows for tally in tallies if len(tally.rows)]
    if len(rows) < 2:
        return Tally(rows[0] if rows else pd.DataFrame())
    return Tally(_counted(pd.concat(rows, ignore_index=True)))
