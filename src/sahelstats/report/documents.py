"""The parts of README.md and data/README.md that are made from the notebooks and the tables.

They stand between ``<!-- NAME:start -->`` and ``<!-- NAME:end -->``; what is around them is written
by hand. ``write_documents`` brings them up to date, a test says when they are not.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

from sahelstats.datasets.mapping import mapping_markdown
from sahelstats.files import write_if_changed
from sahelstats.paths import DATA, NOTEBOOKS, ROOT
from sahelstats.report import datasheet
from sahelstats.report.glossary import TERMS
from sahelstats.report.markdown import as_table, item, paragraph
from sahelstats.rerun.contract import headings_of, read_contract, stems
from sahelstats.summaries import country_name, listed
from sahelstats.tables.datapackage import codebook_markdown, value_examples
from sahelstats.tables.loading import load_claims, load_incidents, load_table
from sahelstats.tables.schema import ALL_TABLES

README = ROOT / "README.md"
DATA_SHEET = DATA / "README.md"


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
            "terms": term_list,
        },
        DATA_SHEET: {
            "summary": summary,
            "sizes": datasheet.sizes,
            "violence": datasheet.violence_exceptions,
            "example": datasheet.worked_example,
            "years": datasheet.incidents_by_country_and_year,
            "types": datasheet.claims_by_type,
            "claimants": datasheet.incidents_by_claimants,
            "gaps": datasheet.known_gaps,
            "mapping": mapping_markdown,
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
    return paragraph(
        f"The table holds {len(table):,} incidents from {table['year'].min()} to"
        f" {table['year'].max()} in {len(countries)} countries, most of them in"
        f" {listed(country_name(code) for code in countries.index[:3])}, and {len(claims):,} claims"
        f" by {claims['claimant'].nunique()} claimants. {review['reviewed']} incidents are reviewed"
        f" and {review['disputed']} disputed. For {single:.0%} of the incidents the number of dead"
        " rests on the word of one party alone; for"
        f" {int(table['killed_best'].isna().sum())} nobody gives a best figure that leaves the"
        " attackers out."
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
    return as_table(("file", "one row is", "rows"), rows)


def notebook_list() -> str:
    """Return one line for each notebook: its file and its question."""
    return "\n".join(
        f"* [{stem}](notebooks/{stem}.ipynb): {read_contract(NOTEBOOKS / f'{stem}.ipynb').question}"
        for stem in stems()
    )


def figure_list() -> str:
    """Return the figures that the notebooks declare, with the question each answers."""
    lines: list[str] = []
    for stem in stems():
        path = NOTEBOOKS / f"{stem}.ipynb"
        questions = questions_of(path)
        lines += [f"**{stem}**", ""]
        for name in read_contract(path).figures:
            question = questions.get(name, name.replace("_", " ").capitalize())
            lines.append(item(f"[{name}](figures/{stem}__{name}.png): {question}"))
        lines.append("")
    return "\n".join(lines)


def term_list() -> str:
    """Return the terms that are easily misread, as the pages explain them."""
    return as_table(("term", "what it means here"), [(term.name, term.meaning) for term in TERMS])


def questions_of(path: Path) -> dict[str, str]:
    """Return the heading of the section in which a notebook saves each figure.

    Parameters
    ----------
    path : Path
        An ``.ipynb`` file.

    Returns
    -------
    dict
        Figure name -> heading; figures whose name is made by code are missing.

    Examples
    --------
    >>> "claims" in questions_of(NOTEBOOKS / "05_bamako_2024.ipynb")
    True
    """
    found: dict[str, str] = {}
    heading = ""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        heading = next(reversed(headings_of(cell)), heading)
        if cell["cell_type"] != "code":
            continue
        for call in ast.walk(ast.parse("".join(cell["source"]))):
            if not isinstance(call, ast.Call) or len(call.args) < 2:
                continue
            name = call.args[1]
            if getattr(call.func, "id", "") == "save_figure" and isinstance(name, ast.Constant):
                found[str(name.value)] = heading
    return found
