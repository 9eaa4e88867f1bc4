"""All pages, made from what is in git; and the browser of the system."""

import json
from types import SimpleNamespace

import pytest
from made import ANSWER, HOSTILE, VALUES, executed, put

from sahelstats.paths import FIGURES, NOTEBOOKS
from sahelstats.report.browser import MISSING, find_browser, quiet_options
from sahelstats.report.explorer import write_explorer
from sahelstats.report.pages import write_index, write_pages
from sahelstats.rerun.contract import read_contract, stems
from sahelstats.rerun.publishing import Places


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """All pages, in a folder of their own."""
    top = tmp_path_factory.mktemp("site")
    places = Places(FIGURES, top / "values", top / "executed", top / "record", top / "reports")
    manifest = json.loads((FIGURES / "manifest.json").read_text(encoding="utf-8"))
    for stem in stems():
        contract = read_contract(NOTEBOOKS / f"{stem}.ipynb")
        texts = {
            name: {key: manifest[f"{stem}__{name}"][key] for key in ("alt", "caption")}
            for name in contract.figures
        }
        texts[contract.figures[0]]["caption"] += HOSTILE
        texts[contract.figures[0]]["alt"] += HOSTILE
        inputs = {"data": {"data/incidents.csv": "0" * 64}, "notebook": "1" * 64}
        record = {"figures": texts, "inputs": inputs, "parameters": {"place": HOSTILE}}
        put(places.record, f"{stem}.json", record)
        put(places.executed, f"{stem}.ipynb", executed(stem))
        answer = [line.removeprefix("* ") for line in ANSWER.splitlines()]
        put(places.values, f"{stem}.json", {"values": VALUES.get(stem, {}), "answer": answer})
    write_pages(places, [])
    write_index(places)
    write_explorer(places)
    names = ["index", "explorer", *stems()]
    return SimpleNamespace(places=places, folder=places.reports, names=names)


@pytest.fixture(scope="session")
def browser():
    """The browser of the system, under Playwright."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = find_browser()
    if not path:
        pytest.skip(MISSING)
    with api.sync_playwright() as started:
        options = [name for name in quiet_options() if name != "--headless"]
        running = started.chromium.launch(executable_path=path, args=options)
        yield running
        running.close()
