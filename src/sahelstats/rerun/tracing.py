"""Which data and package files a kernel really used: what its figures depend on."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from sahelstats.paths import DATA, ROOT

PACKAGE = Path(__file__).resolve().parents[1]
FILE = "inputs.json"

_opened: set[str] = set()


def start() -> None:
    """Note every file under ``data/`` or the package that this process opens from now on."""
    roots = (str(DATA) + os.sep, str(PACKAGE) + os.sep)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
            path = os.path.abspath(os.fsdecode(arguments[0]))
            if path.startswith(roots):
                _opened.add(path)

    sys.addaudithook(hook)


def write(folder: Path | str) -> None:
    """Write the files used so far, as paths in the project, to a run's folder.

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
    content = {"package": _in_project(package), "data": _in_project(data)}
    (Path(folder) / FILE).write_text(json.dumps(content, indent=1), encoding="utf-8")


def _in_project(paths: set[str]) -> list[str]:
    return sorted(
        Path(path).relative_to(ROOT).as_posix()
        for path in paths
        if Path(path).is_file() and Path(path).is_relative_to(ROOT)
    )
