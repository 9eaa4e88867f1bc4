"""The page of a sweep: a reader chooses a variant by its parameters, and is led to its report."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sahelstats.files import write_atomic
from sahelstats.paths import NOTEBOOKS, REPORTS
from sahelstats.report.embedding import link_to
from sahelstats.report.pages import site_links, write_pages
from sahelstats.report.rendering import render
from sahelstats.rerun.contract import read_contract
from sahelstats.rerun.sweeping import Outcome
from sahelstats.rerun.sweeps import Sweep

HERE = Path(__file__).parent

#: Stands for a parameter that a variant leaves as the notebook has it.
DEFAULT = "the notebook's default"
_LONGEST = 80


def write_sweep_pages(sweep: Sweep, outcomes: Sequence[Outcome]) -> Path:
    """Write the page of every variant that has none yet, and the page that leads to them.

    Parameters
    ----------
    sweep : Sweep
        What was asked for.
    outcomes : sequence of Outcome
        What came of it.

    Returns
    -------
    Path
        The page that leads to the others.
    """
    code = sweep.folder / "pages.sha256"
    now = _code_digest()
    known = code.exists() and code.read_text(encoding="utf-8") == now
    for outcome in outcomes:
        page = outcome.places.reports / f"{outcome.job.stem}.html"
        stands = known and outcome.state == "skipped" and page.exists()
        if outcome.state != "failed" and not stands:
            write_pages(outcome.places, [outcome.job.stem])
    target = sweep.folder / "index.html"
    write_atomic(target, sweep_page(sweep, outcomes))
    write_atomic(code, now)
    return target


def sweep_page(sweep: Sweep, outcomes: Sequence[Outcome]) -> str:
    """Return the page that leads to the variants of a sweep.

    Parameters
    ----------
    sweep : Sweep
        What was asked for.
    outcomes : sequence of Outcome
        What came of it.

    Returns
    -------
    str
        HTML that loads nothing from the network; everything on it can be reached by keyboard, and
        without scripts it is a table of links.
    """
    runs = [_run(outcome) for outcome in outcomes]
    axes = _axes(outcomes, runs)
    # Inside a script element only "<" could end it.
    data = json.dumps({"runs": runs, "axes": list(axes)}, ensure_ascii=False)
    return render(
        "sweep.html.j2",
        scripts=("sweep.js",),
        images="'self' file: data:",
        home=link_to(REPORTS / "index.html", sweep.folder),
        site=site_links(sweep.folder),
        name=sweep.name,
        axes=axes,
        runs=runs,
        failed=sum(run["state"] == "failed" for run in runs),
        data=data.replace("<", "\\u003c"),
    )


def _run(outcome: Outcome) -> dict[str, Any]:
    """Return what the page shows of one run."""
    job = outcome.job
    chosen = {"notebook": job.stem}
    chosen |= {name: shown_value(value) for name, value in job.settings.items()}
    run: dict[str, Any] = {"chosen": chosen, "state": "failed", "error": outcome.message}
    if outcome.state == "failed":
        return run
    folder = f"../{quote(job.variant)}"
    run |= {"state": "done", "error": "", "page": f"{folder}/reports/{quote(job.stem)}.html"}
    values = json.loads((outcome.places.values / f"{job.stem}.json").read_text(encoding="utf-8"))
    run["answer"] = [_plain(line) for line in values.get("answer", [])]
    record = json.loads((outcome.places.record / f"{job.stem}.json").read_text(encoding="utf-8"))
    declared = read_contract(NOTEBOOKS / f"{job.stem}.ipynb").figures
    lead = next((name for name in declared if name in record["figures"]), "")
    if lead:
        run["figure"] = f"{folder}/figures/{quote(job.stem)}__{lead}.svg"
        run["alt"] = record["figures"][lead]["alt"]
    return run


def _axes(outcomes: Sequence[Outcome], runs: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return what a reader chooses between, in the order of the sweep."""
    names = dict.fromkeys(["notebook"])
    for outcome in outcomes:
        names |= dict.fromkeys(outcome.job.settings)
    return {
        name: list(dict.fromkeys(run["chosen"].get(name, DEFAULT) for run in runs))
        for name in names
    }


def shown_value(value: Any) -> str:
    """Return a parameter's value as a reader sees it.

    Parameters
    ----------
    value : bool, int, float, str, list or None
        The value.

    Returns
    -------
    str
        Lists with commas; an empty one, or an empty text, is named.

    Examples
    --------
    >>> shown_value(["MLI", "BFA"]), shown_value([]), shown_value(True), shown_value(0.5)
    ('MLI, BFA', '(empty)', 'yes', '0.5')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if len(text) > _LONGEST:
        return f"{text[: _LONGEST - 1]}…"
    return text or "(empty)"


def _plain(line: str) -> str:
    """Return a line of an answer without its marks; the page shows it as text."""
    unmarked = re.sub(r"(?<!\\)(?:\*\*|`)", "", line)
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", html.unescape(unmarked))


def _code_digest() -> str:
    """Return a digest of what pages are made with."""
    found = hashlib.sha256()
    for path in sorted(HERE.rglob("*")):
        if path.is_file() and path.suffix in (".py", ".css", ".js", ".j2", ".json"):
            found.update(path.relative_to(HERE).as_posix().encode("utf-8") + path.read_bytes())
    return found.hexdigest()
