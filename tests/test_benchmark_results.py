"""The file of results that several benchmarks write to."""

import importlib.util
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def results():
    spec = importlib.util.spec_from_file_location("results", BENCHMARKS / "results.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_section_is_replaced_and_the_others_stay(results, tmp_path):
    path = tmp_path / "RESULTS.md"
    results.write_section("One", "| a |\n|---|\n| 1 |", path)
    results.write_section("Two", "text\n\n* item", path)
    kept = path.read_text(encoding="utf-8")
    assert kept.index("## One") < kept.index("| 1 |") < kept.index("## Two") < kept.index("* item")
    results.write_section("Two", "text\n\n* item", path)
    assert path.read_text(encoding="utf-8") == kept
    results.write_section("One", "new", path)
    assert path.read_text(encoding="utf-8") == kept.replace("| a |\n|---|\n| 1 |", "new")


def test_a_heading_inside_a_section_is_refused(results, tmp_path):
    with pytest.raises(ValueError, match="headings of its own"):
        results.write_section("One", "text\n## Other", tmp_path / "RESULTS.md")


def test_the_committed_results_are_as_the_helper_writes_them(results, tmp_path):
    before = (BENCHMARKS / "RESULTS.md").read_text(encoding="utf-8")
    copy = tmp_path / "RESULTS.md"
    copy.write_text(before, encoding="utf-8")
    name, body = before.split("\n## ")[1].split("\n", 1)
    results.write_section(name, body, copy)
    assert copy.read_text(encoding="utf-8") == before
