"""pyproject.toml, environment.yml, requirements.lock and the imports say the same."""

import ast
import functools
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "src" / "sahelstats"

#: Names that conda-forge spells in its own way.
CONDA_NAMES = {"jupyter-client": "jupyter_client"}
#: In environment.yml only: what pip cannot bring, or brings itself.
CONDA_ONLY = {"python", "pip", "make"}

METADATA = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = [Requirement(text) for text in METADATA["dependencies"]]
GROUPS = {
    name: [Requirement(text) for text in texts]
    for name, texts in METADATA["optional-dependencies"].items()
}
#: What only the tests in a browser need is not on conda-forge; there they skip.
NOT_IN_CONDA = "browser"
EVERY = [*RUNTIME, *(requirement for group in GROUPS.values() for requirement in group)]
FOR_CONDA = [r for r in EVERY if r not in GROUPS[NOT_IN_CONDA]]
CONDA = yaml.safe_load((PROJECT / "environment.yml").read_text(encoding="utf-8"))
LOCK = (PROJECT / "requirements.lock").read_text(encoding="utf-8")


@functools.cache
def conda_packages():
    """Return package -> specifier as environment.yml has them."""
    found = [re.fullmatch(r"([\w.-]+?)\s*([<>=!~].*)?", text) for text in CONDA["dependencies"]]
    assert all(found), "environment.yml holds something else than NAME and VERSION"
    return {match[1]: match[2] or "" for match in found}


@functools.cache
def locked():
    """Return name -> list of (version, number of hashes): one for each platform it differs on."""
    entries = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", LOCK.strip()):
        head = re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", block)
        assert head, f"not NAME==VERSION: {block[:80]}"
        count = len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", block))
        entries.setdefault(canonicalize_name(head[1]), []).append((head[2], count))
    return entries


@functools.cache
def imported():
    """Return third-party module -> files of the package that import it, in functions, too."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module]
            for name in names:
                found.setdefault(name.split(".")[0], set()).add(path.relative_to(PROJECT))
    own = {"sahelstats", *sys.stdlib_module_names}
    return {name: files for name, files in found.items() if name not in own}


@functools.cache
def installed():
    return packages_distributions()


def distributions_of(module):
    """Return the canonical names of the distributions that bring a module."""
    return {canonicalize_name(name) for name in installed().get(module, [module])}


def test_no_package_is_asked_for_twice():
    names = [canonicalize_name(requirement.name) for requirement in EVERY]
    assert [name for name in names if names.count(name) > 1] == []


@pytest.mark.parametrize("requirement", FOR_CONDA, ids=lambda requirement: requirement.name)
def test_conda_gets_each_package_in_the_same_versions(requirement):
    name = CONDA_NAMES.get(requirement.name, requirement.name)
    assert conda_packages().get(name) == str(requirement.specifier)


def test_conda_gets_nothing_else_but_python_pip_and_make():
    wanted = {CONDA_NAMES.get(requirement.name, requirement.name) for requirement in FOR_CONDA}
    assert set(conda_packages()) - wanted == CONDA_ONLY
    assert len(CONDA["dependencies"]) == len(wanted) + len(CONDA_ONLY)


def test_conda_gets_the_same_python_and_the_make_that_the_makefile_needs():
    packages = conda_packages()
    assert packages["python"] == METADATA["requires-python"]
    needed = re.search(r"GNU make ([\d.]+) or newer", (PROJECT / "Makefile").read_text())[1]
    assert packages["make"] == f">={needed}"
    assert CONDA["name"] == METADATA["name"]
    assert CONDA["channels"] == ["conda-forge"]


@pytest.mark.parametrize("requirement", EVERY, ids=lambda requirement: requirement.name)
def test_the_lock_holds_each_package_in_a_version_that_fits(requirement):
    versions = [version for version, _ in locked()[canonicalize_name(requirement.name)]]
    assert versions
    assert [v for v in versions if not requirement.specifier.contains(v)] == []


def test_every_package_in_the_lock_has_hashes():
    without = [name for name, entries in locked().items() if any(not n for _, n in entries)]
    assert without == []
    assert len(locked()) > len(EVERY)


def test_the_lock_names_no_address():
    assert re.findall(r"\w+://\S+|--(?:extra-)?index-url|--find-links| @ ", LOCK) == []


def test_what_the_package_imports_is_what_it_asks_for():
    brought = [*RUNTIME, *GROUPS["cluster"]]
    asked = {canonicalize_name(requirement.name) for requirement in brought}
    modules = imported()
    assert len(modules) > 10
    missing = {
        module: sorted(map(str, files))
        for module, files in modules.items()
        if not distributions_of(module) & asked
    }
    assert missing == {}, "imported, but not among the dependencies"
    used = set().union(*(distributions_of(module) for module in modules))
    assert asked - used == set(), "among the dependencies, but never imported"
