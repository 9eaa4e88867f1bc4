"""Every enumeration of the tables: its values and what each means, in one sentence."""

from __future__ import annotations

COUNTRIES = {
    "BEN": "Benin",
    "BFA": "Burkina Faso",
    "CIV": "Côte d'Ivoire",
    "CMR": "Cameroon",
    "DZA": "Algeria",
    "GHA": "Ghana",
    "GIN": "Guinea",
    "MLI": "Mali",
    "MRT": "Mauritania",
    "NER": "Niger",
    "NGA": "Nigeria",
    "SEN": "Senegal",
    "TCD": "Chad",
    "TGO": "Togo",
}

DATE_PRECISION = {
    "day": "The day is known.",
    "week": "Known to within a week.",
    "month": "Known to within a month.",
    "year": "Known to within a year (imported tables only).",
}

GEO_PRECISION = {
    "1": "Exact site or settlement.",
    "2": "Within about 25 km of the point.",
    "3": "Somewhere in the second-level division; the point stands for it.",
    "4": "Somewhere in the first-level division; the point stands for it.",
    "5": "Coarser than the first-level division.",
}

ATTACK_TYPE = {
    "battle": "Two armed sides fight for a place or over days.",
    "ambush": "An armed side is attacked on the move.",
    "armed_assault": "A post, camp, town or building is attacked with firearms.",
    "massacre": "People who do not fight are killed in numbers, at close quarters.",
    "suicide_attack": "At least one attacker dies by his own charge.",
    "landmine": "A mine or roadside charge is set off by those it hits.",
    "shelling": "Mortars, rockets or artillery from a distance.",
    "airstrike": "Aircraft or drones strike from the air.",
    "hostage_taking": "People are held or carried off, and the deaths come with it.",
    "bombing": "A charge, neither a mine nor carried by one who dies (imported tables only).",
    "unknown": "The sources do not tell.",
}

TARGET_TYPE = {
    "military": "An army, its posts or its convoys, allied militias included.",
    "gendarmerie_police": "Gendarmerie, police, guards, customs or foresters.",
    "peacekeepers": "A United Nations or African Union mission.",
    "government": "Officials, prisons, courts and offices of a state.",
    "militants": "An armed group, attacked by a state or by another group.",
    "civilians": "People who belong to no armed side, at home, at market or on the road.",
    "religious": "A mosque, a church or a congregation.",
    "hotel_tourism": "Hotels, restaurants and places foreigners visit.",
    "infrastructure": "Mines, gas plants, bridges and other works.",
    "aid": "Humanitarian workers or convoys.",
    "mixed": "Two or more of these in one incident.",
    "unknown": "The producer does not tell who was attacked (imported tables only).",
}

TYPE_OF_VIOLENCE = {
    "state-based": "A state is one of the two sides (UCDP type 1).",
    "non-state": "Two organised armed groups, neither of them a state (UCDP type 2).",
    "one-sided": "An armed side attacks people who do not fight (UCDP type 3).",
}

ATTRIBUTION = {
    "claimed": "The actor said so itself.",
    "attributed": "A government, a mission or a court names the actor.",
    "suspected": "Press, residents or analysts suspect the actor.",
    "coded": "An event dataset codes the actor, on its own judgement (imported tables only).",
    "side": "An event dataset names two sides, not who attacked (imported tables only).",
    "unknown": "Nobody names an actor.",
}

REVIEW = {
    "unreviewed": "Converted by rule; no person has gone through its claims yet.",
    "reviewed": "Every claim was judged against the definitions.",
    "disputed": "Judged; its sources disagree beyond what the table can settle, see `review_note`.",
}

ACTOR_FAMILY = {
    "jnim": "JNIM, the groups that founded it and its local parts.",
    "is_sahel": "Islamic State Sahel Province, ISGS before 2022, and those who act in its name.",
    "boko_haram": "Boko Haram and ISWAP of the Lake Chad basin.",
    "separatist": "Azawad movements: MNLA, CMA, CSP, FLA and others of their lineage.",
    "self_defence": "Village, hunter and communal militias and volunteers.",
    "state": "Forces of the state on whose soil the incident lies.",
    "foreign_state": "Forces of another state, or its contractors.",
    "other": "Any other armed group (imported tables only).",
    "unidentified": "No actor is named, or only a kind of actor.",
}

