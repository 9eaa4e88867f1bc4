"""What a notebook must declare, and what its cells must not do."""

import json

import pytest
from clones import PARAMETERS, code, markdown, simple_cells

from sahelstats.rerun import contract
from sahelstats.rerun.errors import RerunError


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a notebook and reads its contract."""

    def write(cells=None, declared=("steps",), path=tmp_path / "01_steps.ipynb"):
        content = {
            "cells": simple_cells() if cells is None else cells,
            "metadata": {} if declared is None else {"sahelstats": {"figures": declared}},
        }
        path.write_text(json.dumps(content), encoding="utf-8")
        return contract.read_contract(path)

    return write


def test_a_contract_holds_question_figures_and_defaults(written):
    cells = simple_cells("steps = 3\nnames: list = ['a']  # some\nshare = -0.5")
    found = written(cells)
    assert (found.stem, found.question) == ("01_steps", "How many steps?")
    assert found.figures == ("steps",)
    assert found.parameters == {"steps": 3, "names": ["a"], "share": -0.5}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a = 1\nb = a", "b (line 2) is not a plain literal"),
        ("a = 1 + 1", "a (line 1) is not a plain literal"),
        ("a = {[]: 1}", "a (line 1) is not a plain literal"),
        ("import os", "line 1 is not of the form name = literal"),
        ("a, b = 1, 2", "line 1 is not of the form name = literal"),
        ("a: int", "line 1 is not of the form name = literal"),
        ("a = 1\nif a:\n    b = 2", "line 2 is not of the form name = literal"),
        ("# nothing", "it sets nothing"),
    ],
)
def test_parameters_are_plain_literals(written, source, message):
    with pytest.raises(RerunError) as caught:
        written(simple_cells(source))
    assert f"parameters cell: {message}" in str(caught.value)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("!ls", "!ls"),
        ("    !ls", "!ls"),
        ("files = !ls", "files = !ls"),
        ("%matplotlib inline", "%matplotlib inline"),
        ("%%bash", "%%bash"),
        ("taken = %time steps", "taken = %time steps"),
        ("steps?", "steps?"),
        ("steps = (", "steps = ("),
    ],
)
def test_what_is_not_python_is_refused_with_cell_and_heading(written, line, shown):
    with pytest.raises(RerunError) as caught:
        written(simple_cells(last=f"if steps:\n{line}" if line[0] == " " else line))
    assert f"cell 6 under 'The end': {shown!r} is not Python" in str(caught.value)


@pytest.mark.parametrize(
    "source",
    [
        "rest = (steps\n% 2)",
        "text = '''\n!not a shell line\n%nor this\n'''",
        "import asyncio\nawait asyncio.sleep(0)",
        "",
    ],
)
def test_what_is_python_is_not_mistaken_for_a_shell_line(written, source):
    assert written(simple_cells(last=source)).parameters == {"steps": 3}


def test_every_broken_rule_is_listed_at_once(written):
    cells = [code(PARAMETERS, "parameters"), *simple_cells(draw="!ls", last="%time")]
    with pytest.raises(RerunError) as caught:
        written(cells, ["Not plain", "fine"])
    assert len(caught.value.details) == 4
    assert "has 2" in str(caught.value)
    assert "'Not plain'" in str(caught.value)


@pytest.mark.parametrize("declared", [None, [], "steps", {"steps": 1}])
def test_a_notebook_declares_its_figures(written, declared):
    with pytest.raises(RerunError, match="its metadata must list what it makes"):
        written(declared=declared)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"metadata": {}}', "\xff"])
def test_what_is_no_notebook_is_told_in_a_sentence(tmp_path, content):
    path = tmp_path / "01_x.ipynb"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(RerunError, match="cannot be read as a notebook"):
        contract.read_contract(path)


@pytest.mark.parametrize("name", ["05_two", "05", "05_two.ipynb", "notebooks/05_two.ipynb"])
def test_a_notebook_is_found_by_stem_number_or_file(monkeypatch, tmp_path, name):
    for stem in ("01_one", "05_two", ".05_hidden"):
        (tmp_path / f"{stem}.ipynb").touch()
    monkeypatch.setattr(contract, "NOTEBOOKS", tmp_path)
    assert contract.stems() == ["01_one", "05_two"]
    assert contract.find_stem(name) == "05_two"


@pytest.mark.parametrize("name", ["5", "06", "05_too", "two", "", ".ipynb", "../05_two"])
def test_a_name_that_is_not_there_is_refused_with_what_there_is(monkeypatch, tmp_path, name):
    for stem in ("01_one", "05_two", "07_a", "07_b"):
        (tmp_path / f"{stem}.ipynb").touch()
    monkeypatch.setattr(contract, "NOTEBOOKS", tmp_path)
    with pytest.raises(RerunError, match="There are: 01_one, 05_two, 07_a, 07_b"):
        contract.find_stem(name)


@pytest.fixture
def notebooks(monkeypatch, tmp_path):
    for stem in ("01_one", "02_two", "02_tower", "1_later", "10_ten"):
        (tmp_path / f"{stem}.ipynb").touch()
    monkeypatch.setattr(contract, "NOTEBOOKS", tmp_path)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("02_tw", "02_two"),
        ("02_to.ipynb", "02_tower"),
        ("01_one", "01_one"),
        ("1", "1_later"),  # though 10_ten begins so, too
        ("10", "10_ten"),
        ("1_", "1_later"),
    ],
)
def test_the_beginning_of_a_stem_is_enough_where_it_is_one_notebooks_alone(notebooks, name, stem):
    assert contract.find_stem(name) == stem


@pytest.mark.parametrize(
    ("name", "fitting"),
    [("02", "02_tower, 02_two"), ("02_t", "02_tower, 02_two"), ("0", "01_one, 02_tower, 02_two")],
)
def test_a_beginning_of_several_notebooks_is_refused_with_their_names(notebooks, name, fitting):
    with pytest.raises(RerunError) as caught:
        contract.find_stem(name)
    assert str(caught.value) == f"{name!r} is more than one notebook: {fitting}"


def test_several_names_give_each_notebook_once_and_none_gives_all(notebooks):
    assert contract.find_stems(["10", "01", "10_ten"]) == ["10_ten", "01_one"]
    assert contract.find_stems([]) == ["01_one", "02_tower", "02_two", "10_ten", "1_later"]


def test_every_name_that_is_wrong_is_told(notebooks):
    with pytest.raises(RerunError) as caught:
        contract.find_stems(["02", "01", "11_x"])
    ambiguous, unknown = str(caught.value).splitlines()
    assert ambiguous.startswith("'02' is more than one notebook: ")
    assert unknown.startswith("there is no notebook '11_x'.")
    assert unknown.endswith("There are: 01_one, 02_tower, 02_two, 10_ten, 1_later")


def test_headings_are_those_of_markdown(written):
    cell = markdown("# One #\ntext # no\n#no\n### Three")
    assert contract.headings_of(cell) == ["One", "Three"]
    assert contract.heading_of(cell) == "One"
    assert contract.headings_of(code("# One")) == []
