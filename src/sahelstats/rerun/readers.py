"""Libraries that open files past Python, where its audit events do not see them.

pyarrow and GDAL read with code of their own. So the functions of theirs that take a path say, as
an audit event, which one they were given; ``tracing`` listens. What is wrapped is wrapped as it is
imported: nothing is imported for it. What is not in the list (other libraries, a file system
object of pyarrow's, ATTACH in SQL, other processes) a notebook declares with
``sahelstats.notebook.reads``.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote

from sahelstats.notebook import READS

_ORC = {"ORCFile.__init__": "source", "read_table": "source"}
_OGR = "path_or_buffer"
#: Module -> function -> its first argument, which names a file, a folder, or several of them.
READERS: dict[str, dict[str, str]] = {
    "pyarrow": {"memory_map": "path", "input_stream": "source"},
    "pyarrow.csv": {"read_csv": "input_file", "open_csv": "input_file"},
    "pyarrow.dataset": {"dataset": "source", "parquet_dataset": "metadata_path"},
    "pyarrow.feather": {"read_table": "source", "read_feather": "source"},
    "pyarrow.json": {"read_json": "input_file", "open_json": "input_file"},
    "pyarrow.orc": _ORC,
    "pyarrow.parquet.core": {
        "ParquetDataset.__init__": "path_or_paths",
        "ParquetFile.__init__": "source",
        "read_metadata": "where",
        "read_schema": "where",
    },
    "pyogrio.core": {"list_layers": _OGR, "read_bounds": _OGR, "read_info": _OGR},
    "pyogrio.raw": {"read": _OGR, "read_arrow": _OGR, "open_arrow": _OGR},
    "h5py._hl.files": {"File.__init__": "name"},
}
#: How GDAL writes that a file lies in an archive: /vsizip/data/a.zip/a.shp, zip://data/a.zip!a.shp
_PREFIXES = ("file://", "zip://", "/vsizip/", "/vsigzip/", "/vsitar/", "file:")
#: A map in the format of ESRI is several files of one name.
_BESIDE_SHAPES = (".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx")
#: What is longer is no path but content.
_LONGEST = 4096


def watch() -> None:
    """Have the readers tell what they read, from their import on; once for a process."""
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, _Finder())
    for name in READERS:
        if name in sys.modules:
            _wrap(sys.modules[name])


def files_of(place: Any) -> Iterator[str]:
    """Yield the files and folders that an argument of a reader names.

    Parameters
    ----------
    place : object
        What a reader was given: a path, an address of a file, several of them, or anything else.

    Yields
    ------
    str
        Absolute paths of what is there.

    Examples
    --------
    >>> [Path(name).name for name in files_of(["no such file", f"zip://{__file__}!inside"])]
    ['readers.py']
    """
    if isinstance(place, (list, tuple)):
        for one in place:
            yield from files_of(one)
    elif isinstance(place, (str, os.PathLike)):
        text = os.fsdecode(place)
        with contextlib.suppress(OSError, ValueError):  # a text that no file could be called
            yield from _existing(text) if len(text) <= _LONGEST else ()


def _existing(text: str) -> Iterator[str]:
    for candidate in dict.fromkeys((text, unquote(_stripped(text)))):
        path = Path(os.path.abspath(os.path.expanduser(candidate)))
        if path.exists():
            yield str(path)
            if path.suffix.lower() == ".shp":
                beside = (path.with_suffix(suffix) for suffix in _BESIDE_SHAPES)
                yield from (str(one) for one in beside if one.is_file())
        elif archive := next((one for one in path.parents if one.is_file()), None):
            yield str(archive)


def _stripped(text: str) -> str:
    """Return the path in an address."""
    before = ""
    while before != text:
        before = text
        for prefix in _PREFIXES:
            text = text.removeprefix(prefix)
    return text.partition("!")[0].partition("?")[0]


class _Finder(MetaPathFinder):
    """Finds the modules of ``READERS`` as the other finders do, and wraps them once they ran."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a module's spec; None for all that are not in the list."""
        if fullname not in READERS:
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        found = (finder.find_spec(fullname, path, target) for finder in others)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is not None and spec.loader is not None:
            loader: Any = spec.loader
            run = loader.exec_module

            def exec_module(module: ModuleType) -> None:
                run(module)
                _wrap(module)

            loader.exec_module = exec_module
        return spec


def _wrap(module: ModuleType) -> None:
    for name, argument in READERS[module.__name__].items():
        owner: Any = module
        *outer, last = name.split(".")
        for part in outer:
            owner = getattr(owner, part, None)
        function = getattr(owner, last, None)
        if function is not None:  # else it is of another version
            setattr(owner, last, _telling(function, argument, int(bool(outer))))


def _telling(function: Callable[..., Any], argument: str, position: int) -> Callable[..., Any]:
    """Return a function that first tells of its argument of this name and position."""

    @functools.wraps(function)
    def telling(*args: Any, **kwargs: Any) -> Any:
        place = args[position] if len(args) > position else kwargs.get(argument)
        for file in files_of(place):
            sys.audit(READS, file)
        return function(*args, **kwargs)

    return telling
