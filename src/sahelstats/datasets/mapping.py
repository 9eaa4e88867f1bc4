"""What becomes of each producer's columns and codes: declared here, used by the adapters, and
printed as the table in the data sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PRODUCER_NAMES = {"ucdp-ged": "UCDP GED", "acled": "ACLED", "gtd": "GTD"}

#: UCDP's where_prec: 5 is a line or a vague area, 6 the country, 7 sea or air.
WHERE_PREC = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 5, 7: 5}
#: UCDP's date_prec: 2 is two to six days, 3 a week, 4 a month, 5 more than a month.
DATE_PREC = {1: "day", 2: "week", 3: "week", 4: "month", 5: "year"}
TYPE_OF_VIOLENCE = {1: "state-based", 2: "non-state", 3: "one-sided"}

#: ACLED's geo_precision: 2 is a part of a region, coded to a town in it, 3 a larger region.
ACLED_GEO = {1: 1, 2: 3, 3: 4}
ACLED_TIME = {1: "day", 2: "week", 3: "month"}
ACLED_ATTACK = {
    "armed clash": "battle",
    "government regains territory": "battle",
    "non-state actor overtakes territory": "battle",
    "air/drone strike": "airstrike",
    "shelling/artillery/missile attack": "shelling",
    "remote explosive/landmine/ied": "landmine",
    "suicide bomb": "suicide_attack",
    "grenade": "bombing",
    "abduction/forced disappearance": "hostage_taking",
}
#: Names and, in older exports, numbers of ACLED's kinds of actor.
ACLED_KINDS = {
    "1": "state", "state forces": "state",
    "2": "rebels", "rebel group": "rebels", "rebel groups": "rebels", "rebel forces": "rebels",
    "3": "militia", "political militia": "militia", "political militias": "militia",
    "4": "militia", "identity militia": "militia", "identity militias": "militia",
    "5": "rioters", "rioters": "rioters",
    "6": "protesters", "protesters": "protesters",
    "7": "civilians", "civilians": "civilians",
    "8": "external", "external/other forces": "external", "external forces": "external",
    "other forces": "external",
    "0": "", "": "",
}  # fmt: skip
#: Event types of ACLED that are attacks, by the beginning of their name; the others are no
#: organised violence.
ACLED_ATTACKS = ("battle", "explosions/remote violence", "remote violence", "violence against civ")

#: GTD's specificity: 2 and 3 are the centre of a second-level division, 5 nothing known.
SPECIFICITY = {1: 1, 2: 3, 3: 3, 4: 4, 5: 5}
GTD_ATTACK = {
    "armed assault": "armed_assault",
    "bombing/explosion": "bombing",
    "hijacking": "hostage_taking",
    "hostage taking (barricade incident)": "hostage_taking",
    "hostage taking (kidnapping)": "hostage_taking",
}
GTD_TARGET = {
    "military": "military",
    "police": "gendarmerie_police",
    "government (general)": "government",
    "government (diplomatic)": "government",
    "terrorists/non-state militia": "militants",
    "violent political party": "militants",
    "private citizens & property": "civilians",
    "business": "civilians",
    "educational institution": "civilians",
    "journalists & media": "civilians",
    "abortion related": "civilians",
    "religious figures/institutions": "religious",
    "tourists": "hotel_tourism",
    "ngo": "aid",
    "utilities": "infrastructure",
    "telecommunication": "infrastructure",
    "transportation": "infrastructure",
    "airports & aircraft": "infrastructure",
    "maritime": "infrastructure",
    "food or water supply": "infrastructure",
}
#: Parts of GTD's subtypes that say more than the type.
GTD_SUBTARGET = {
    "peacekeep": "peacekeepers",
    "hotel": "hotel_tourism",
    "restaurant": "hotel_tourism",
}
#: Kinds of target that make an attack by a group that is no state state-based.
STATE_TARGETS = ("military", "gendarmerie_police", "government", "peacekeepers")
#: Numbers that GTD writes where it does not know.
GTD_UNKNOWN = (-9, -99)


def _codes(codes: Mapping[Any, Any]) -> str:
    """Return a code table in words, codes of one meaning together."""
    together: dict[Any, list[str]] = {}
    for code, value in codes.items():
        together.setdefault(value, []).append(str(code))
    return "; ".join(f"{', '.join(group)} → {value}" for value, group in together.items())


_SAME = "the same"

#: Column of the tidy table -> what fills it from UCDP GED, ACLED and GTD.
MAPPING: dict[str, tuple[str, str, str]] = {
    "incident_id": ("UCDP-`id`", "ACLED-`event_id_cnty`", "GTD-`eventid`"),
    "date_start, date_end": (
        "`date_start`, `date_end`",
        "`event_date`, both",
        "`iyear`, `imonth`, `iday`; day 0 spans the month, month 0 the year",
    ),
    "date_precision": (
        f"`date_prec`: {_codes(DATE_PREC)}",
        f"`time_precision`: {_codes(ACLED_TIME)}",
        "day; week where `approxdate` is filled; month or year where day or month is 0",
    ),
    "country": (
        "`country_id` (Gleditsch and Ward), else the name",
        "`country`, else `iso`",
        "`country_txt`",
    ),
    "admin1": ("`adm_1`", "`admin1`", "`provstate`"),
    "place": ("`where_coordinates`", "`location`", "`city`; Unknown counts as not named"),
    "latitude, longitude": (_SAME, _SAME, _SAME),
    "geo_precision": (
        f"`where_prec`: {_codes(WHERE_PREC)}",
        f"`geo_precision`: {_codes(ACLED_GEO)}",
        f"`specificity`: {_codes(SPECIFICITY)}; empty → 5",
    ),
    "attack_type": (
        "unknown: GED does not tell",
        f"`sub_event_type`: {_codes(ACLED_ATTACK)}; others → unknown",
        "suicide_attack where `suicide` is 1, else `attacktype1_txt`: "
        f"{_codes(GTD_ATTACK)}; others → unknown",
    ),
    "target_type": (
        "one-sided → civilians; non-state → militants; state-based → unknown",
        "civilians where ACLED says they are targeted; for violence from a distance the kind of "
        "`actor2`; battles → unknown: ACLED does not tell who attacked",
        f"`targsubtype1_txt`, else `targtype1_txt`: {_codes(GTD_TARGET)}; others → unknown",
    ),
    "type_of_violence": (
        f"`type_of_violence`: {_codes(TYPE_OF_VIOLENCE)}",
        "one-sided where civilians are targeted; state-based where a state or external force is a "
        "side; non-state where two groups are; one-sided, and flagged, where one side is named",
        f"by target: {', '.join(STATE_TARGETS)} → state-based; militants → non-state; others → "
        "one-sided, flagged where the target is unknown",
    ),
    "actor, actor_family": (
        "one-sided and non-state: `side_a`; state-based: the side that is no government, `side_a` "
        "where both are",
        "`actor1`, in battles of a state or external force its opponent; names joined by and/or "
        "stay, and their family is the one they share, else unidentified",
        "`gname`",
    ),
    "attribution": (
        "one-sided → coded; else side: GED names two sides, not who attacked",
        "battles → side; else coded; unknown where the actor is unidentified",
        "claimed where `claimed` is 1; suspected where `guncertain1` is 1; unknown where `gname` "
        "is; else coded",
    ),
    "killed_incl_* (attackers counted)": (
        "`low`, `best`, `high`: all dead of the event, on both sides",
        "`fatalities` → best; low and high empty: ACLED gives one figure",
        "`nkill` → best; low and high empty",
    ),
    "killed_* (attackers left out)": (
        "the same figures where no attacker can be among them: one-sided events without deaths of "
        "side a, and events in which only civilians died; else empty, since GED does not tell who "
        "attacked",
        "`fatalities` → best where civilians are targeted; else empty",
        "`nkill` minus `nkillter` → best where both are given; else empty",
    ),
    "wounded_incl_*, wounded_*": (
        "empty: GED does not count them",
        "empty: ACLED does not count them",
        "`nwound`; `nwound` minus `nwoundte`",
    ),
    "*_open_above": ("False", "empty: no high", "empty: no high"),
    "*_n_reports, *_n_sources": (
        "1 where there is a figure: the producer's own",
        "1 where there is a figure: the producer's own",
        "1 where there is a figure: the producer's own",
    ),
    "n_claims, n_claimants": (
        "figures the producer gives (killed, wounded), and 1",
        _SAME,
        _SAME,
    ),
    "review": ("unreviewed", "unreviewed", "unreviewed"),
    "quirk": (
        "bounds out of order, `event_clarity` 2, `code_status` other than Clear, and what is said "
        "below",
        "what is said below",
        "`doubtterr` 1, more attackers dead than people, fractions, and what is said below",
    ),
    "not imported": (
        "rows without id, date, country, type or a whole figure",
        f"the same, and events that are no organised violence: all but {', '.join(ACLED_ATTACKS)}…",
        "rows without id, year or country",
    ),
}


def mapping_markdown() -> str:
    """Return the table of the data sheet: tidy column by producer.

    Returns
    -------
    str
        Markdown.

    Examples
    --------
    >>> print(mapping_markdown().splitlines()[0])
    | column | UCDP GED | ACLED | GTD |
    """
    lines = [f"| column | {' | '.join(PRODUCER_NAMES.values())} |", "|---|---|---|---|"]
    lines += [
        f"| {', '.join(f'`{n}`' for n in _names(column))} | {' | '.join(cells)} |"
        for column, cells in MAPPING.items()
    ]
    return "\n".join(lines)


def _names(column: str) -> list[str]:
    return column.split(", ")


def decisions(producer: str) -> dict[str, str]:
    """Return what fills each column from one producer, for the import report.

    Parameters
    ----------
    producer : str
        ``ucdp-ged``, ``acled`` or ``gtd``.

    Returns
    -------
    dict
        Column of the tidy table -> what fills it.

    Examples
    --------
    >>> decisions("acled")["admin1"]
    '`admin1`'
    """
    place = list(PRODUCER_NAMES).index(producer)
    return {column: cells[place] for column, cells in MAPPING.items()}
