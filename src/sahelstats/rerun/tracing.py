"""Which data and package files a kernel really used: what its figures depend on."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from sahelstats.notebook import READS
from sahelstats.paths import DATA, IMPORTED, ROOT
from sahelstats.rerun import readers

PACKAGE = Path(__file__).resolve().parents[1]
FILE = "inputs.json"

#: What Python says when a folder is listed.
_LISTING = ("os.listdir", "os.scandir")

_opened: set[str] = set()
_listed: set[str] = set()


def start() -> None:
    """Note what this process reads of ``data/`` and the package from now on.

    Every file that is opened counts, every folder under ``data/`` that is listed, and what
    ``readers`` and the notebook itself tell of.
    """
    roots = (str(DATA) + os.sep, str(PACKAGE) + os.sep)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            place = arguments[0]
            if isinstance(place, (str, bytes, os.PathLike)):
                path = os.path.abspath(os.fsdecode(place))
                if path.startswith(roots):
                    _opened.add(path)
        elif event in _LISTING:
            if isinstance(arguments[0], (str, bytes, os.PathLike)):
                _note_folder(os.path.abspath(os.fsdecode(arguments[0])))
        elif event in (READS, "sqlite3.connect"):
            for path in readers.files_of(arguments[0]):
                _note(path, roots)

    sys.addaudithook(hook)
    readers.watch()


def _note(path: str, roots: tuple[str, ...]) -> None:
    """Note a file, or a folder with all that is in it."""
    if os.path.isdir(path):
        for folder, _, names in os.walk(path):  # which the hook hears of as listings
            inside = {os.path.join(folder, name) for name in names if not name.startswith(".")}
            _opened.update(file for file in inside if file.startswith(roots))
    elif path.startswith(roots):
        _opened.add(path)


def _note_folder(path: str) -> None:
    # Tables imported for one machine are inputs one by one, never as what is there.
    if Path(path).is_relative_to(DATA) and not Path(path).is_relative_to(IMPORTED):
        _listed.add(path)


def write(folder: Path | str) -> None:
    """Write what was used so far, as paths in the project, to a run's folder.

    A folder that was listed ends with ``/``: which files it holds is an input, too.

    Parameters
    ----------
    folder : Path or str
        The run's folder.
    """
    modules = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    sources = {str(Path(file).resolve()) for file in modules if file}
    resources = {path for path in _opened if not path.endswith((".py", ".pyc"))}
    package = {path for path in sources | resources if path.startswith(str(PACKAGE) + os.sep)}
    data = {path for path in _opened if path.startswith(str(DATA) + os.sep)}
    content = {"package": _in_project(package), "data": _in_project(data | _listed)}
    (Path(folder) / FILE).write_text(json.dumps(content, indent=1), encoding="utf-8")


def _in_project(paths: set[str]) -> list[str]:
    inside = [Path(path) for path in paths if Path(path).is_relative_to(ROOT)]
    return sorted(
        path.relative_to(ROOT).as_posix() + "/" * path.is_dir() for path in inside if path.exists()
    )
