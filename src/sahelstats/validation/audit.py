"""What an independent re-reading of the claims taught: faults of meaning that keep every form rule.

Each check looks at the claims of one incident and is narrow on purpose: a rule that cries wolf is
switched off. Where a row is right though unusual, its note says so in the words that the check
names, which serves the reader as well.

========================  ==============================================  =========================
check                     what is a fault                                 what in a note excuses it
========================  ==============================================  =========================
``repeats``               one party gives one figure twice, or an outlet  ``confirms``
                          repeats the figure that it relays
``large_parts``           a part above its claimant's own whole           larger, later, earlier
``falls``                 a toll below an earlier one of its claimant     revised, corrected, final
``attackers_as_victims``  attackers counted as if they were victims       a word on attackers
``exact_from_open``       ``exact``, though the text says at least        whose word that is
``wide_ranges``           a high above ten times the low                  ``review`` is disputed
========================  ==============================================  =========================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from sahelstats.paths import shown
from sahelstats.ranges import ranges
from sahelstats.tables.columns import last_day, typed
from sahelstats.tables.faults import Fault
from sahelstats.tables.loading import join_sources
from sahelstats.tables.schema import BASES, CLAIMS, INCIDENTS, OUTCOMES, SOURCES
from sahelstats.validation.audit_checks import CHECKS, Claim

#: High over low from which an incident must be ``disputed``; a low of 0 counts as 1.
WIDEST = 10


def audit_faults(
    texts: Mapping[str, pd.DataFrame], folder: Path, found: Sequence[Fault] = ()
) -> list[Fault]:
    """Return what the audit checks find in the curated tables.

    Parameters
    ----------
    texts : mapping of str to DataFrame of str
        The tables as ``read_text`` returns them; without incidents, claims and sources there is
        nothing to audit.
    folder : Path
        Where they lie, for the messages.
    found : sequence of Fault
        What is known to be wrong already: such rows are left out, as their meaning is unknown.

    Returns
    -------
    list of Fault
        In file order.

    Examples
    --------
    >>> audit_faults({}, Path("data/curated"))
    []
    """
    if not {"incidents", "claims", "sources"} <= set(texts):
        return []
    faulty = {(fault.file, fault.row) for fault in found}

    def clean(name: str) -> pd.DataFrame:
        file = shown(folder / f"{name}.csv")
        text = texts[name]
        return text[[(file, int(row) + 2) not in faulty for row in text.index]]

    claims = _typed_claims(clean("claims"), clean("sources"))
    faults = _claim_faults(claims, folder)
    # The range of an incident with a faulty claim, or of a source without weight, means nothing.
    if len(clean("sources")) == len(texts["sources"]):
        spoiled = set(texts["claims"]["incident_id"][~texts["claims"].index.isin(claims.index)])
        whole = claims[~claims["incident_id"].isin(spoiled)]
        faults += wide_ranges(whole, clean("incidents"), folder)
    return sorted(faults, key=lambda fault: (fault.file, fault.row or 0))


def _typed_claims(claims: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return claims as ``load_claims`` does, from text."""
    frame, _ = typed(claims, CLAIMS)
    known, _ = typed(sources, SOURCES)
    frame = frame.assign(reported_until=last_day(claims["reported_on"]))
    return join_sources(frame, known)


def _claim_faults(claims: pd.DataFrame, folder: Path) -> list[Fault]:
    """Return the faults that the checks of single incidents find."""
    plain = claims.astype(object).where(claims.notna(), None)
    incidents: dict[str, list[Claim]] = {}
    for row, claim in zip(claims.index, plain.to_dict("records"), strict=True):
        record = {**claim, "row": int(row) + 2, "note": claim["note"] or ""}
        incidents.setdefault(claim["incident_id"], []).append(record)
    file = shown(folder / "claims.csv")
    faults = []
    for own in incidents.values():
        of_row = {claim["row"]: claim for claim in own}
        for check in CHECKS:
            for found in check(own):
                value = of_row[found.row][found.column]
                text = "" if value is None else str(value)
                faults.append(Fault(file, found.row, found.column, text, found.rule, found.remedy))
    return faults


def wide_ranges(claims: pd.DataFrame, incidents: pd.DataFrame, folder: Path) -> list[Fault]:
    """Find incidents whose high is more than ten times their low though nobody calls it disputed.

    Parameters
    ----------
    claims : DataFrame
        As ``load_claims`` returns it.
    incidents : DataFrame of str
        As ``read_text`` returns it.
    folder : Path
        Where the tables lie, for the messages.

    Returns
    -------
    list of Fault
        One for each incident, on its first outcome and basis that is too wide. An empty low means
        that no source set a lower bound, and is no range.
    """
    settled = incidents[incidents["review"] != "disputed"]
    rows = {name: int(row) + 2 for row, name in settled["incident_id"].items()}
    faults: dict[str, Fault] = {}
    for outcome in OUTCOMES:
        for basis in BASES:
            found = ranges(claims, outcome, basis)
            wide = found["high"] > WIDEST * found["low"].clip(lower=1)
            for name, span in found[wide.fillna(False).astype(bool)].iterrows():
                if name not in rows or name in faults:
                    continue
                rule = (
                    f"is not disputed, though its {outcome} range goes from {span['low']:,} "
                    f"to {span['high']:,}, more than {WIDEST} to 1"
                )
                remedy = "Look at the claims; if both ends stand, set disputed and say why."
                file = shown(folder / INCIDENTS.path.name)
                faults[str(name)] = Fault(file, rows[str(name)], "review", str(name), rule, remedy)
    return list(faults.values())
