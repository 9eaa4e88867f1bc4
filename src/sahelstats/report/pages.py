"""Self-contained pages: one for each executed notebook, and the index with a card for each."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import sahelstats
from sahelstats.files import write_atomic
from sahelstats.paths import INCIDENTS, NOTEBOOKS, ROOT, is_own_table, shown
from sahelstats.rerun.contract import heading_of, read_contract, stems
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.publishing import Places, sha256
from sahelstats.tables.about import about_table, default_basis, source_of
from sahelstats.tables.schema import BASES

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"

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
    exporter = _exporter()
    pages = []
    for stem in names or stems():
        target = places.reports / f"{stem}.html"
        write_atomic(target, _page(exporter, places, stem))
        pages.append(target)
    return pages


def write_index(places: Places) -> Path:
    """Write the index page: question, answer and lead figure of each notebook.

    Parameters
    ----------
    places : Places
        Where the results are. A variant has the notebooks that were run for it, and says what
        imported table it shows.

    Returns
    -------
    Path
        The page.
    """
    import jinja2

    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)
    ran = [stem for stem in stems() if (places.record / f"{stem}.json").exists()]
    cards = stems() if places == Places.of() else ran
    table = _imported_table(_record(places, stem) for stem in ran)
    text = environment.get_template("cards.html.j2").render(
        css=jinja2.filters.Markup(_css()),
        cards=[_card(places, stem) for stem in cards],
        about=about_lines(table) if table else [],
        provenance=_table_provenance(INCIDENTS if table is None else table),
    )
    target = places.reports / "index.html"
    write_atomic(target, text)
    return target


def _exporter() -> Any:
    """Return nbconvert's HTML exporter with the project's own template."""
    from sahelstats.rerun import lean  # noqa: F401, I001  # before nbconvert, to be quick
    from nbconvert.exporters import HTMLExporter

    return HTMLExporter(
        template_name="sahelstats", extra_template_basedirs=[str(TEMPLATES)], embed_images=True
    )


def _page(exporter: Any, places: Places, stem: str) -> str:
    """Return one notebook as a page."""
    import nbformat

    record = _record(places, stem)
    notebook = nbformat.read(places.executed / f"{stem}.ipynb", as_version=4)
    table = _imported_table([record])
    # Beside an imported table the project's own is still shown where it is what is compared.
    own = is_own_table(record["parameters"].get("incidents_path", INCIDENTS))
    passed = {"hidden"} if own else {"hidden", OWN_TABLE}
    notebook.cells = [cell for cell in notebook.cells if _is_read(cell, passed)]
    title = next((text for cell in notebook.cells if (text := heading_of(cell))), stem)
    page = {
        "title": title,
        "css": _css(),
        "code_css": _code_css(),
        "figures": {
            name: texts | {"source": _picture(places.figures / f"{stem}__{name}.svg")}
            for name, texts in record["figures"].items()
        },
        "provenance": _provenance(stem, record),
        "imported": "" if table is None else source_of(table),
        "own": own,
    }
    body, _ = exporter.from_notebook_node(notebook, resources={"page": page})
    return body


def _is_read(cell: Any, passed: set[str]) -> bool:
    """Return whether a reader shall see a cell; empty ones are left out."""
    return bool(cell.source.strip()) and passed.isdisjoint(cell.metadata.get("tags", []))


def _card(places: Places, stem: str) -> dict[str, Any]:
    """Return what the index shows of a notebook."""
    contract = read_contract(NOTEBOOKS / f"{stem}.ipynb")
    values = json.loads((places.values / f"{stem}.json").read_text(encoding="utf-8"))
    figures = _record(places, stem)["figures"]
    # An imported table may lack what every figure of a notebook takes.
    lead = next((name for name in contract.figures if name in figures), "")
    skipped = dict.fromkeys(values["skipped"].values()) if not values["answer"] else {}
    return {
        "page": f"{stem}.html",
        "question": contract.question,
        "answer": [_inline(line) for line in (*values["answer"], *skipped)],
        "alt": figures[lead]["alt"] if lead else "",
        "source": _picture(places.figures / f"{stem}__{lead}.svg") if lead else "",
    }


def _inline(markdown: str) -> str:
    """Return one line of Markdown as HTML; only emphasis and links are known here."""
    import mistune

    return str(mistune.html(markdown)).strip().removeprefix("<p>").removesuffix("</p>")


def _record(places: Places, stem: str) -> dict[str, Any]:
    """Return the record of a notebook's last successful run."""
    path = places.record / f"{stem}.json"
    if not path.exists():
        raise RerunError(f"{stem} has not been run: `sahelstats rerun {stem}` first, or `make`")
    return json.loads(path.read_text(encoding="utf-8"))


def _picture(path: Path) -> str:
    """Return a picture as a data address."""
    return "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def _provenance(stem: str, record: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the lines at the foot of a page."""
    inputs = record["inputs"]
    data = [(f"{path} (sha256)", digest) for path, digest in sorted(inputs["data"].items())]
    settings = ", ".join(f"{name} = {value!r}" for name, value in record["parameters"].items())
    return [
        *data,
        (f"notebooks/{stem}.ipynb (sha256 of its source)", inputs["notebook"]),
        ("Parameters", settings),
        ("Package", f"sahelstats {sahelstats.__version__}"),
    ]


def _imported_table(records: Iterable[dict[str, Any]]) -> Path | None:
    """Return the imported table that runs show or compare with; None when it is the own one."""
    for record in records:
        for name in ("events_path", "incidents_path"):
            path = record["parameters"].get(name)
            if path and not is_own_table(path):
                return ROOT / path
    return None


def about_lines(table: Path) -> list[tuple[str, str]]:
    """Return what a reader must know of an imported table, from its import report.

    Parameters
    ----------
    table : Path
        The table.

    Returns
    -------
    list of (str, str)
        Name and text: whose data, which version, rows, period, what is unusual, terms, citation.
    """
    about = about_table(table)
    if about is None:
        return [("Table", f"{shown(table)}, without an import report")]
    rows, period = about.report["rows"], about.report["period"]
    counts = f"{rows['imported']:,} imported and {rows['rejected']:,} rejected of {rows['read']:,}"
    if rows["left_out"]:
        counts += f"; {rows['left_out']:,} more lay outside what was asked for"
    countries = ", ".join(f"{code} {n:,}" for code, n in about.report["countries"].items())
    quirks = [f"{quirk['rows']:,} rows: {quirk['meaning']}" for quirk in
              about.report["quirks"].values()]  # fmt: skip
    return [
        ("Table", shown(table)),
        ("Producer", f"{about.producer}, {about.version}"),
        ("Rows", counts),
        ("Tolls", f"attackers {'left out' if default_basis(table) == BASES[0] else 'counted'}"),
        ("Period", f"{period['first']} to {period['last']}"),
        ("Countries", countries),
        *(("Unusual", text) for text in quirks),
        ("Licence", about.licence),
        *(("Cite", text) for text in about.citation),
    ]


def _table_provenance(table: Path) -> list[tuple[str, str]]:
    return [
        (f"{shown(table)} (sha256)", sha256(table)),
        ("Package", f"sahelstats {sahelstats.__version__}"),
    ]


def _css() -> str:
    return (HERE / "page.css").read_text(encoding="utf-8")


def _code_css() -> str:
    from pygments.formatters import HtmlFormatter

    return HtmlFormatter(style="default").get_style_defs(".highlight")
