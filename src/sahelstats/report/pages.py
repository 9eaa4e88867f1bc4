"""Self-contained pages, one for each executed notebook."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sahelstats
from sahelstats.files import write_atomic
from sahelstats.paths import INCIDENTS, NOTEBOOKS, REPORTS, is_own_table
from sahelstats.report.article import article_of
from sahelstats.report.embedding import link_to, picture
from sahelstats.report.imported import imported_table
from sahelstats.report.index import write_index
from sahelstats.report.prose import sections
from sahelstats.report.rendering import render
from sahelstats.report.results import read_record, variant_of
from sahelstats.rerun.contract import read_contract, stems
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.publishing import Places
from sahelstats.tables.about import source_of

__all__ = ["write_index", "write_pages"]

#: Tag of prose that is true of the project's own table only.
OWN_TABLE = "own-table"


def write_pages(places: Places, names: Sequence[str]) -> list[Path]:
    """Write the pages of executed notebooks.

    Parameters
    ----------
    places : Places
        Where their results are.
    names : sequence of str
        Stems; all notebooks when empty.

    Returns
    -------
    list of Path
        The pages.

    Raises
    ------
    RerunError
        When a notebook has not been run.
    """
    pages = []
    for stem in names or stems():
        target = places.reports / f"{stem}.html"
        write_atomic(target, _page(places, stem))
        pages.append(target)
    return pages


def _page(places: Places, stem: str) -> str:
    """Return one notebook as a page."""
    record = read_record(places, stem)
    notebook = json.loads((places.executed / f"{stem}.ipynb").read_text(encoding="utf-8"))
    texts = record["figures"]
    captions = {name: text["caption"] for name, text in texts.items()}
    table = imported_table([record])
    # Beside an imported table the project's own is still shown where it is what is compared.
    own = is_own_table(record["parameters"].get("incidents_path", INCIDENTS))
    article = article_of(notebook["cells"], captions, set() if own else {OWN_TABLE})
    article.title = article.title or stem
    shown = [block.name for block in article.blocks if block.kind == "figure"]
    return render(
        "notebook.html.j2",
        home=link_to(REPORTS / "index.html", places.reports),
        site=site_links(places.reports),
        number=stem.partition("_")[0],
        variant=variant_of(places),
        imported="" if table is None else source_of(table),
        own=own,
        article=article,
        contents=list(sections(article.prose.headings)),
        figures={
            name: {
                "number": number,
                "alt": texts[name]["alt"],
                "picture": picture(places.figures, f"{stem}__{name}", places.reports),
            }
            for number, name in enumerate((name for name in shown if name in texts), start=1)
        },
        terms=list(article.prose.used.values()),
        neighbours=_neighbours(places, stem),
        provenance=_provenance(stem, record),
    )


def site_links(page_folder: Path) -> list[tuple[str, str]]:
    """Return the links at the head of every page: name, address as seen from the page's folder."""
    names = (("All questions", "index.html"), ("Incidents and claims", "explorer.html"))
    return [(name, link_to(REPORTS / file, page_folder)) for name, file in names]


def _neighbours(places: Places, stem: str) -> list[tuple[str, str, str]]:
    """Return the notebooks before and after one, as far as they have a page.

    Beside the project's own every notebook gets one. Which have been run already depends on the
    order in which make runs them, and may not decide what a page says.
    """
    known = [
        name
        for name in stems()
        if places.reports == REPORTS or (places.record / f"{name}.json").exists()
    ]
    place = known.index(stem) if stem in known else 0
    beside = (("Before", place - 1), ("Next", place + 1))
    found = []
    for word, other in beside:
        if 0 <= other < len(known):
            try:
                question = read_contract(NOTEBOOKS / f"{known[other]}.ipynb").question
            except RerunError:  # being edited: its own run will say what is wrong
                continue
            found.append((word, question, f"{known[other]}.html"))
    return found


def _provenance(stem: str, record: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the lines at the foot of a page."""
    inputs = record["inputs"]
    data = [(f"{path} (sha256)", digest) for path, digest in sorted(inputs["data"].items())]
    settings = ", ".join(f"{name} = {value!r}" for name, value in record["parameters"].items())
    environment = inputs.get("environment")
    return [
        *data,
        (f"notebooks/{stem}.ipynb (sha256 of its source)", inputs["notebook"]),
        *([("requirements.lock (sha256)", environment)] if environment else []),
        ("Parameters", settings),
        ("Package", f"sahelstats {sahelstats.__version__}"),
    ]
