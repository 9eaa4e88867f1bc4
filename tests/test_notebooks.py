"""The stem contract, kept by each notebook as it is in git, and by figures/."""

import ast
import hashlib
import json
import re
from pathlib import Path

import pytest

from sahelstats.rerun.contract import read_contract

PROJECT = Path(__file__).resolve().parents[1]
FIGURES = PROJECT / "figures"
NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
KINDS = ("svg", "png", "csv")
MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
#: Days, months and years name what a text is about; they are not results.
YEAR = r"\b(?:19|20)\d\d\b"
DATE = rf"\b(?:(?:\d{{1,2}} )?{MONTH} )?{YEAR}|\b\d{{1,2}} {MONTH}\b"


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    """Return each notebook in turn."""
    return request.param


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def cells(path, kind):
    """Return (number as a reader counts, source) of the cells of a kind."""
    numbered = enumerate(load(path)["cells"], start=1)
    return [(n, "".join(cell["source"])) for n, cell in numbered if cell["cell_type"] == kind]


def typed_digits(text):
    """Return the words with a digit that is neither in a code span nor in a date."""
    text = re.sub(r"`[^`]*`", "", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)  # addresses
    text = re.sub(DATE, "", text)
    return re.findall(r"\S*\d\S*", text)


def calls(path, *names):
    """Yield (cell number, call) for each call of a function of these names in a notebook."""
    for number, source in cells(path, "code"):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
                yield number, node


