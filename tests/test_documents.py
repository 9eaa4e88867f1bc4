"""README.md, data/README.md and their neighbours agree with the tables and the notebooks."""

import re
import tomllib

import pandas as pd
import pytest
import yaml

from sahelstats.paths import DATA, ROOT
from sahelstats.report import datasheet, documents
from sahelstats.report.datasheet import WORKED_EXAMPLE, exceptions_to_violence_rule
from sahelstats.report.documents import DATA_SHEET, README, filled
from sahelstats.tables.datapackage import (
    codebook_markdown,
    enumerations,
    figure_in_words,
    value_examples,
)
from sahelstats.tables.loading import load_claims, load_incidents, load_table
from sahelstats.tables.schema import INCIDENTS

PROSE = [README, DATA_SHEET, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]


@pytest.mark.parametrize("path", documents.documents(), ids=lambda p: str(p.relative_to(ROOT)))
def test_generated_parts_are_up_to_date(path):
    text = path.read_text(encoding="utf-8")
    for name, part in documents.documents()[path].items():
        assert filled(text, {name: part}) == text, (
            f"{path.relative_to(ROOT)}, part {name}: run `sahelstats documents`"
        )


def test_every_marker_has_a_part():
    for path, parts in documents.documents().items():
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r"<!-- (\w+):(?:start|end) -->", text)) == set(parts)


def test_only_what_stands_between_the_markers_is_rewritten():
    text = "before\n<!-- x:start -->\nold\nolder\n<!-- x:end -->\nafter\n"
    new = filled(text, {"x": lambda: "new\n\n"})
    assert new == "before\n<!-- x:start -->\nnew\n<!-- x:end -->\nafter\n"
    assert filled(new, {"x": lambda: "new"}) == new


@pytest.mark.parametrize(
    "text",
    [
        "no markers",
        "<!-- x:start --> never closed",
        "<!-- x:end --> <!-- x:start -->",
        "<!-- x:start --><!-- x:end --><!-- x:start --><!-- x:end -->",
    ],
)
def test_lost_or_doubled_markers_are_an_error(text):
    with pytest.raises(ValueError, match="x:start"):
        filled(text, {"x": lambda: "new"})


def test_writing_touches_nothing_that_is_up_to_date(tmp_path, monkeypatch):
    stale = tmp_path / "README.md"
    stale.write_text("<!-- x:start -->\nold\n<!-- x:end -->\n", encoding="utf-8")
    monkeypatch.setattr(documents, "documents", lambda: {stale: {"x": lambda: "new"}})
    assert documents.write_documents() == [stale]
    assert documents.write_documents() == []


@pytest.mark.parametrize("path", PROSE, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:", target):
            continue
        name, _, anchor = target.partition("#")
        linked = path.parent / name if name else path
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}


@pytest.mark.parametrize("path", PROSE, ids=lambda p: str(p.relative_to(ROOT)))
def test_prose_keeps_to_the_page(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 122 and not line.startswith("|")] == []


def test_every_figure_declared_is_listed():
    listed = documents.figure_list()
    for stem in documents.stems():
        contract = documents.read_contract(documents.NOTEBOOKS / f"{stem}.ipynb")
        for name in contract.figures:
            assert f"(figures/{stem}__{name}.png)" in listed


def test_python_of_the_readme_runs(capsys):
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert "MLI-20120117-aguelhok" in capsys.readouterr().out


def test_each_value_has_an_example_that_holds_it():
    examples = value_examples()
    incidents = load_table(DATA / INCIDENTS.path, INCIDENTS).set_index("incident_id")
    claims = load_claims().set_index(["incident_id", "claim_no"])
    for (column, value), words in examples.items():
        if found := re.match(r"`([^`]+)` claim (\d+):", words):
            assert str(claims.loc[(found[1], int(found[2])), column]) == value
        elif found := re.fullmatch(r"`([^`]+)`", words):
            assert str(incidents.loc[found[1], column]) == value
    entries = re.sub(r"\n  ", " ", codebook_markdown(examples)).splitlines()
    for names, values in enumerations():
        for value in values:
            known = [examples[name, value] for name in names if (name, value) in examples]
            said = f"Example: {known[0]}." if known else "None in the table."
            assert any(e.startswith(f"* `{value}`: ") and e.endswith(said) for e in entries), value


def test_examples_of_claims_are_stated_and_reviewed_where_any_is():
    claims = load_claims()
    reviewed = load_incidents().set_index("incident_id")["review"] == "reviewed"
    settled = claims["incident_id"].map(reviewed) & (claims["status"] == "stated")
    for (column, value), words in value_examples().items():
        if (
            column in ("outcome", "victims", "qualifier", "scope")
            and ((claims[column] == value) & settled).any()
        ):
            incident = re.match(r"`([^`]+)`", words)[1]
            assert reviewed[incident]


@pytest.mark.parametrize(
    ("qualifier", "figures", "words"),
    [
        ("exact", (5, 5, 5), "5"),
        ("at_least", (5, 5, pd.NA), "at least 5"),
        ("about", (pd.NA, 5, pd.NA), "about 5"),
        ("up_to", (pd.NA, pd.NA, 5), "up to 5"),
        ("dozens", (pd.NA, pd.NA, pd.NA), "an unstated number"),
    ],
)
def test_figures_in_words(qualifier, figures, words):
    claim = dict(zip(("low", "best", "high"), figures, strict=True)) | {"qualifier": qualifier}
    assert figure_in_words(claim) == words


def test_exceptions_to_the_violence_rule_have_a_reason():
    reasons = exceptions_to_violence_rule()["review_note"].fillna("")
    assert reasons.str.contains("type_of_violence:").all()


def test_the_worked_example_gives_the_range_of_the_table():
    row = load_incidents().set_index("incident_id").loc[WORKED_EXAMPLE]
    text = datasheet.worked_example()
    for column in ("killed", "killed_incl"):
        for word, part in (("Low", "low"), ("Best", "best"), ("High", "high")):
            assert f"{word}: {row[f'{column}_{part}']}, by" in re.sub(r"\s+", " ", text)
    # The prose below the example speaks of these.
    assert row["review"] == "disputed"
    assert "superseded" in text and "replaced it later" in text


def test_tables_of_the_data_sheet_add_up():
    table, claims = load_incidents(), load_claims()

    def column(text, place):
        rows = [line.split("|")[1:-1] for line in text.splitlines()[2:]]
        return [int(row[place].split("(")[0].replace(",", "") or 0) for row in rows]

    years = column(datasheet.incidents_by_country_and_year(), -1)
    assert sum(years[:-1]) == years[-1] == len(table)
    kinds = column(datasheet.claims_by_type(), 1)
    assert sum(kinds[:-1]) == kinds[-1] == len(claims)
    for place in (1, 2):
        assert sum(column(datasheet.incidents_by_claimants(), place)) == len(table)


def test_citation_and_workflow_agree_with_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
    workflow = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8"))
    assert {"run": ".ci/run"} in workflow["jobs"]["tests"]["steps"]
