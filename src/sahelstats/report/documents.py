"""The parts of README.md and data/README.md that are made from the notebooks and the tables.

They stand between ``<!-- NAME:start -->`` and ``<!-- NAME:end -->``; what is around them is written
by hand. ``write_documents`` brings them up to date, a test says when they are not.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sahelstats.files import write_if_changed
from sahelstats.paths import CURATED, DATA, NOTEBOOKS, ROOT
from sahelstats.ranges import ranges
from sahelstats.reports import STANDING, latest_claims, reports
from sahelstats.rerun.contract import read_contract, stems
from sahelstats.summaries import country_name, listed
from sahelstats.tables.datapackage import codebook_markdown, figure_in_words, value_examples
from sahelstats.tables.loading import load_claims, load_incidents, load_table
from sahelstats.tables.schema import ACTORS, ALL_TABLES, DROPPED_CLAIMS, INCIDENTS, SOURCES

README = ROOT / "README.md"
DATA_SHEET = DATA / "README.md"

#: The incident whose range the data sheet works out step by step.
WORKED_EXAMPLE = "MLI-20240725-tinzaouaten"

STATE_FAMILIES = frozenset({"state", "foreign_state"})
UNARMED_TARGETS = frozenset({"civilians", "religious", "aid", "hotel_tourism"})

#: A generated part: no argument -> Markdown.
Part = Callable[[], str]


def write_documents() -> list[Path]:
    """Bring the generated parts of README.md and data/README.md up to date, in place.

    Returns
    -------
    list of Path
        The files that changed.

    Raises
    ------
    ValueError
        When a file has lost the marker of a part.
    """
    return [
        path
        for path, parts in documents().items()
        if write_if_changed(path, filled(path.read_text(encoding="utf-8"), parts))
    ]


def documents() -> dict[Path, dict[str, Part]]:
    """Return the files that have generated parts, and who makes each part.

    Returns
    -------
    dict
        Path -> name of the part -> function that returns its Markdown.

    Examples
    --------
    >>> [path.name for path in documents()]
    ['README.md', 'README.md']
    """
    return {
        README: {
            "summary": summary,
            "files": file_list,
            "notebooks": notebook_list,
            "figures": figure_list,
        },
        DATA_SHEET: {
            "summary": summary,
            "sizes": sizes,
            "violence": violence_exceptions,
            "example": worked_example,
            "years": incidents_by_country_and_year,
            "types": claims_by_type,
            "claimants": incidents_by_claimants,
            "gaps": known_gaps,
            "codebook": lambda: codebook_markdown(value_examples()),
        },
    }


def filled(text: str, parts: dict[str, Part]) -> str:
    r"""Return a document with its generated parts written anew.

    Parameters
    ----------
    text : str
        The document.
    parts : dict
        Name -> function that returns the Markdown between the markers of that name.

    Returns
    -------
    str
        The document; what stands outside the markers is left alone.

    Raises
    ------
    ValueError
        When the markers of a part are not there exactly once.

    Examples
    --------
    >>> filled("a <!-- x:start -->old<!-- x:end --> b", {"x": lambda: "new"})
    'a <!-- x:start -->\nnew\n<!-- x:end --> b'
    """
    for name, part in parts.items():
        start, end = f"<!-- {name}:start -->", f"<!-- {name}:end -->"
        before, found, rest = text.partition(start)
        _, closed, after = rest.partition(end)
        if not (found and closed) or start in rest or end in before + after:
            raise ValueError(f"the markers {start} and {end} must be there once, in this order")
        text = f"{before}{start}\n{part().strip()}\n{end}{after}"
    return text


# ---- README.md ---------------------------------------------------------------------------------


def summary() -> str:
    """Return how much the tables hold, in sentences."""
    table, claims = load_incidents(), load_claims()
    review = table["review"].value_counts()
    countries = table["country"].value_counts()
    single = (table["killed_n_sources"] == 1).mean()
    return _paragraph(
        f"The table holds {len(table):,} incidents from {table['year'].min()} to"
        f" {table['year'].max()} in {len(countries)} countries, most of them in"
        f" {listed(country_name(code) for code in countries.index[:3])}, and {len(claims):,} claims"
        f" by {claims['claimant'].nunique()} claimants. {review['reviewed']} incidents are reviewed"
        f" and {review['disputed']} disputed. For {single:.0%} of the incidents the number of dead"
        " rests on the word of one party alone; for"
        f" {int(table['killed_best'].isna().sum())} nobody gives a figure that leaves the attackers"
        " out."
    )


def file_list() -> str:
    """Return the tables, with what a row of each is and how many it has."""
    rows = [
        (
            f"[data/{table.path.as_posix()}](data/{table.path.as_posix()})",
            table.row,
            f"{len(load_table(DATA / table.path, table)):,}",
        )
        for table in ALL_TABLES
    ]
    return _table(("file", "one row is", "rows"), rows)


def notebook_list() -> str:
    """Return one line for each notebook: its file and its question."""
    return "\n".join(
        f"* [{stem}](notebooks/{stem}.ipynb): {read_contract(NOTEBOOKS / f'{stem}.ipynb').question}"
        for stem in stems()
    )


def figure_list() -> str:
    """Return the figures that the notebooks declare, with what each shows."""
    lines: list[str] = []
    for stem in stems():
        path = NOTEBOOKS / f"{stem}.ipynb"
        captions = captions_of(path)
        lines += [f"**{stem}**", ""]
        for name in read_contract(path).figures:
            shows = captions.get(name, name.replace("_", " ").capitalize() + ".")
            lines.append(_item(f"[{name}](figures/{stem}__{name}.png): {shows}"))
        lines.append("")
    return "\n".join(lines)


def captions_of(path: Path) -> dict[str, str]:
    """Return the first sentence of the caption of each figure that a notebook saves.

    Parameters
    ----------
    path : Path
        An ``.ipynb`` file.

    Returns
    -------
    dict
        Figure name -> sentence; figures whose name or caption is made by code are missing.

    Examples
    --------
    >>> "claims" in captions_of(NOTEBOOKS / "05_bamako_2024.ipynb")
    True
    """
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    found: dict[str, str] = {}
    for cell in (cell for cell in cells if cell["cell_type"] == "code"):
        for call in ast.walk(ast.parse("".join(cell["source"]))):
            if not isinstance(call, ast.Call) or len(call.args) < 2:
                continue
            name = call.args[1]
            captions = [word.value for word in call.keywords if word.arg == "caption"]
            texts = [name.value for name in (name, *captions) if isinstance(name, ast.Constant)]
            if len(texts) == 2 and all(isinstance(text, str) for text in texts):
                found[str(texts[0])] = re.split(r"(?<=\.)\s", str(texts[1]))[0]
    return found


# ---- data/README.md ----------------------------------------------------------------------------


def sizes() -> str:
    """Return how large the incidents are and how many an encyclopaedia describes."""
    table = load_incidents()
    titles = load_table(DATA / INCIDENTS.path, INCIDENTS)["wikipedia_title"]
    best = table["killed_best"].dropna()
    lower, middle, upper = (int(best.quantile(share)) for share in (0.25, 0.5, 0.75))
    return _paragraph(
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
    return head + _table(("incident", "the rule gives", "the table says"), rows)


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
    return _table(("claim", "claimed by", "figure", "victims", "enters the toll"), rows)


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
    return _table(names, rows)


def _range_sentence(own: pd.DataFrame, found: pd.DataFrame, basis: str) -> str:
    """Return the range that reports give, and who set each bound."""
    result = ranges(own, "killed", basis).loc[WORKED_EXAMPLE]
    low, best, high = (
        f"{result[part]}, by {result[f'{part}_by'].replace('+', ' + ')}"
        for part in ("low", "best", "high")
    )
    left_open = "was" if result["open_above"] else "was not"
    middles = sorted(int(value) for value in found["central"])
    return _paragraph(
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
    rows = [(year, *(count or "" for count in row)) for year, row in _rows(counts)]
    return _table(("year", *names, "all"), rows)


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
    return _table(("type of claimant", "claims", "share", "claimants", "incidents", "weight"), rows)


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
    return _table(
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
        f"No figure for the dead: {of(table['killed_best'].isna())} incidents with attackers left"
        f" out, {of(table['killed_incl_best'].isna())} with attackers counted. Missing is not"
        " zero.",
        f"No figure for the wounded: {of(table['wounded_best'].isna())} incidents.",
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
    return "\n".join(_item(line) for line in lines)


# ---- Markdown ----------------------------------------------------------------------------------


def _rows(frame: pd.DataFrame) -> Iterable[tuple[Any, list[Any]]]:
    """Return the rows of a frame, each with its label."""
    return zip(frame.index, frame.to_numpy().tolist(), strict=True)


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a Markdown table; a column of numbers only is set to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    numeric = [
        all(re.fullmatch(r"[\d,.%() ]*", row[place]) for row in cells)
        for place in range(len(names))
    ]
    rule = ["--:" if right else "---" for right in numeric]
    lines = [f"| {' | '.join(row)} |" for row in ([*names], *cells)]
    lines.insert(1, f"|{'|'.join(rule)}|")
    return "\n".join(lines)


def _cell(value: Any) -> str:
    """Return a value as a cell shows it."""
    if value is pd.NA or value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}" if value > 9999 else str(value)
    return str(value).replace("|", "\\|")


def _paragraph(text: str) -> str:
    """Return text in lines of at most 110 characters."""
    return textwrap.fill(text, 110, break_long_words=False, break_on_hyphens=False)


def _item(text: str) -> str:
    """Return text as an item of a list."""
    return textwrap.fill(
        f"* {text}", 110, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