#: What is unusual about a row of an imported table. A rule that names one of the first three is
#: suspended for the rows that carry it, and only for them.
QUIRK = {
    "low_above_best": "The producer's low is above its best.",
    "high_below_best": "The producer's high is below its best.",
    "low_above_high": "The producer's low is above its high.",
    "outside_country": "The point lies more than 25 km outside the country.",
    "coordinates_zero": "The producer gave 0, 0 as the point; it is left empty.",
    "place_not_named": "The producer names no place; the division or the country stands there.",
    "end_from_start": "The producer gives no last day; the first stands for it.",
    "summary_event": "The producer counts it from a summary of several events.",
    "not_cleared": "The producer has not cleared the event yet.",
    "doubtful_type": "The producer doubts that the event belongs into its data.",
    "type_assumed": "The type of violence follows from the attacker alone: no target is named.",
    "attackers_exceed_dead": "More attackers are counted dead than people in all.",
    "figure_rounded": "The producer gave a fraction of a person; it is rounded.",
}

SOURCE_TYPE = {
    "government": "Civil authorities of a state: presidency, ministers, governors, prosecutors.",
    "military": "Armies, gendarmerie, police and their spokesmen.",
    "armed_group": "Jihadist, separatist, allied and self-defence groups.",
    "un": "Missions and offices of the United Nations.",
    "ngo": "Rights, humanitarian and civil-society organisations, unions, parties.",
    "medical": "Hospitals and health workers.",
    "local_official": "Mayors, councillors, elected officials and chiefs.",
    "security_source": "Unnamed members of security forces or services.",
    "local_source": "Residents, witnesses, survivors, relatives and their lists.",
    "media": "An outlet that counts itself or names nobody who counted.",
    "research": "Monitors, analysts, event datasets and risk firms.",
    "encyclopaedia": "A compilation that names nobody who counted; lowest weight.",
}

OUTCOME = {
    "killed": "Deaths.",
    "wounded": "Injured and alive when counted.",
    "missing": "Not accounted for when counted.",
    "abducted": "Carried off or held.",
}

VICTIMS = {
    "all": "Everybody the claimant counted, without distinction.",
    "unspecified": "The claimant does not say who; read like `all`.",
    "civilians": "People who belong to no armed side.",
    "state_forces": "Army, gendarmerie, police and guards of the state concerned.",
    "allied_militia": "Volunteers and groups that fight beside the state: VDP, dozos, MSA, GATIA.",
    "peacekeepers": "Members of a United Nations or African Union mission.",
    "foreign_forces": "Forces or contractors of another state.",
    "militants": "Members of an armed group that was not the attacking side.",
    "perpetrators": "The attacking side's own, whoever it is.",
}

#: Groups that a report's toll without the attackers adds up.
VICTIM_GROUPS = (
    "civilians",
    "state_forces",
    "allied_militia",
    "peacekeepers",
    "foreign_forces",
    "militants",
)

INCLUDES_PERPETRATORS = {
    "yes": "The figure counts attackers.",
    "no": "The figure leaves attackers out.",
    "unknown": "The text does not tell; the figure enters both bases and widens both.",
}

QUALIFIER = {
    "exact": "The number as given, provisional or not: low = best = high.",
    "range": "From low to high; best only where the claimant gives one.",
    "at_least": "No fewer than low = best; no high.",
    "more_than": "More than low = best; no high.",
    "about": "Best only.",
    "nearly": "Best only, approached from below.",
    "up_to": "High only.",
    "dozens": "Many, without a number: no figure at all.",
}

SCOPE = {
    "whole": "Offered as the incident's toll, whatever it calls the dead.",
    "part": "Speaks of one site, contingent or subgroup; never bounds from above.",
    "wider": "Covers more than the incident; never bounds from below.",
}

STATUS = {
    "stated": "A figure its claimant gave.",
    "denial": "A figure of 0: the claimant denies the loss.",
    "superseded": "Replaced by its own claimant where the dates cannot tell; enters no range.",
    "derived": "A sum no source stated; kept for the record, enters no range.",
    "rumour": "Quoted only to be denied; enters no range.",
}

PLACE_KIND = {
    "capital": "National capital (or seat of government).",
    "regional_capital": "Seat of a first-level division.",
    "town": "Another town needed for labels or distances.",
}
