"""Armed actors as producers name them: the project's own name where it has one, and the family."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sahelstats.tables.countries import code_of

#: Where the Islamic State's two provinces in West Africa are told apart by place: UCDP calls both
#: "IS", and Niger has both, west and east of this longitude.
LAKE_CHAD_FROM = 10.0
_LAKE_CHAD = ("NGA", "CMR", "TCD")
_SAHEL = ("MLI", "BFA", "NER", "BEN", "TGO", "CIV", "GHA", "DZA", "MRT", "SEN", "GIN")
_REGION = (*_SAHEL, *_LAKE_CHAD)

UNNAMED = "unidentified armed men"


@dataclass(frozen=True)
class Rule:
    """Names that mean one actor, or one kind of actor.

    Attributes
    ----------
    pattern : str
        Regular expression, found at the beginning of the name, case ignored.
    family : str
        A value of the vocabulary's ``ACTOR_FAMILY``.
    actor : str
        Name in ``actors.csv``; empty to keep the producer's.
    countries : tuple of str
        Where the name means this; anywhere when empty.
    """

    pattern: str
    family: str
    actor: str = ""
    countries: tuple[str, ...] = ()


#: The first rule that fits holds.
RULES = (
    # Candidate events name whom UCDP has not identified yet by three x and the number of a state.
    Rule(r"(unidentified|unknown|xxx\d*)\b|$", "unidentified", UNNAMED),
    Rule(r"jnim\b|jama'?at nu[sṣ]rat al.islam", "jnim", "JNIM"),
    Rule(r"aqim\b|al.qa(ida|eda|'ida) in the islamic maghreb", "jnim", "AQIM"),
    Rule(r"ansar dine\b|ansar al.?dine \(mali\)", "jnim", "Ansar Dine", _REGION),
    Rule(r"al.m[uo]u?rabitu?o?un", "jnim", "Al-Mourabitoun", _REGION),
    Rule(
        r"signed.in.blood|al.mulathamu?e?n|al.mua'?qi'?oon biddam", "jnim",
        "Al-Mulathameen Brigade", _REGION,
    ),
    Rule(r"mujao\b|movement for oneness and jihad", "jnim", "MUJAO"),
    Rule(r"flm\b|ma[cs]ina liberation|katiba macina", "jnim", "Katiba Macina", _REGION),
    Rule(r"ansar(oul|ul| ul|ou?l) ?.?islam", "jnim", "Ansaroul Islam", _REGION),
    Rule(
        r"(islamic state (sahel|in the greater sahara)|isgs\b|islamic state.*greater sahara)",
        "is_sahel", "Islamic State Sahel Province",
    ),
    Rule(r"lakurawa", "is_sahel", "Lakurawa"),
    Rule(r"(islamic state.*west africa|iswap\b)", "boko_haram", "ISWAP"),
    Rule(r"jama'?atu? ahli|boko haram|jas\b", "boko_haram", "Boko Haram"),
    Rule(r"ansaru\b", "boko_haram"),
    Rule(r"(mnla|national movement for the liberation of azawad)\b", "separatist", "MNLA"),
    Rule(r"(hcua|high council for the unity of azawad)\b", "separatist", "HCUA"),
    Rule(r"(cma|coordination of (azawad )?movements)\b", "separatist", "CMA", ("MLI", "NER")),
    Rule(r"csp.dpa\b", "separatist", "CSP-DPA", ("MLI",)),
    Rule(r"(csp\b|permanent strategic framework)", "separatist", "CSP", ("MLI",)),
    Rule(r"(fla\b|azawad liberation front)", "separatist", "FLA", ("MLI",)),
    Rule(r"(maa\b|arab movement of azawad)", "separatist", "MAA", ("MLI", "NER")),
    Rule(r"(atnmc|fiaa|fpla|mpa|arla|mfua|cpa|cj?a)\b", "separatist", "", ("MLI", "NER")),
    Rule(r"gatia\b", "self_defence", "GATIA", ("MLI", "NER")),
    Rule(r"(msa\b|movement for (the )?salvation of azawad)", "self_defence", "MSA", _SAHEL),
    Rule(r"dan na? ambas?sagou", "self_defence", "Dan Na Ambassagou"),
    Rule(r"dozos?\b", "self_defence", "dozo hunters", ("MLI", "BFA")),
    Rule(r"dozos?\b", "self_defence"),
    Rule(r"koglweogo", "self_defence", "Koglweogo"),
    Rule(r"(vdp\b|volunteers? for the defen[cs]e of the homeland)", "self_defence", "VDP"),
    Rule(r"(ganda (iso|koy|izo)|cm.fpr|ansiprj)", "self_defence", "", ("MLI", "NER")),
    # Communities that fight each other, which UCDP and ACLED name by people.
    Rule(
        r"(fulani|dogon|tuareg|arab|kounta|daoussak|daoussahak|bambara|mossi|songhai|imghad)"
        r"( \(.*\))?$", "self_defence", "", _SAHEL,
    ),
    Rule(r".*\b(communal|ethnic) militia\b", "self_defence"),
    Rule(r"wagner", "foreign_state", "Wagner Group"),
)  # fmt: skip

#: ACLED's words between the names of groups of which one, or all, did it.
_EITHER = " and/or "

#: Names of forces of a state; what follows is the state.
_STATE = re.compile(
    r"(?:government|military forces|police forces|gendarmerie|armed forces) of (?:the )?"
    r"(?P<state>[^,(]+(?:\([^)\d]*\))?)",
    re.IGNORECASE,
)


@lru_cache(maxsize=100_000)
def identify(name: str, country: str, lake_chad: bool = False) -> tuple[str, str]:
    """Return an actor's name in the project, and the family it belongs to.

    Parameters
    ----------
    name : str
        As the producer writes it.
    country : str
        Of the event, ISO 3166-1 alpha-3.
    lake_chad : bool
        Whether the event lies in the Lake Chad basin.

    Returns
    -------
    actor : str
        Name in ``actors.csv`` where the project knows the actor, else the producer's.
    family : str
        A value of the vocabulary's ``ACTOR_FAMILY``.

    Examples
    --------
    >>> identify("JNIM: Group for Support of Islam and Muslims", "BFA")
    ('JNIM', 'jnim')
    >>> identify("IS", "NGA", lake_chad=True), identify("IS", "SYR")
    (('ISWAP', 'boko_haram'), ('IS', 'other'))
    >>> identify("Military Forces of Mali (2021-)", "NER")
    ('Military Forces of Mali (2021-)', 'foreign_state')
    >>> identify("ISWAP and/or Boko Haram", "NGA"), identify("ISGS and/or JNIM", "BFA")
    (('ISWAP and/or Boko Haram', 'boko_haram'), ('ISGS and/or JNIM', 'unidentified'))
    """
    name = name.strip()
    if _EITHER in name:
        return _either(name, country, lake_chad)
    if name in ("IS", "Islamic State", "ISIL"):
        if lake_chad:
            return "ISWAP", "boko_haram"
        if country in _SAHEL:
            return "Islamic State Sahel Province", "is_sahel"
    for rule in RULES:
        here = not rule.countries or country in rule.countries
        if here and re.match(rule.pattern, name, re.IGNORECASE):
            return rule.actor or name, rule.family
    if found := _STATE.match(name):
        own = code_of(found["state"]) == country
        return name, "state" if own else "foreign_state"
    return name, "other"


def _either(name: str, country: str, lake_chad: bool) -> tuple[str, str]:
    """Return a name that leaves open which of several, and their family where it is one."""
    families = {identify(part, country, lake_chad)[1] for part in name.split(_EITHER)}
    return name, families.pop() if len(families) == 1 else "unidentified"


def in_lake_chad(country: str, longitude: float) -> bool:
    """Return whether an event lies in the Lake Chad basin as the rules above mean it.

    Examples
    --------
    >>> in_lake_chad("NER", 13.0), in_lake_chad("NER", 2.1), in_lake_chad("NGA", 13.0)
    (True, False, True)
    """
    return country in _LAKE_CHAD or (country == "NER" and longitude >= LAKE_CHAD_FROM)