def texts_of(node):
    """Return the text that an expression holds: of an f-string what stands outside its braces."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(texts_of(part) for part in parts)
        case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
            return f"{texts_of(one)} {texts_of(other)}"
    return ""


def outside_braces(template):
    """Return a template without its fields."""
    return re.sub(r"\{[^{}]*\}", "", template.replace("{{", "").replace("}}", ""))


def test_the_runner_finds_no_fault(path):
    contract = read_contract(path)
    assert contract.figures
    assert contract.parameters


def test_its_name_is_a_number_and_a_topic(path):
    assert re.fullmatch(r"\d\d_[a-z0-9]+(_[a-z0-9]+)*", path.stem)
    assert [other.stem for other in NOTEBOOKS if other.stem[:2] == path.stem[:2]] == [path.stem]


def test_nothing_of_a_run_is_stored(path):
    for cell in load(path)["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
        assert set(cell["metadata"]) <= {"tags"}
        assert set(cell.get("metadata", {}).get("tags", [])) <= {
            "parameters",
            "hidden",
            "own-table",
        }


def test_its_metadata_names_no_machine(path):
    metadata = load(path)["metadata"]
    assert metadata["kernelspec"] == {
        "display_name": "Python 3", "language": "python", "name": "python3",
    }  # fmt: skip
    assert metadata["language_info"] == {"name": "python"}
    assert set(metadata) == {"kernelspec", "language_info", "sahelstats"}
    assert set(metadata["sahelstats"]) == {"figures"}
    everything = path.read_text(encoding="utf-8")
    assert re.findall(r"/home/\w+|/Users/\w+|[A-Z]:\\\\\w+", everything) == []


def test_it_begins_with_a_question(path):
    first = load(path)["cells"][0]
    title = "".join(first["source"]).splitlines()[0]
    assert first["cell_type"] == "markdown"
    assert re.fullmatch(r"# \S.*\?", title)
    assert read_contract(path).question == title[2:]


def test_it_ends_with_what_the_data_cannot_say(path):
    last = "".join(load(path)["cells"][-1]["source"])
    assert re.match(r"## What .* cannot say\n", last)


def test_it_answers_in_three_lines(path):
    # What a table without claims allows to be said may be less, and comes after.
    (_, call), *_ = calls(path, "answer")
    assert len(call.args) == 3


def test_its_answer_stands_under_the_heading_that_says_so(path):
    # Else the page lifts the answer to its top and leaves the heading over what comes next.
    both = [("".join(cell["source"]), cell["cell_type"]) for cell in load(path)["cells"]]
    place = next(n for n, (text, _) in enumerate(both) if text.startswith("## The answer"))
    assert both[place][0] == "## The answer in three lines"
    (answered, _), *_ = calls(path, "answer")
    assert (both[place + 1][1], answered) == ("code", place + 2)


def test_every_declared_figure_is_in_its_place(path):
    manifest = load(FIGURES / "manifest.json")
    for name in read_contract(path).figures:
        for kind in KINDS:
            assert (FIGURES / f"{path.stem}__{name}.{kind}").stat().st_size > 0
        assert manifest[f"{path.stem}__{name}"]["notebook"] == f"notebooks/{path.name}"


def test_no_other_figure_carries_its_name(path):
    declared = {f"{path.stem}__{name}" for name in read_contract(path).figures}
    assert {file.stem for file in FIGURES.glob(f"{path.stem}__*")} == declared
    entries = {name for name in load(FIGURES / "manifest.json") if name.startswith(path.stem)}
    assert entries == declared


def test_nothing_lies_in_figures_that_no_notebook_declares():
    declared = {
        f"{notebook.stem}__{name}.{kind}"
        for notebook in NOTEBOOKS
        for name in read_contract(notebook).figures
        for kind in KINDS
    }
    assert {file.name for file in FIGURES.iterdir()} == declared | {"manifest.json"}
    manifest = load(FIGURES / "manifest.json")
    assert {f"{name}.{kind}" for name in manifest for kind in KINDS} == declared


def test_the_manifest_tells_what_the_files_hold(path):
    for name, entry in load(FIGURES / "manifest.json").items():
        if entry["notebook"] != f"notebooks/{path.name}":
            continue
        for kind in KINDS:
            content = (FIGURES / f"{name}.{kind}").read_bytes()
            assert entry["files"][kind] == hashlib.sha256(content).hexdigest(), f"{name}.{kind}"


def test_the_manifest_tells_what_the_figures_were_made_from(path):
    for name in read_contract(path).figures:
        entry = load(FIGURES / "manifest.json")[f"{path.stem}__{name}"]
        made_from = entry["made_from"]
        assert made_from["parameters"] == read_contract(path).parameters
        assert "data/incidents.csv" in made_from["data"]
        for kind in ("notebook_sha256", "package_sha256", "environment_sha256"):
            assert re.fullmatch(r"[0-9a-f]{64}", made_from[kind])
        assert entry["alt"].strip()
        assert entry["caption"].strip()


def test_its_cells_are_short(path):
    long = {n: source.count("\n") + 1 for n, source in cells(path, "code")}
    assert {n: count for n, count in long.items() if count > 45} == {}


def test_its_functions_are_short(path):
    """A longer one belongs in the package, with a test."""
    for number, source in cells(path, "code"):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                assert node.end_lineno - node.lineno < 10, f"cell {number}: {node.name}"


def test_its_tables_escape_what_comes_from_data(path):
    """A styler does so only when told to."""
    for number, source in cells(path, "code"):
        nodes = list(ast.walk(ast.parse(source)))
        styled = [n for n in nodes if isinstance(n, ast.Attribute) and n.attr == "style"]
        escaped = [
            n
            for n in nodes
            if isinstance(n, ast.Call)
            and ast.unparse(n.func).endswith(".format")
            and ".style" in ast.unparse(n.func)
            and any(k.arg == "escape" and ast.literal_eval(k.value) == "html" for k in n.keywords)
        ]
        assert len(styled) == len(escaped), f"cell {number}"


def test_no_number_is_typed_into_its_prose(path):
    typed = {n: typed_digits(source) for n, source in cells(path, "markdown")}
    assert {n: words for n, words in typed.items() if words} == {}


def test_no_number_is_typed_into_what_it_says(path):
    typed = {}
    for number, call in calls(path, "say", "answer", "fill"):
        template = " ".join(texts_of(argument) for argument in call.args)
        typed.setdefault(number, []).extend(typed_digits(outside_braces(template)))
    assert typed
    assert {n: words for n, words in typed.items() if words} == {}


def test_no_number_is_typed_into_a_caption_or_an_alt_text(path):
    found = 0
    for number, call in calls(path, "save_figure"):
        for keyword in call.keywords:
            if keyword.arg in ("alt", "caption"):
                found += 1
                text = re.sub(YEAR, "", texts_of(keyword.value))
                assert re.findall(r"\S*\d\S*", text) == [], f"cell {number}: {keyword.arg}"
    assert found == 2 * len(read_contract(path).figures)
