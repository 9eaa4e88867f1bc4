"""The parts of data/README.md that are computed from the tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sahelstats.paths import CURATED, DATA
from sahelstats.ranges import ranges
from sahelstats.report.markdown import as_table, item, paragraph, rows_of
from sahelstats.reports import STANDING, latest_claims, reports
from sahelstats.summaries import country_name, listed
from sahelstats.tables.datapackage import figure_in_words
from sahelstats.tables.loading import load_claims, load_incidents, load_table
from sahelstats.tables.schema import ACTORS, DROPPED_CLAIMS, INCIDENTS, SOURCES

#: The incident whose range the data sheet works out step by step.
WORKED_EXAMPLE = "MLI-20240725-tinzaouaten"


STATE_FAMILIES = frozenset({"state", "foreign_state"})


UNARMED_TARGETS = frozenset({"civilians", "religious", "aid", "hotel_tourism"})


def sizes() -> str:
    """Return how large the incidents are and how many an encyclopaedia describes."""
    table = load_incidents()
    titles = load_table(DATA / INCIDENTS.path, INCIDENTS)["wikipedia_title"]
    best = table["killed_best"].dropna()
    lower, middle, upper = (int(best.quantile(share)) for share in (0.25, 0.5, 0.75))
    return paragraph(
        f"What came of it: a quarter of the incidents have a best figure of {lower} dead or fewer,"
        f" a quarter one of {upper} or more; the median is {middle}. {titles.notna().sum()} of the"
        f" {len(table)} have an article in Wikipedia, or a part of one."
    )


def violence_by_rule(attack: str, target: str, families: Sequence[str]) -> str:
    """Return the type of violence that the rule of the data sheet gives.

    Parameters
    ----------
    attack, target : str
        ``attack_type`` and ``target_type``.
    families : sequence of str
        Families of all actors of the attacking side.

    Returns
    -------
    str
        ``state-based``, ``non-state`` or ``one-sided``.

    Examples
    --------
    >>> violence_by_rule("airstrike", "militants", ["state", "foreign_state"])
    'state-based'
    >>> violence_by_rule("battle", "militants", ["jnim"])
    'non-state'
    """
    if STATE_FAMILIES.issuperset(families):
        return "one-sided" if target in UNARMED_TARGETS else "state-based"
    if target in UNARMED_TARGETS or (
        attack in ("massacre", "hostage_taking") and target == "mixed"
    ):
        return "one-sided"
    if target == "militants" and STATE_FAMILIES.isdisjoint(families):
        return "non-state"
    return "state-based"


def exceptions_to_violence_rule() -> pd.DataFrame:
    """Return the incidents whose type of violence is not the one the rule gives.

    Returns
    -------
    DataFrame
        Columns ``incident_id``, ``rule``, ``type_of_violence``, ``review_note``.

    Examples
    --------
    >>> list(exceptions_to_violence_rule())[:2]
    ['incident_id', 'rule']
    """
    incidents = load_table(DATA / INCIDENTS.path, INCIDENTS)
    families = load_table(DATA / ACTORS.path, ACTORS).set_index("actor")["family"].astype(str)
    by_rule = [
        violence_by_rule(attack, target, [families[actor] for actor in actors.split("; ")])
        for attack, target, actors in zip(
            incidents["attack_type"], incidents["target_type"], incidents["actors"], strict=True
        )
    ]
    incidents.insert(1, "rule", by_rule)
    other = incidents[incidents["rule"] != incidents["type_of_violence"].astype(str)]
    return other[["incident_id", "rule", "type_of_violence", "review_note"]].reset_index(drop=True)


def violence_exceptions() -> str:
    """Return the exceptions to the rule for the type of violence as a table."""
    found = exceptions_to_violence_rule()
    rows = [(f"`{row[0]}`", *row[1:3]) for row in found.itertuples(index=False, name=None)]
    head = f"{len(found)} of {len(load_incidents()):,} incidents are exceptions:\n\n"
    return head + as_table(("incident", "the rule gives", "the table says"), rows)


def worked_example() -> str:
    """Return how the range of one incident comes about, every number computed."""
    incident = load_incidents().set_index("incident_id").loc[WORKED_EXAMPLE]
    claims = load_claims()
    own = claims[(claims["incident_id"] == WORKED_EXAMPLE) & (claims["outcome"] == "killed")]
    parts = [
        f"`{WORKED_EXAMPLE}`: {incident['place']}, {incident['date_start']:%-d %B %Y} to"
        f" {incident['date_end']:%-d %B %Y}. The claims on the dead:",
        _claims_table(own),
    ]
    for basis, title in (
        ("excl_attackers", "Reports, attackers left out"),
        ("incl_attackers", "Reports, attackers counted"),
    ):
        found = reports(own, "killed", basis)
        parts += [f"{title}:", _reports_table(found), _range_sentence(own, found, basis)]
    return "\n\n".join(parts)


def _claims_table(own: pd.DataFrame) -> str:
    """Return the claims of one incident, and what becomes of each."""
    used = {
        basis: {
            int(number)
            for numbers in reports(own, "killed", basis)["claim_nos"]
            for number in numbers.split("+")
        }
        for basis in ("excl_attackers", "incl_attackers")
    }
    latest = set(latest_claims(own).index)
    rows = []
    for index, claim in own.iterrows():
        number = int(claim["claim_no"])
        without, with_them = (number in used[basis] for basis in used)
        if claim["status"] not in STANDING:
            enters = f"neither: {claim['status']}"
        elif index not in latest:
            enters = "neither: its claimant replaced it later"
        else:
            enters = {
                (1, 1): "both",
                (1, 0): "attackers left out",
                (0, 1): "attackers counted",
            }.get((without, with_them), "neither")
        victims = str(claim["victims"]).replace("_", " ")
        rows.append((number, claim["claimant"], figure_in_words(claim), victims, enters))
    return as_table(("claim", "claimed by", "figure", "victims", "enters the toll"), rows)


def _reports_table(found: pd.DataFrame) -> str:
    """Return the reports of one incident, smallest first."""
    rows = [
        (
            report["claimant"], report["claim_nos"].replace("+", " + "), report["lower"],
            report["central"], report["upper"], "yes" if report["open_above"] else "no",
            f"{report['weight']:g}",
        )
        for report in found.sort_values(["central", "claimant"]).to_dict("records")
    ]  # fmt: skip
    names = ("report by", "claims", "lower", "central", "upper", "open above", "weight")
    return as_table(names, rows)


def _range_sentence(own: pd.DataFrame, found: pd.DataFrame, basis: str) -> str:
    """Return the range that reports give, and who set each bound."""
    result = ranges(own, "killed", basis).loc[WORKED_EXAMPLE]
    low, best, high = (
        f"{result[part]}, by {result[f'{part}_by'].replace('+', ' + ')}"
        for part in ("low", "best", "high")
    )
    left_open = "was" if result["open_above"] else "was not"
    middles = sorted(int(value) for value in found["central"].dropna())
    return paragraph(
        f"Low: {low}. High: {high}; the figure {left_open} left open by its source. Best: {best};"
        f" it is the weighted median of {listed(map(str, middles))}. Reports:"
        f" {result['n_reports']}, by {result['n_sources']} independent parties."
    )


def incidents_by_country_and_year() -> str:
    """Return the number of incidents of each year and country."""
    table = load_incidents()
    counts = pd.crosstab(table["year"], table["country"], margins=True, margins_name="all")
    ordered = counts.loc["all"].drop("all").sort_values(ascending=False, kind="stable").index
    counts = counts[[*ordered, "all"]]
    names = [country_name(code) for code in ordered]
    rows = [(year, *(count or "" for count in row)) for year, row in rows_of(counts)]
    return as_table(("year", *names, "all"), rows)


def claims_by_type() -> str:
    """Return claims, claimants, incidents and weight by type of claimant."""
    claims = load_claims()
    weights = load_table(DATA / SOURCES.path, SOURCES).groupby("type", observed=True)["weight"]
    rows = [
        (*_spoken(own, len(claims), f"`{kind}`"), " or ".join(f"{w:g}" for w in sorted(set(known))))
        for kind, known in weights
        if len(own := claims[claims["source_type"] == kind])
    ]
    rows.append((*_spoken(claims, len(claims), "all"), ""))
    names = ("type of claimant", "claims", "share", "claimants", "incidents", "weight")
    return as_table(names, rows)


def _spoken(own: pd.DataFrame, whole: int, name: str) -> tuple[Any, ...]:
    """Return a row on some of the claims: their number and share, who makes them, on what."""
    people, incidents = own["claimant"].nunique(), own["incident_id"].nunique()
    return name, len(own), f"{len(own) / whole:.1%}", people, incidents


def incidents_by_claimants() -> str:
    """Return how many incidents have none, one, two, three or more claimants and parties."""
    table = load_incidents()
    claimants, parties = (
        table[column].astype(int).clip(upper=3).value_counts()
        for column in ("n_claimants", "killed_n_sources")
    )

    def cell(counts: pd.Series, number: int) -> str:
        count = int(counts.get(number, 0))
        return f"{count} ({count / len(table):.1%})"

    rows = [
        (name, cell(claimants, number), cell(parties, number))
        for number, name in enumerate(("none", "one", "two", "three or more"))
    ]
    return as_table(
        ("number", "claimants, any outcome", "independent parties behind the number of dead"), rows
    )


def known_gaps() -> str:
    """Return the gaps of the table that can be counted."""
    table, claims = load_incidents(), load_claims()
    incidents = load_table(DATA / INCIDENTS.path, INCIDENTS)
    dates = pd.read_csv(CURATED / "claims.csv", dtype=str, keep_default_na=False)["reported_on"]
    killed = claims[claims["outcome"] == "killed"]
    dropped = load_table(DATA / DROPPED_CLAIMS.path, DROPPED_CLAIMS)
    compiled = claims["source_type"] == "encyclopaedia"
    relayed = claims["relay"].fillna("").str.contains("Wikipedia")

    def of(found: pd.Series) -> str:
        return f"{int(found.fillna(False).sum()):,} of {len(found):,}"

    lines = [
        f"No best figure for the dead: {of(table['killed_best'].isna())} incidents with attackers"
        f" left out, {of(table['killed_incl_best'].isna())} with attackers counted. Missing is not"
        " zero.",
        f"No best figure for the wounded: {of(table['wounded_best'].isna())} incidents.",
        "The highest figure for the dead was left open by its source:"
        f" {of(table['killed_open_above'])} incidents.",
        f"The actor is not identified: {of(table['actor_family'] == 'unidentified')} incidents. A"
        " claim of responsibility may have come later and been missed.",
        "The place is known only to the second-level division or worse:"
        f" {of(table['geo_precision'] > 2)} incidents. Coordinates of the named place from general"
        f" knowledge (`gazetteer`): {of(incidents['geo_source'] == 'gazetteer')}.",
        f"The day is not known: {of(table['date_precision'] != 'day')} incidents.",
        "Claims on the dead that do not tell whether attackers are counted:"
        f" {of(killed['includes_perpetrators'] == 'unknown')}.",
        f"Claims by an encyclopaedia that names nobody who counted: {of(compiled)}. Claims of"
        f" somebody else that were read in Wikipedia: {of(relayed)}.",
        f"Claims without a date of reporting: {of(dates == '')}. With a month or a year only:"
        f" {of(dates.str.len().isin([4, 7]))}.",
        f"Claims without a page address: {of(claims['url'].isna())}, by"
        f" {listed(sorted(set(claims.loc[claims['url'].isna(), 'claimant'])))}.",
        f"Claims in words only (`dozens`): {of(claims['qualifier'] == 'dozens')}. Denials:"
        f" {of(claims['status'] == 'denial')}.",
        f"Claims taken out, each with its reason in dropped_claims.csv: {len(dropped)}.",
    ]
    return "\n".join(item(line) for line in lines)
