"""Assertions that give a figure or name an actor, against what everybody else claims."""

from __future__ import annotations

import pandas as pd

from sahelstats.article.evidence import Evidence
from sahelstats.article.verdicts import VERDICTS, Finding, check, grade, load_assertions
from sahelstats.wording import counted

BAMAKO = "MLI-20240917-bamako"
KATI = "MLI-20220722-kati"


def _figures(assertion_id: str) -> tuple[int | None, int | None, int | None]:
    row = load_assertions().set_index("assertion_id").loc[assertion_id]
    low, best, high = (row[f"figure_{part}"] for part in ("low", "best", "high"))
    return tuple(None if pd.isna(value) else int(value) for value in (low, best, high))  # type: ignore[return-value]


def _toll(evidence: Evidence, assertion_id: str, incident_id: str, outcome: str) -> Finding:
    """Compare the article's figures with the range of all other claims, on either basis.

    Supported when every figure lies in the range and the best (or else the low) is no further from
    the median of the reports than half of it; partly when only one of the two holds. The article
    does not say whether it counts attackers, so the basis that fits better is taken, and named.
    """
    findings = [
        found
        for basis in ("excl_attackers", "incl_attackers")
        if (found := _on_basis(evidence, assertion_id, incident_id, outcome, basis)) is not None
    ]
    return min(findings, key=lambda finding: VERDICTS.index(finding.verdict))


def _on_basis(
    evidence: Evidence, assertion_id: str, incident_id: str, outcome: str, basis: str
) -> Finding | None:
    """Return the comparison on one basis, None where the others give no toll on it."""
    low_best_high = _figures(assertion_id)
    figures = [value for value in low_best_high if value is not None]
    try:
        found = evidence.range_without_article(incident_id, outcome, basis)
    except KeyError:
        return None
    if found[["low", "best", "high"]].isna().any():
        return None
    low, best, high = (int(found[part]) for part in ("low", "best", "high"))
    inside = all(low <= value and (value <= high or bool(found["open_above"])) for value in figures)
    middle = low_best_high[1] if low_best_high[1] is not None else figures[0]
    near = abs(middle - best) <= best / 2
    span = (f"{low} to {high}" if high > low else f"{best}") + tail_of(found)
    who = "left out" if basis == "excl_attackers" else "counted"
    return Finding(
        grade(inside and near, inside or near),
        f"Others, attackers {who}: {span} {outcome}"
        + (f", {best} in the middle." if high > low else "."),
        {"article": figures, "low": low, "best": best, "high": high, "basis": basis},
    )


def tail_of(found: pd.Series) -> str:
    """Return the words that mark a range left open upwards."""
    return " or more" if bool(found["open_above"]) else ""


_RULE = (
    "The article's figures against the range of all other claims: supported inside the range and"
    " within half of the median of reports, partly where only one of the two holds."
)


@check("A02", _RULE)
def dead_of_bamako(evidence: Evidence) -> Finding:
    """Dead at Bamako, September 2024."""
    return _toll(evidence, "A02", BAMAKO, "killed")


@check("A03", _RULE)
def wounded_of_bamako(evidence: Evidence) -> Finding:
    """Wounded at Bamako, September 2024."""
    return _toll(evidence, "A03", BAMAKO, "wounded")


@check("A04", "Share of other claims on the dead that do not tell whether attackers are counted.")
def attackers_in_or_out(evidence: Evidence) -> Finding:
    """Whether claims tell if attackers are counted."""
    own = evidence.others.query("incident_id == @BAMAKO and outcome == 'killed'")
    own = own[own["victims"].isin(["all", "unspecified"]) & own["best"].notna()]
    unknown = int((own["includes_perpetrators"] == "unknown").sum())
    share = unknown / max(len(own), 1)
    return Finding(
        grade(share >= 0.5, unknown > 0),
        f"{unknown} of {len(own)} undivided figures do not tell.",
        {"unknown": unknown, "claims": len(own)},
    )


