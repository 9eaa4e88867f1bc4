"""The index: what this is, its limits, the headline numbers, and a card for each notebook."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sahelstats
from sahelstats.files import write_atomic
from sahelstats.paths import BUILD, DATA, IMPORTED, INCIDENTS, NOTEBOOKS, REPORTS, ROOT, shown
from sahelstats.report.embedding import link_to, picture
from sahelstats.report.imported import about_lines, imported_table
from sahelstats.report.prose import Prose
from sahelstats.report.rendering import render
from sahelstats.report.results import read_record, read_values, variant_of
from sahelstats.rerun.contract import read_contract, stems
from sahelstats.rerun.publishing import Places, sha256


@dataclass(frozen=True)
class Headline:
    """A number for the head of the index; every figure in it comes from a run's values.

    Attributes
    ----------
    stem : str
        The notebook whose values are filled in.
    number, label, assumption : str
        Templates: the number, what it counts, and what it rests on.
    """

    stem: str
    number: str
    label: str
    assumption: str


HEADLINES = (
    Headline(
        "01_incidents",
        "{n_incidents:,}",
        "incidents in {n_countries} countries, {period_first} to {period_last}, with {n_claims:,}"
        " claims of how many were killed or wounded",
        "Picked by hand from what was widely reported. Not a count of attacks.",
    ),
    Headline(
        "02_casualty_uncertainty",
        "{sum_low:,} to {sum_high:,}",
        "people killed in the {n_known:,} incidents that somebody gives a number for, {attackers}",
        "Envelope: the lows and the highs added up. Bounds of what was reported, no probability.",
    ),
    Headline(
        "02_casualty_uncertainty",
        "{second_lower:,} to {second_upper:,}",
        "the same total as an interval of {level:.0%}, with {second_words}",
        "Model {model}. With {chosen_words} {chosen_lower:,} to {chosen_upper:,},"
        " with {third_words} {third_lower:,} to {third_upper:,}.",
    ),
    Headline(
        "01_incidents",
        "{share_single:.0%}",
        "of the incidents have a toll that rests on the word of one party",
        "Parties count, not outlets: a ministry and its army are one.",
    ),
)


def write_index(places: Places) -> Path:
    """Write the index page.

    Parameters
    ----------
    places : Places
        Where the results are. Of a variant only the notebooks that were run have a card.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    RerunError
        When a notebook of the project has not been run.
    """
    variant = variant_of(places)
    wanted = [s for s in stems() if not variant or (places.record / f"{s}.json").exists()]
    table = imported_table(read_record(places, stem) for stem in wanted) if variant else None
    text = render(
        "index.html.j2",
        home="index.html" if table is None else link_to(REPORTS / "index.html", places.reports),
        site=[("Incidents and claims", link_to(REPORTS / "explorer.html", places.reports))],
        variant=variant,
        about=about_lines(table) if table else [],
        headlines=[] if table else headlines(places),
        cards=[_card(places, stem) for stem in wanted],
        variants=[] if variant else variants(places.reports),
        imported=[] if variant else imported(places.reports),
        downloads=downloads(places.reports, table),
        citation=citation(),
        provenance=_table_provenance(table or INCIDENTS),
    )
    target = places.reports / "index.html"
    write_atomic(target, text)
    return target


def headlines(places: Places) -> list[Headline]:
    """Return the headline numbers, filled in.

    Parameters
    ----------
    places : Places
        Where the values are.

    Returns
    -------
    list of Headline
        Without those whose notebook was not run, or did not record what they take.
    """
    found = []
    for headline in HEADLINES:
        values = read_values(places, headline.stem).get("values", {})
        templates = (headline.number, headline.label, headline.assumption)
        if all(_can_fill(template, values) for template in templates):
            filled = (template.format(**values) for template in templates)
            found.append(Headline(headline.stem, *filled))
    return found


def _can_fill(template: str, values: Mapping[str, Any]) -> bool:
    """Return whether every field of a template has a value."""
    names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    return all(values.get(name) is not None for name in names)


def _card(places: Places, stem: str) -> dict[str, Any]:
    """Return what the index shows of a notebook."""
    contract = read_contract(NOTEBOOKS / f"{stem}.ipynb")
    figures = read_record(places, stem)["figures"]
    values = read_values(places, stem)
    # An imported table may lack what every figure of a notebook takes: then it says why.
    lines = values.get("answer") or dict.fromkeys(values.get("skipped", {}).values())
    prose = Prose()
    card: dict[str, Any] = {
        "number": stem.partition("_")[0],
        "page": f"{stem}.html",
        "question": contract.question,
        "answer": [prose.line(line) for line in lines],
        "picture": None,
    }
    # An imported table may lack what a figure takes, even the first.
    lead = next((name for name in contract.figures if name in figures), None)
    if lead is not None:
        card["alt"] = figures[lead]["alt"]
        card["picture"] = picture(places.figures, f"{stem}__{lead}", places.reports)
    return card


def variants(page_folder: Path) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the variants and sweeps that have pages.

    Parameters
    ----------
    page_folder : Path
        From where the links lead.

    Returns
    -------
    list of tuple
        Name of the variant, and of its pages (name, address); its own index first.
    """
    found = []
    for folder in sorted((BUILD / "variants").glob("*/")):
        pages = [*folder.glob("index.html"), *folder.glob("reports/*.html")]
        pages.sort(key=lambda path: (path.stem != "index", path.name))
        if pages:
            links = [(path.stem, link_to(path, page_folder)) for path in pages]
            found.append((folder.name, links))
    return found


def imported(page_folder: Path) -> list[tuple[str, str]]:
    """Return the imported tables: name, address."""
    tables = sorted(IMPORTED.glob("*.csv"))
    return [(path.name, link_to(path, page_folder)) for path in tables]


def downloads(page_folder: Path, table: Path | None = None) -> list[tuple[str, str, str]]:
    """Return the data files a reader may want: what it is, name, address.

    Of an imported `table` first that and its import report, then the project's own files.
    """
    own = "The project's own table: one" if table else "One"
    brought = (
        (
            ("The imported table: one row per incident", table),
            ("What the import met, and how columns were filled", table.with_suffix(".import.json")),
        )
        if table
        else ()
    )
    files = (
        *brought,
        (f"{own} row per incident, with its ranges", INCIDENTS),
        ("One row per claim: who said how many, with the page", DATA / "curated" / "claims.csv"),
        ("The claimants: type, party, weight", DATA / "curated" / "sources.csv"),
        ("Columns and values, for programs (Frictionless)", DATA / "datapackage.json"),
        ("Data sheet and codebook, for people", DATA / "README.md"),
    )
    return [
        (words, shown(path), link_to(path, page_folder)) for words, path in files if path.exists()
    ]


def citation() -> str:
    """Return how to cite the project, from CITATION.cff; empty where that is missing."""
    import yaml

    path = ROOT / "CITATION.cff"
    if not path.exists():
        return ""
    known = yaml.safe_load(path.read_text(encoding="utf-8"))
    authors = "; ".join(
        person.get("name") or f"{person.get('family-names', '')}, {person.get('given-names', '')}"
        for person in known.get("authors", [])
    )
    parts = [authors, known["title"], f"Version {known['version']}"]
    parts += [f"https://doi.org/{known['doi']}"] if known.get("doi") else []
    parts += [known["url"]] if known.get("url") else []
    return ". ".join(part.rstrip(".") for part in parts if part) + "."


def _table_provenance(table: Path) -> list[tuple[str, str]]:
    return [
        (f"{shown(table)} (sha256)", sha256(table)),
        ("Package", f"sahelstats {sahelstats.__version__}"),
    ]
