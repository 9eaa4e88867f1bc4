"""What a notebook promises: its parameters, its figures, and the rules its cells keep."""

from __future__ import annotations

import ast
import difflib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sahelstats.notebook import FIGURE_NAME
from sahelstats.paths import NOTEBOOKS, shown
from sahelstats.rerun.errors import RerunError


@dataclass(frozen=True)
class Contract:
    """The declarations of one notebook.

    Attributes
    ----------
    stem : str
        Name without ``.ipynb``.
    path : Path
        Where it lies.
    question : str
        Its title.
    figures : tuple of str
        Names of the figures it must save; the first leads its card in the index.
    parameters : dict
        Name -> default, from the cell tagged ``parameters``.
    """

    stem: str
    path: Path
    question: str
    figures: tuple[str, ...]
    parameters: dict[str, Any]


def stems() -> list[str]:
    """Return the stems of all notebooks, in order."""
    # A leading dot marks what an editor is in the middle of saving.
    return sorted(p.stem for p in NOTEBOOKS.glob("*.ipynb") if not p.name.startswith("."))


def find_stems(names: Sequence[str]) -> list[str]:
    """Return the stems of the notebooks that are named.

    Parameters
    ----------
    names : sequence of str
        As `find_stem` takes them.

    Returns
    -------
    list of str
        Each notebook once, in the order of the names; all notebooks when there are none.

    Raises
    ------
    RerunError
        With every name that is not one notebook's.
    """
    found, faults = [], []
    for name in names:
        try:
            found.append(find_stem(name))
        except RerunError as error:
            faults.append(str(error))
    if faults:
        raise RerunError("\n".join(faults))
    return list(dict.fromkeys(found)) or stems()


def find_stem(name: str) -> str:
    """Return the stem of a notebook named by stem, file or the beginning of its stem.

    Parameters
    ----------
    name : str
        For example ``05_bamako_2024``, ``notebooks/05_bamako_2024.ipynb``, ``05`` or ``05_b``.

    Returns
    -------
    str
        The stem.

    Raises
    ------
    RerunError
        When no notebook, or more than one, begins so; names them.
    """
    known = stems()
    wanted = Path(name).stem if name.endswith(".ipynb") else name
    if wanted in known:
        return wanted
    # A number is whole: 1 is not the beginning of 10_b where there is a 1_a.
    numbered = [stem for stem in known if stem.split("_")[0] == wanted]
    begun = numbered or [stem for stem in known if wanted and stem.startswith(wanted)]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise RerunError(f"{name!r} is more than one notebook: {', '.join(begun)}")
    raise RerunError(f"there is no notebook {name!r}.{_nearest(wanted, known)}")


def read_contract(path: Path) -> Contract:
    """Read a notebook's declarations and check that it keeps the rules of the house.

    Parameters
    ----------
    path : Path
        An ``.ipynb`` file.

    Returns
    -------
    Contract
        What it declares.

    Raises
    ------
    RerunError
        Lists every rule the notebook breaks.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = notebook["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RerunError(f"{shown(path)} cannot be read as a notebook: {error}") from None
    declared = notebook.get("metadata", {}).get("sahelstats", {})
    faults = list(_cell_faults(cells)) + list(_declaration_faults(declared))
    tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
    parameters: dict[str, Any] = {}
    if len(tagged) != 1:
        faults.append(f"needs exactly one cell tagged 'parameters', has {len(tagged)}")
    else:
        try:
            parameters = parameters_of("".join(tagged[0]["source"]))
        except ValueError as error:
            faults.append(f"parameters cell: {error}")
    if faults:
        raise RerunError(f"{shown(path)} breaks the rules of a notebook:", faults)
    question = next((h for cell in cells if (h := heading_of(cell))), path.stem)
    return Contract(path.stem, path, question, tuple(declared["figures"]), parameters)


def parameters_of(source: str) -> dict[str, Any]:
    r"""Return the names and defaults of a parameters cell.

    Parameters
    ----------
    source : str
        Its code: assignments of plain literals, nothing derived.

    Returns
    -------
    dict
        Name -> default, in order.

    Raises
    ------
    ValueError
        When a line is anything but ``name = literal``.

    Examples
    --------
    >>> parameters_of("first_year = 2012  # inclusive\ncountries = []")
    {'first_year': 2012, 'countries': []}
    """
    found: dict[str, Any] = {}
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ValueError(f"line {error.lineno} is not Python: {error.msg}") from None
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                pass
            case _:
                raise ValueError(f"line {statement.lineno} is not of the form name = literal")
        try:
            found[name] = ast.literal_eval(value)
        except (ValueError, TypeError):
            raise ValueError(f"{name} (line {statement.lineno}) is not a plain literal") from None
    if not found:
        raise ValueError("it sets nothing")
    return found


def heading_of(cell: dict[str, Any]) -> str:
    """Return the text of a Markdown cell's first heading, or an empty text."""
    return next(iter(headings_of(cell)), "")


def headings_of(cell: dict[str, Any]) -> list[str]:
    r"""Return the texts of a Markdown cell's headings.

    Parameters
    ----------
    cell : dict
        A cell of a notebook.

    Returns
    -------
    list of str
        In order; empty for a cell of code.

    Examples
    --------
    >>> headings_of({"cell_type": "markdown", "source": "# Why?\n#1 is no heading\n## Where"})
    ['Why?', 'Where']
    """
    if cell["cell_type"] != "markdown":
        return []
    return re.findall(r"^#{1,6} +(.*?)[ #]*$", "".join(cell["source"]), re.MULTILINE)


def _declaration_faults(declared: dict[str, Any]) -> Iterator[str]:
    figures = declared.get("figures")
    if not isinstance(figures, list) or not figures:
        yield 'its metadata must list what it makes: "sahelstats": {"figures": ["name", ...]}'
        return
    for name in figures:
        if not re.fullmatch(FIGURE_NAME, str(name)):
            yield f"figure name {name!r} in its metadata is not plain"


def _cell_faults(cells: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what hides failure from papermill: shell lines and magics, which are not Python."""
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # notebooks may await anywhere
    heading = ""
    for number, cell in enumerate(cells, start=1):
        heading = next(reversed(headings_of(cell)), heading)
        if cell["cell_type"] != "code":
            continue
        where = f"cell {number}" + (f" under {heading!r}" if heading else "")
        source = "".join(cell["source"])
        try:
            tree = compile(source, where, "exec", flags)
        except SyntaxError as error:
            line = (error.text or "").strip()
            yield f"{where}: {line!r} is not Python; shell lines and magics are not allowed"
            continue
        except ValueError as error:  # a null byte
            yield f"{where}: {error}"
            continue
        if any(isinstance(node, ast.Name) and node.id == "get_ipython" for node in ast.walk(tree)):
            yield f"{where}: get_ipython() is not allowed, no more than the magics it runs"


def _nearest(wanted: str, known: list[str]) -> str:
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.3)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{hint} There are: {', '.join(known)}"
