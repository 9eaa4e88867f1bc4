"""Who speaks of whose dead: each killed report as that of an own loss, of the enemy's, or neither.

A state's army speaks of its soldiers as of its own and of the militants as of the enemy; an armed
group the other way round. Everybody else (missions, mayors, residents, the press, unnamed
officers) speaks of neither: theirs are the reports to compare with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sahelstats.paths import CURATED
from sahelstats.reports import figure_of, latest_claims
from sahelstats.tables import schema
from sahelstats.tables.loading import load_table

OWN, ENEMY, OTHER = "own_dead", "enemy_dead", "other"
STATE_TYPES = ("government", "military")
BELLIGERENT_TYPES = (*STATE_TYPES, "armed_group")

#: Families that fight states; self-defence groups mostly fight beside them.
REBELS = frozenset({"jnim", "is_sahel", "boko_haram", "separatist"})
STATES = frozenset({"state", "foreign_state"})

STATE_SIDE = ("state_forces", "allied_militia")
ARMED_SIDE = (*STATE_SIDE, "foreign_forces", "peacekeepers")

SIDE_COLUMNS = [
    "incident_id", "claimant", "party", "source_type", "weight", "victims", "victims_side",
    "reported_on", "qualifier", "best", "claim_no",
]  # fmt: skip


@dataclass(frozen=True)
class Attackers:
    """The attacking side of one incident.

    Attributes
    ----------
    families : frozenset of str
        Of all its actors.
    states : frozenset of str
        Countries whose forces, regular or hired, are among them.
    country : str
        Where the incident lies.
    target : str
        Its target_type.
    """

    families: frozenset[str]
    states: frozenset[str]
    country: str
    target: str

    @property
    def both_sides(self) -> bool:
        """Whether a state and its enemies are both listed: "perpetrators" then says nothing."""
        return bool(self.families & STATES) and bool(self.families & REBELS)


@dataclass(frozen=True)
class Speaker:
    """Who makes a claim.

    Attributes
    ----------
    kind : str
        Its source_type.
    country : str
        Its country, empty where unknown.
    families : frozenset of str
        Families of the armed groups of its party; empty for all others.
    """

    kind: str
    country: str
    families: frozenset[str]


def victims_side(speaker: Speaker, victims: str, attackers: Attackers) -> str:
    """Return whose dead a claim is about, seen from who makes it.

    Parameters
    ----------
    speaker : Speaker
        Who makes the claim.
    victims : str
        The group of victims it counts.
    attackers : Attackers
        The attacking side of the incident.

    Returns
    -------
    {"own_dead", "enemy_dead", "other"}
        "other" wherever it is not plain: undivided tolls, civilians, claimants that are no
        belligerents, and incidents that list both sides as attackers.

    Examples
    --------
    >>> jnim = Attackers(frozenset({"jnim"}), frozenset(), "MLI", "military")
    >>> army = Speaker("military", "MLI", frozenset())
    >>> [victims_side(army, group, jnim) for group in ("state_forces", "perpetrators", "all")]
    ['own_dead', 'enemy_dead', 'other']
    """
    if speaker.kind in STATE_TYPES:
        return _side_of_state(speaker, victims, attackers)
    if speaker.families & REBELS:
        return _side_of_rebels(speaker, victims, attackers)
    if "self_defence" in speaker.families:
        return _side_of_militia(victims, attackers)
    return OTHER


def _side_of_state(speaker: Speaker, victims: str, attackers: Attackers) -> str:
    home = speaker.country == attackers.country
    # A distant government's word on a war that is not its own is that of a third party.
    fights = home or speaker.kind == "military" or speaker.country in attackers.states
    if victims in STATE_SIDE:
        return OWN if home else OTHER
    if victims == "foreign_forces":
        return OWN if fights and not home else OTHER
    if victims == "militants":
        return ENEMY if fights and not attackers.both_sides else OTHER
    if victims != "perpetrators" or attackers.both_sides or not fights:
        return OTHER
    if attackers.families & STATES:
        return OWN if speaker.country in attackers.states else OTHER
    # Vigilantes and militias are not the state's enemy.
    return OTHER if attackers.families <= {"self_defence"} else ENEMY


def _side_of_rebels(speaker: Speaker, victims: str, attackers: Attackers) -> str:
    attacking = bool(speaker.families & attackers.families)
    against_state = bool(attackers.families & (STATES | {"self_defence"}))
    attacked = against_state or attackers.target == "militants"
    if victims in ARMED_SIDE:
        return ENEMY if attacking or against_state else OTHER
    if attackers.both_sides or not (attacking or attacked):
        return OTHER
    if victims == "perpetrators":
        return OWN if attacking else ENEMY
    if victims == "militants":
        return ENEMY if attacking else OWN
    return OTHER


def _side_of_militia(victims: str, attackers: Attackers) -> str:
    beside = bool(attackers.families & (STATES | {"self_defence"}))
    if victims in STATE_SIDE:
        return OWN
    if victims not in ("perpetrators", "militants") or attackers.both_sides:
        return OTHER
    return OWN if victims == "perpetrators" and beside else ENEMY


def load_sides(folder: Path | str | None = None) -> dict[str, pd.DataFrame]:
    """Load the curated tables that tell who fights whom.

    Parameters
    ----------
    folder : Path or str, optional
        With incidents.csv, actors.csv and sources.csv; default ``data/curated``.

    Returns
    -------
    dict
        ``incidents``, ``actors`` and ``sources``, as ``side_reports`` takes them.

    Examples
    --------
    >>> sorted(load_sides())
    ['actors', 'incidents', 'sources']
    """
    folder = CURATED if folder is None else Path(folder)
    tables = {"incidents": schema.INCIDENTS, "actors": schema.ACTORS, "sources": schema.SOURCES}
    return {name: load_table(folder / f"{name}.csv", table) for name, table in tables.items()}


def side_reports(
    claims: pd.DataFrame, incidents: pd.DataFrame, actors: pd.DataFrame, sources: pd.DataFrame
) -> pd.DataFrame:
    """Return every party's figure for every group of dead, and whose dead they are to it.

    Parameters
    ----------
    claims : DataFrame
        As ``load_claims`` returns it.
    incidents, actors, sources : DataFrame
        The curated tables, as ``load_sides`` returns them; claims on other incidents are left out.

    Returns
    -------
    DataFrame
        One row per incident, party and group of victims: ``incident_id``, ``claimant``, ``party``,
        ``source_type``, ``weight``, ``victims``, ``victims_side``, ``reported_on``, ``qualifier``,
        ``best``, ``claim_no``. Only latest claims that stand and are offered as a whole; rumours,
        derived and superseded figures, parts and wider counts stay out. Of the claimants of one
        party the one that spoke last: a ministry and its army do not vouch for each other.
        ``best`` is what a claim gives the median of reports: its figure, the bound it sets, or the
        middle of its range; "dozens" and "up to n" give none. Undivided tolls ("all",
        "unspecified") are one group, unless they count attackers: then another.

    Examples
    --------
    >>> from sahelstats.tables import load_claims
    >>> found = side_reports(load_claims(), **load_sides())
    >>> set(found["victims_side"]) == {"own_dead", "enemy_dead", "other"}
    True
    """
    used = latest_claims(claims[claims["outcome"] == "killed"])
    used = used[(used["scope"] == "whole") & used["incident_id"].isin(incidents["incident_id"])]
    attackers = attackers_of(incidents, actors)
    speakers = speakers_of(sources, actors)
    rows = []
    for claim in used.to_dict("records"):
        figure = figure_of(claim).central
        if figure is None:
            continue
        side = victims_side(
            speakers[claim["claimant"]], claim["victims"], attackers[claim["incident_id"]]
        )
        rows.append(
            (claim["incident_id"], claim["claimant"], claim["party"], claim["source_type"],
             claim["weight"], victims_group(claim), side, claim["reported_on"],
             claim["qualifier"], figure, claim["claim_no"])
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=SIDE_COLUMNS)
    frame = frame.sort_values(["reported_on", "claim_no"], na_position="first", kind="stable")
    frame = frame.drop_duplicates(["incident_id", "party", "victims"], keep="last")
    return frame.sort_values(["incident_id", "victims", "claim_no"], ignore_index=True)


def victims_group(claim: Mapping[str, Any]) -> str:
    """Return the group of victims within which a claim can be compared.

    Parameters
    ----------
    claim : mapping
        With ``victims`` and ``includes_perpetrators``.

    Returns
    -------
    str
        Its own victims; "all" and "unspecified" are one, "all with attackers" another.

    Examples
    --------
    >>> victims_group({"victims": "unspecified", "includes_perpetrators": "unknown"})
    'all'
    """
    if claim["victims"] not in ("all", "unspecified"):
        return str(claim["victims"])
    return "all with attackers" if claim["includes_perpetrators"] == "yes" else "all"


def attackers_of(incidents: pd.DataFrame, actors: pd.DataFrame) -> dict[str, Attackers]:
    """Return the attacking side of every incident.

    Parameters
    ----------
    incidents : DataFrame
        Columns ``incident_id``, ``actors`` ("; " between), ``country``, ``target_type``.
    actors : DataFrame
        Columns ``actor``, ``family``, ``country``.

    Returns
    -------
    dict
        incident_id -> Attackers.
    """
    known = {row["actor"]: row for row in actors.to_dict("records")}
    found = {}
    for row in incidents.to_dict("records"):
        listed = [known[name] for name in row["actors"].split("; ")]
        states = {_text(actor["country"]) for actor in listed if actor["family"] in STATES}
        found[row["incident_id"]] = Attackers(
            frozenset(actor["family"] for actor in listed),
            frozenset(states),
            _text(row["country"]),
            _text(row["target_type"]),
        )
    return found


def speakers_of(sources: pd.DataFrame, actors: pd.DataFrame) -> dict[str, Speaker]:
    """Return what is known of every source as a belligerent.

    Parameters
    ----------
    sources : DataFrame
        Columns ``source``, ``type``, ``party``, ``country``.
    actors : DataFrame
        Columns ``actor``, ``family``.

    Returns
    -------
    dict
        Source -> Speaker. The families of an armed group are those of every actor of its party.
    """
    family = dict(zip(actors["actor"], actors["family"].astype(str), strict=True))
    groups = sources[sources["type"] == "armed_group"]
    of_party: dict[str, set[str]] = {}
    for source, party in zip(groups["source"], groups["party"], strict=True):
        names = {family[name] for name in (source, party) if name in family}
        of_party.setdefault(party, set()).update(names)
    return {
        row["source"]: Speaker(
            str(row["type"]),
            _text(row["country"]),
            frozenset(of_party.get(row["party"], ()) if row["type"] == "armed_group" else ()),
        )
        for row in sources.to_dict("records")
    }


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)
