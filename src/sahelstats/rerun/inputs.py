"""Staleness by content: a mirror of every input that changes only when its content does.

make compares dates, and dates lie: opening a notebook in JupyterLab, switching branches or
touching a file makes it new without changing it. So before make looks, every input (cleaned
notebooks, data, package sources, the lock file) is copied to ``build/inputs`` where its content
differs from the copy that is there, and make's rules name the copies. The same pass writes
``build/rules.mk``: which notebooks there are, which figures each declares, which inputs its last
run really used, and of which files the package consists.

Runs before the environment exists, so it imports nothing but the standard library. With
``--nothing-stale`` it says by its exit code whether there is nothing to do, which is much quicker
than starting the runner to find out.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

MIRROR = "build/inputs"
RULES = "build/rules.mk"
RECORDS = "build/record"
MIRRORED = ("notebooks/*.ipynb", "data/**/*", "src/sahelstats/**/*", "requirements.lock")
#: Built by make itself; their copies are made by a rule, after the build.
BUILT = ("data/incidents.csv", "data/datapackage.json")
#: Neither changes a result: prose beside data, compiled files, tables imported for one machine.
PASSED_OVER = ("data/README.md", "data/imported/")
#: What make can take as a target; anything else would break the rules instead of one run.
STEM = r"[A-Za-z0-9][A-Za-z0-9_.-]*"
FIGURE = r"[A-Za-z0-9_-]+"
#: What make compares the dates of with those of the copies.
PRODUCTS = (
    *BUILT,
    "figures/*",
    "reports/*.html",
    "build/*",
    "build/record/*",
    "build/values/*",
    "build/executed/*",
    ".venv/installed",
)
REPORT_CODE = f"{MIRROR}/src/sahelstats/report"
#: Seconds by which the date of a file may be ahead of the clock.
_AHEAD = 1.0


def cleaned(notebook: dict) -> str:
    """Return what of a notebook decides its results: its cells, their tags and its declaration.

    Parameters
    ----------
    notebook : dict
        As read from an ``.ipynb`` file.

    Returns
    -------
    str
        JSON text without outputs, execution counts, ids and editor state.

    Examples
    --------
    >>> cell = {"cell_type": "code", "source": ["1 + ", "1"], "outputs": [2], "execution_count": 7}
    >>> json.loads(cleaned({"cells": [cell], "metadata": {}}))["cells"][0]["source"]
    '1 + 1'
    """
    cells = [
        {
            "cell_type": cell["cell_type"],
            "source": "".join(cell["source"]),
            "tags": sorted(cell.get("metadata", {}).get("tags", [])),
        }
        for cell in notebook["cells"]
    ]
    declared = notebook.get("metadata", {}).get("sahelstats", {})
    content = {"cells": cells, "sahelstats": declared}
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def sync(root: Path) -> None:
    """Bring the mirror and the rules of a clone up to date.

    Parameters
    ----------
    root : Path
        Top folder of the clone.
    """
    _mend_dates(root)
    wanted: set[Path] = set()
    figures: dict[str, list[str]] = {}
    for path in _inputs(root):
        relative = path.relative_to(root)
        copy = root / MIRROR / relative
        content = path.read_bytes()
        if path.suffix == ".ipynb":
            try:
                notebook = json.loads(content)
                content = cleaned(notebook).encode("utf-8")
                names = notebook.get("metadata", {}).get("sahelstats", {}).get("figures", [])
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                sys.exit(f"{relative.as_posix()} is no notebook ({error}). Restore it from git.")
            if not re.fullmatch(STEM, path.stem):
                sys.exit(f"{relative.as_posix()}: please name it with letters, digits and _ only.")
            figures[path.stem] = names
        wanted.add(copy)
        _write_if_changed(copy, content)
    _forget_removed(root, wanted)
    package = sorted(
        path.relative_to(root).as_posix()
        for path in wanted
        if path.is_relative_to(root / MIRROR / "src")
    )
    _write_if_changed(root / RULES, _rules(root, figures, package).encode("utf-8"))


def stale(root: Path) -> tuple[list[str], list[str]]:
    """Return what make would find out of date, by the same dates.

    Parameters
    ----------
    root : Path
        Top folder of a clone whose mirror is up to date.

    Returns
    -------
    notebooks : list of str
        Stems of those to run.
    pages : list of str
        Stems of those whose page alone is to be rendered.
    """
    notebooks, pages = [], []
    code = _newest(root / REPORT_CODE)
    for copy in sorted((root / MIRROR / "notebooks").glob("*.ipynb")):
        stem = copy.stem
        products = [_date(root / path) for path in _products(root, stem)]
        inputs = [_date(root / path) for path in _used(root, stem)]
        page = _date(root / f"reports/{stem}.html")
        if not all(products) or not all(inputs) or max(inputs) > min(products):
            notebooks.append(stem)
        elif page < max(code, *(_date(root / path) for path in _run_files(stem))):
            pages.append(stem)
    return notebooks, pages


def _products(root: Path, stem: str) -> list[str]:
    """Return the files that a run of a notebook writes."""
    copy = json.loads((root / MIRROR / "notebooks" / f"{stem}.ipynb").read_text(encoding="utf-8"))
    names = copy["sahelstats"].get("figures", [])
    return [*_figure_files(stem, names), f"build/values/{stem}.json", *_run_files(stem)]


def _run_files(stem: str) -> list[str]:
    """Return those of them that its page is made from."""
    return [f"build/executed/{stem}.ipynb", f"build/record/{stem}.json"]


def _figure_files(stem: str, names: list[str]) -> list[str]:
    # The runner complains of a name that is not plain; here it is left out.
    plain = [name for name in names if re.fullmatch(FIGURE, str(name))]
    return [f"figures/{stem}__{name}.{kind}" for name in plain for kind in ("svg", "png", "csv")]


def _date(path: Path) -> int:
    """Return when a file was last written, in ns; 0 when it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _newest(folder: Path) -> int:
    return max((_date(path) for path in folder.rglob("*") if path.is_file()), default=0)