@check("A05", "Public claims of the state on its own dead: supported when none has a number.")
def government_gave_no_toll(evidence: Evidence) -> Finding:
    """Whether the government gave a number for its own dead."""
    own = evidence.others.query("incident_id == @BAMAKO and outcome == 'killed'")
    public = own["claimant"].isin(["Government of Mali", "Malian Armed Forces"])
    own = own[public & (own["victims"] != "perpetrators")]
    numbered = int(own[["low", "best", "high"]].notna().any(axis=1).sum())
    return Finding(
        grade(numbered == 0 and len(own) > 0, numbered == 0),
        f"{counted(len(own), 'public claim')} of the state on its own dead,"
        f" {numbered or 'none'} with a number.",
        {"claims": len(own), "numbered": numbered},
    )


@check("A08", _RULE)
def radisson(evidence: Evidence) -> Finding:
    """Dead at the Radisson Blu, 2015."""
    return _toll(evidence, "A08", "MLI-20151120-bamako-radisson", "killed")


@check("A09", _RULE)
def la_terrasse(evidence: Evidence) -> Finding:
    """Dead at La Terrasse, 2015."""
    return _toll(evidence, "A09", "MLI-20150307-bamako-la-terrasse", "killed")


@check("A10", _RULE)
def kangaba(evidence: Evidence) -> Finding:
    """Dead at Kangaba, 2017."""
    return _toll(evidence, "A10", "MLI-20170618-kangaba", "killed")


@check("A14", "The army's first and last figures: supported when both are two attackers only.")
def kati_first_and_last(evidence: Evidence) -> Finding:
    """What the army said of Kati, first and last."""
    own = evidence.others.query("incident_id == @KATI and outcome == 'killed'")
    army = own[own["claimant"] == "Malian Armed Forces"]
    attackers = army[army["victims"] == "perpetrators"].sort_values(["reported_until", "claim_no"])
    early = attackers[attackers["status"] == "superseded"]
    first = int((early if len(early) else attackers)["best"].iloc[0])
    last = int(attackers[attackers["status"] != "superseded"]["best"].iloc[-1])
    others = army[~army["victims"].isin(["perpetrators"]) & (army["status"] != "superseded")]
    soldiers = int(others["best"].fillna(0).sum())
    return Finding(
        grade(first == last == 2 and soldiers == 0, first == 2),
        f"The army's first figure was {counted(first, 'attacker')}; its last {last}, and"
        f" {counted(soldiers, 'soldier')}.",
        {"first": first, "last": last, "own_dead": soldiers},
    )


@check("A15", "Actor family and attribution of the Kati raid in the table.")
def kati_actor(evidence: Evidence) -> Finding:
    """Who the Kati raid is attributed to."""
    row = evidence.incident(KATI)
    return Finding(
        grade(row["actor_family"] == "jnim"),
        f"In the table it is {row['attribution']} by or to {row['actor']}.",
        {"actor": str(row["actor"]), "attribution": str(row["attribution"])},
    )


@check("A22", "Dead of the army's side at Tinzaouaten: supported from 20 in the median of reports.")
def tinzaouaten(evidence: Evidence) -> Finding:
    """How many fell at Tinzaouaten on the army's side."""
    found = evidence.range_without_article("MLI-20240725-tinzaouaten", "killed", "excl_attackers")
    low, best, high = (int(found[part]) for part in ("low", "best", "high"))
    return Finding(
        grade(best >= 20, high >= 20),
        f"Reports range from {low} (the army's own) to {high}, with {best} in the middle.",
        {"low": low, "best": best, "high": high},
    )


@check("A24", "Lowest figure of other claims on the killing: supported from one.")
def lynching(evidence: Evidence) -> Finding:
    """The killing in a Bamako street after the attack."""
    found = evidence.range_without_article(
        "MLI-20240917-bamako-lynching", "killed", "excl_attackers"
    )
    low, high = int(found["low"]), int(found["high"])
    return Finding(
        grade(low >= 1),
        f"Others count {low} to {high} dead.",
        {"low": low, "high": high},
    )


@check("A25", "Nothing: the table does not hold who the victims of reprisals were.")
def prime_targets(evidence: Evidence) -> Finding:
    """Who the prime targets of reprisals are."""
    return Finding("not testable here", "The table does not say to which community victims belong.")
