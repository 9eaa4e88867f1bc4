"""Why UCDP lacks an incident: the likely reason, worked out from what its rules ask."""

from __future__ import annotations

import pandas as pd

from sahelstats.datasets.matching import MIN_SCORE

#: UCDP takes up a dyad or an actor that kills so many in some calendar year.
THRESHOLD = 25

#: Why an incident has no pair, as a reader is told.
REASONS = {
    "before_record": "Before the record begins",
    "after_record": "After the record ends",
    "other_country": "In a country that is not in this record",
    "not_looked_up": "Not looked up",
    "no_point": "Our table has no point for it",
    "nobody_killed": "No number of dead above zero in our table",
    "shared_event": "The event near it is another incident's pair",
    "too_unlike": "The event near it is too unlike",
    "no_actor": "No attacker named: no dyad to count it for",
    "below_threshold": "Its dyad is not seen to pass the threshold",
    "passes": "Its dyad passes the threshold: missed, or dated or placed elsewhere",
}

#: Reasons that say nothing of UCDP: the record at hand could not hold the incident.
NOT_COVERED = ("before_record", "after_record", "other_country", "not_looked_up", "no_point")


def with_reasons(
    rows: pd.DataFrame, uncovered: pd.Series, candidates: pd.DataFrame, events: pd.DataFrame
) -> pd.DataFrame:
    """Add the likeliest reason of each incident without a pair, and what stood in its way."""
    best = candidates.drop_duplicates("left_id").set_index("left_id")  # strongest first
    score = rows["incident_id"].map(best["score"])
    event = rows["incident_id"].map(best["right_id"])
    holder = event.map(rows.dropna(subset=["event_id"]).set_index("event_id")["incident_id"])
    tests = {
        "nobody_killed": ~(rows["high"] > 0),
        "shared_event": (score >= MIN_SCORE) & holder.notna(),
        "too_unlike": score.notna() & (score < MIN_SCORE),
        "no_actor": rows["actor_family"].astype(str).eq("unidentified"),
        "below_threshold": ~_passes(rows, events),
    }
    reason = uncovered.where(uncovered != "", "passes")
    for name, holds in reversed(tests.items()):
        reason = reason.mask(holds & (uncovered == ""), name)
    rows["reason"] = reason.mask(rows["found"], "")
    stood = holder.where(rows["reason"] == "shared_event", event)
    rows["other_id"] = stood.where(rows["reason"].isin(["shared_event", "too_unlike"]))
    return rows


def dyad_keys(table: pd.DataFrame) -> pd.Series:
    """Return what stands for the dyad or actor to which UCDP's threshold applies.

    Parameters
    ----------
    table : DataFrame
        With ``type_of_violence``, ``actor``, ``actor_family`` and ``country``.

    Returns
    -------
    Series of str
        Type and actor; for state-based violence the country too, since each state is another
        dyad. An approximation: the tidy table names one side only, and forces of a state are
        taken together.

    Examples
    --------
    >>> table = pd.DataFrame({"type_of_violence": ["state-based", "one-sided"], "actor": "JNIM",
    ...     "actor_family": "jnim", "country": "CIV"})
    >>> dyad_keys(table).tolist()
    ['state-based JNIM CIV', 'one-sided JNIM']
    """
    kind, family = table["type_of_violence"].astype(str), table["actor_family"].astype(str)
    of_a_state = family.isin(["state", "foreign_state"])
    key = kind + " " + table["actor"].astype(str).mask(of_a_state, family)
    return key.where(kind != "state-based", key + " " + table["country"].astype(str))


def _passes(rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
    """Return which incidents' dyads UCDP has, or would have by our own table's dead of a year."""
    keys = dyad_keys(rows)
    sums = rows["best"].groupby([keys, rows["year"]]).sum()
    enough = set(sums.index[sums >= THRESHOLD].get_level_values(0))
    return keys.isin(set(dyad_keys(events)) | enough)


def reason_counts(compared: pd.DataFrame) -> pd.DataFrame:
    """Return how many incidents lack a pair for which likely reason, and their dead.

    Parameters
    ----------
    compared : DataFrame
        As ``compare`` returns it.

    Returns
    -------
    DataFrame
        ``reason``, ``label``, ``covered`` (whether the record could have held them),
        ``incidents``, ``best`` (people), in the order of ``REASONS``; reasons of none are left out.
    """
    groups = compared[~compared["found"]].groupby("reason")
    made = pd.DataFrame({"incidents": groups.size(), "best": groups["best"].sum().astype(int)})
    made = made.reindex([reason for reason in REASONS if reason in made.index]).reset_index()
    made.insert(1, "label", made["reason"].map(REASONS))
    made.insert(2, "covered", ~made["reason"].isin(NOT_COVERED))
    return made