def _mend_dates(root: Path) -> None:
    """Make good what a clock that was set back would hide: a change is older than its product.

    What is dated ahead of the file system's clock was written before the clock was set back.
    Copies of inputs are dated now, products so far back that they are made again.
    """
    probe = root / "build" / f".clock.{os.getpid()}"
    probe.parent.mkdir(exist_ok=True)
    probe.write_bytes(b"")
    now = probe.stat().st_mtime_ns
    probe.unlink(missing_ok=True)
    limit = now + int(_AHEAD * 1e9)
    for path in _files(root, f"{MIRROR}/**/*"):
        if _date(path) > limit:
            os.utime(path, ns=(now, now))
    for folder in (root / MIRROR).glob("data/**/"):
        if _date(folder) > limit:
            os.utime(folder, ns=(now, now))
    for pattern in PRODUCTS:
        for path in _files(root, pattern):
            if _date(path) > limit:
                os.utime(path, ns=(1, 1))


def _files(root: Path, pattern: str) -> Iterator[Path]:
    return (path for path in root.glob(pattern) if path.is_file())


def _inputs(root: Path) -> list[Path]:
    """Return the files that are mirrored, in a fixed order."""
    found = {path for pattern in MIRRORED for path in root.glob(pattern) if path.is_file()}
    passed = (*BUILT, *PASSED_OVER)
    return sorted(
        path
        for path in found
        if not path.relative_to(root).as_posix().startswith(passed)
        and "__pycache__" not in path.parts
        and not path.name.startswith(".")
        and path.suffix != ".pyc"
    )


def _rules(root: Path, figures: dict[str, list[str]], package: list[str]) -> str:
    """Return the facts make needs: stems, declared figures, inputs of the last run, package."""
    lines = ["# Facts for the Makefile, written before every run; do not edit."]
    lines.append(f"STEMS := {' '.join(sorted(figures))}")
    lines.append(f"PACKAGE_FILES := {' '.join(map(_escaped, package))}")
    for stem, names in sorted(figures.items()):
        lines.append(f"{stem}.figures := {' '.join(_figure_files(stem, names))}")
        lines.append(f"{stem}.inputs := {' '.join(map(_escaped, _used(root, stem)))}")
    return "\n".join(lines) + "\n"


def _used(root: Path, stem: str) -> list[str]:
    """Return the mirrored inputs of a notebook: those its last run used, as far as known."""
    used = {"requirements.lock", f"notebooks/{stem}.ipynb"}
    empty: set[str] = set()  # folders that were listed and held nothing
    try:
        record = json.loads((root / RECORDS / f"{stem}.json").read_text(encoding="utf-8"))
        data = record["inputs"]["data"]
        used |= {*data, *record["inputs"]["package"]}
        empty = {path for path in data if not data[path]}
    except (OSError, ValueError, KeyError, TypeError):
        used.add("data/incidents.csv")  # never run: most need the table, and it takes building
    # A folder that a notebook lists ends with /; its copy is new when a file comes or goes.
    none = {path for path in empty if not (root / MIRROR / path).exists()}
    copies = {f"{MIRROR}/{path}".rstrip("/") for path in used - none}
    # A removed input makes its users stale instead of stopping make.
    gone = {c for c in copies if not (root / c).exists() and c[len(MIRROR) + 1 :] not in BUILT}
    return sorted(copies - gone) + (["removed-input"] if gone else [])


def _escaped(path: str) -> str:
    """Return a path as make reads it, to which a blank is the end of a path."""
    return path.replace(" ", "\\ ")


def _forget_removed(root: Path, wanted: set[Path]) -> None:
    """Delete copies of files that are no longer there."""
    built = {root / MIRROR / path for path in BUILT}
    for copy in (root / MIRROR).rglob("*"):
        if copy.is_file() and copy not in wanted and copy not in built and not _is_part(copy):
            copy.unlink(missing_ok=True)


def _is_part(path: Path) -> bool:
    """Return whether a file is what another make is in the middle of writing."""
    number = path.name.removesuffix(".part").rpartition(".")[2]
    if not path.name.endswith(".part") or not number.isdigit() or os.name != "posix":
        return False
    try:
        os.kill(int(number), 0)
    except OSError:
        return False
    return True


def _write_if_changed(path: Path, content: bytes) -> None:
    try:
        if path.read_bytes() == content:
            return
    except OSError:
        path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")  # two makes may run at once
    part.write_bytes(content)
    part.replace(path)


if __name__ == "__main__":
    if "--nothing-stale" in sys.argv:
        sys.exit(any(stale(Path.cwd())))
    sync(Path.cwd())
