"""What is asked of a worker before it gets work: which package it has, and which libraries.

Sent to the worker as code, not by name: a worker with another version of the package, or with none,
must be able to answer. So nothing but the standard library is imported here.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import platform
from pathlib import Path
from typing import Any

#: What the bytes of figures and values depend on beside the package itself.
LIBRARIES = (
    "esda",
    "ipykernel",
    "libpysal",
    "matplotlib",
    "numpy",
    "pandas",
    "papermill",
    "pyproj",
    "scipy",
    "seaborn",
    "shapely",
    "statsmodels",
)


def probe() -> dict[str, Any]:
    """Return which package and libraries this process has.

    Returns
    -------
    dict
        ``version`` and ``digest`` of the package (empty when there is none), ``python``, and
        ``libraries``, name -> version.
    """
    libraries = {}
    for name in LIBRARIES:
        try:
            libraries[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            libraries[name] = "none"
    found: dict[str, Any] = {"version": "", "digest": "", "libraries": libraries}
    found["python"] = ".".join(platform.python_version_tuple()[:2])
    try:
        package = importlib.import_module("sahelstats")
    except ImportError:
        return found
    folder = Path(str(package.__file__)).parent
    return found | {"version": package.__version__, "digest": package_digest(folder)}


def package_digest(folder: Path) -> str:
    """Return one sha256 for all files of a package.

    Parameters
    ----------
    folder : Path
        The package.

    Returns
    -------
    str
        64 hexadecimal digits; compiled modules do not count.
    """
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and "__pycache__" not in name and not path.name.startswith("."):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            found.update(f"{name}\0{content}\n".encode())
    return found.hexdigest()


def objections(here: dict[str, Any], there: dict[str, Any]) -> list[str]:
    """Return why a worker cannot give the same bytes as this process.

    Parameters
    ----------
    here, there : dict
        What ``probe`` returned.

    Returns
    -------
    list of str
        Each names both versions; empty when the worker can be used.

    Examples
    --------
    >>> here = {"version": "1", "digest": "ab", "python": "3.11", "libraries": {"numpy": "2.2"}}
    >>> objections(here, here | {"version": "2", "digest": "cd"})
    ['it has sahelstats 2 (content cd), here is 1 (content ab)']
    """
    found = []
    if not there["digest"]:
        found.append(f"it has no sahelstats, here is {_package(here)}")
    elif there["digest"] != here["digest"]:
        found.append(f"it has sahelstats {_package(there)}, here is {_package(here)}")
    if there["python"] != here["python"]:
        found.append(f"it has Python {there['python']}, here is {here['python']}")
    found += [
        f"it has {name} {there['libraries'].get(name)}, here is {version}"
        for name, version in here["libraries"].items()
        if there["libraries"].get(name) != version
    ]
    return found


def _package(side: dict[str, Any]) -> str:
    return f"{side['version']} (content {side['digest'][:10]})"
