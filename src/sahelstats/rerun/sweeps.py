"""A sweep: notebooks run with every combination of some parameters, as a YAML file asks for it.

    notebooks: [01, 02]
    grid:
      countries: [MLI, BFA, [MLI, BFA]]
      basis: [excl_attackers, incl_attackers]
    exclude:
      - {countries: BFA, basis: incl_attackers}
    include:
      - {countries: TCD, first_year: 2015}

The whole file is checked before the first run, and all its faults are told at once.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sahelstats.paths import BUILD, NOTEBOOKS, shown
from sahelstats.rerun.contract import Contract, find_stem, read_contract
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.jobs import Job
from sahelstats.rerun.parameters import nearest_name, parse_value
from sahelstats.rerun.yamlfile import Item, read_yaml

#: More runs than this are asked for on purpose only (``--yes``), and never more than the second.
MANY, TOO_MANY = 100, 10_000
#: Names that Windows keeps for itself.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
_PARTS = ("name", "notebooks", "grid", "exclude", "include")


@dataclass(frozen=True)
class Sweep:
    """A sweep that can be run.

    Attributes
    ----------
    name : str
        Names its folder and its page.
    jobs : tuple of Job
        Every run, variant by variant.
    """

    name: str
    jobs: tuple[Job, ...]

    @property
    def folder(self) -> Path:
        """Where its index page goes."""
        return BUILD / "variants" / self.name


@dataclass
class _Reader:
    """Gathers what a file asks for, and everything that is wrong with it."""

    contracts: list[Contract] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def fault(self, line: int, text: str) -> None:
        self.faults.append((line, text))


def read_sweep(path: Path, *, many: bool = False) -> Sweep:
    """Read and check a sweep.

    Parameters
    ----------
    path : Path
        A YAML file.
    many : bool
        Whether more than ``MANY`` runs are meant.

    Returns
    -------
    Sweep
        What it asks for.

    Raises
    ------
    RerunError
        Lists every fault with its line; nothing was run.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RerunError(f"{shown(path)} cannot be read: {error}") from None
    reading = read_yaml(text)
    reader = _Reader(faults=reading.faults)
    name = path.stem
    jobs: list[Job] = []
    if not isinstance(reading.top.value, dict):
        reader.fault(reading.top.line, f"must be a mapping of {', '.join(_PARTS)}")
    elif not reader.faults or reading.top.value:
        name, jobs = _read(reading.top, path.stem, reader)
    if not reader.faults and len(jobs) > MANY and not many:
        reader.fault(1, f"{len(jobs):,} runs are more than {MANY}: add --yes if they are meant")
    if reader.faults:
        raise RerunError(
            f"{shown(path)} cannot be run:",
            [f"line {line}: {text}" for line, text in sorted(reader.faults)],
        )
    return Sweep(name, tuple(jobs))


def _read(top: Item, default_name: str, reader: _Reader) -> tuple[str, list[Job]]:
    """Return the name and the jobs of a sweep; faults go to the reader."""
    parts: dict[str, Item] = top.value
    for unknown in set(parts) - set(_PARTS):
        hint = nearest_name(unknown, _PARTS)
        reader.fault(parts[unknown].line, f"there is no part {unknown!r}{hint}")
    name = _name(parts.get("name", Item(default_name, top.line)), reader)
    if "notebooks" not in parts:
        reader.fault(top.line, "'notebooks' is missing: a list of stems or numbers")
    _notebooks(parts.get("notebooks", Item([], 1)), reader)
    grid = _grid(parts.get("grid"), reader)
    excluded = _combinations(parts.get("exclude"), "exclude", reader)
    included = _combinations(parts.get("include"), "include", reader)
    for line, settings in excluded:
        for parameter in set(settings) - set(grid or {}):
            reader.fault(line, f"'exclude' names {parameter!r}, which the grid does not vary")
    if "grid" not in parts and not included:
        reader.fault(top.line, "nothing varies: 'grid' or 'include' is needed")
    if reader.faults:
        return name, []
    variants = _without(_product(grid, top.line, reader), excluded, reader)
    variants += [(line, settings) for line, settings in included]
    return name, _jobs(variants, reader)


def _name(item: Item, reader: _Reader) -> str:
    """Return a sweep's name, which becomes a folder."""
    name = item.value
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", name):
        reader.fault(
            item.line, f"the name {item.plain()!r}: use letters, digits, _ and - (set 'name')"
        )
    elif _RESERVED.fullmatch(name):
        reader.fault(item.line, f"the name {name!r} is one that Windows keeps for itself")
    return str(item.value)


def _notebooks(item: Item, reader: _Reader) -> None:
    """Look up the notebooks that are named."""
    named = item.value if isinstance(item.value, list) else [item]
    if not named:
        reader.fault(item.line, "'notebooks' is empty")
    for one in named:
        try:
            contract = read_contract(NOTEBOOKS / f"{find_stem(_plain_text(one))}.ipynb")
        except (RerunError, ValueError) as error:
            reader.fault(one.line, str(error))
            continue
        if contract.stem in {known.stem for known in reader.contracts}:
            reader.fault(one.line, f"the notebook {contract.stem} is named twice")
        else:
            reader.contracts.append(contract)


def _plain_text(item: Item) -> str:
    if not isinstance(item.value, str):
        raise ValueError(f"{item.plain()!r} is not the name of a notebook")
    return item.value


def _grid(item: Item | None, reader: _Reader) -> dict[str, list[Item]]:
    """Return the parameters that vary, each with its values, all checked."""
    if item is None:
        return {}
    if not isinstance(item.value, dict) or not item.value:
        reader.fault(item.line, "'grid' must give each parameter a list of values")
        return {}
    grid = {}
    for name, values in item.value.items():
        if not isinstance(values.value, list) or not values.value:
            reader.fault(values.line, f"{name!r} needs a list of values, has {values.plain()!r}")
            continue
        _check_values(name, values.value, reader)
        grid[name] = values.value
    return grid


def _check_values(name: str, values: Sequence[Item], reader: _Reader) -> None:
    """Note values of a parameter that a notebook cannot take, or that stand twice."""
    seen: set[str] = set()
    for item in values:
        text = _check(name, item, reader)
        if text in seen:
            reader.fault(item.line, f"{name!r} has the value {item.plain()!r} twice")
        seen.add(text)


def _check(name: str, item: Item, reader: _Reader) -> str:
    """Note why notebooks cannot take a value; return it as the first of them understands it."""
    understood = []
    for contract in reader.contracts:
        if name not in contract.parameters:
            hint = nearest_name(name, list(contract.parameters))
            known = ", ".join(contract.parameters)
            text = f"notebook {contract.stem} has no parameter {name!r}{hint} (known: {known})"
            if all(text != told for _, told in reader.faults):
                reader.fault(item.line, text)
            continue
        try:
            understood.append(repr(_typed(item, contract.parameters[name])))
        except ValueError as error:
            where = f" of notebook {contract.stem}" if len(reader.contracts) > 1 else ""
            reader.fault(item.line, f"{name!r}{where}: {error}")
    return understood[0] if understood else repr(item.plain())


def _typed(item: Item, default: Any) -> Any:
    """Return a value of the file as the type of a notebook's default."""
    if isinstance(item.value, str):
        return parse_value(item.value, default)
    if isinstance(item.value, dict) or any(not isinstance(i.value, str) for i in item.value):
        raise ValueError(f"{item.plain()!r} is neither a value nor a list of values")
    if not isinstance(default, list):
        raise ValueError(f"{item.plain()!r} is a list, the notebook's default {default!r} is not")
    example = default[0] if default else ""
    return [parse_value(one.value, example) for one in item.value]


_Combination = tuple[int, Mapping[str, Item]]


def _combinations(item: Item | None, part: str, reader: _Reader) -> list[_Combination]:
    """Return the combinations that are listed one by one, all checked."""
    if item is None:
        return []
    if not isinstance(item.value, list) or not item.value:
        reader.fault(item.line, f"{part!r} must be a list of combinations, NAME: VALUE in each")
        return []
    found: list[_Combination] = []
    for one in item.value:
        if not isinstance(one.value, dict) or not one.value:
            reader.fault(one.line, f"{part!r}: {one.plain()!r} is no combination of NAME: VALUE")
            continue
        for name, value in one.value.items():
            _check(name, value, reader)
        found.append((one.line, one.value))
    return found


def _product(grid: Mapping[str, Sequence[Item]], line: int, reader: _Reader) -> list[_Combination]:
    """Return every combination of a grid, the last parameter varying fastest."""
    count = math.prod(len(values) for values in grid.values()) * len(reader.contracts)
    if count > TOO_MANY:
        reader.fault(line, f"the grid asks for {count:,} runs; at most {TOO_MANY:,} are possible")
        return []
    if not grid:
        return []
    return [
        (combination[0].line, dict(zip(grid, combination, strict=True)))
        for combination in itertools.product(*grid.values())
    ]


def _without(
    variants: Iterable[_Combination], excluded: Sequence[_Combination], reader: _Reader
) -> list[_Combination]:
    """Return the variants that no exclusion matches; one that matches none is a slip."""
    kept = []
    used: set[int] = set()
    rules = [_settings(rule, reader.contracts[0]) for _, rule in excluded]
    for line, variant in variants:
        settings = _settings(variant, reader.contracts[0])
        hits = [n for n, rule in enumerate(rules) if rule.items() <= settings.items()]
        used.update(hits)
        if not hits:
            kept.append((line, variant))
    for number, (line, rule) in enumerate(excluded):
        if number not in used and not reader.faults:
            named = {name: item.plain() for name, item in rule.items()}
            reader.fault(line, f"'exclude': {named} matches no combination of the grid")
    return kept


def _settings(variant: Mapping[str, Item], contract: Contract) -> dict[str, str]:
    """Return a combination as texts that can be compared."""
    return {name: repr(_typed(item, contract.parameters[name])) for name, item in variant.items()}


def _jobs(variants: Sequence[_Combination], reader: _Reader) -> list[Job]:
    """Return a job for each variant and notebook; the same one twice is a fault."""
    jobs: list[Job] = []
    taken: dict[tuple[str, str], int] = {}
    for line, variant in variants:
        for contract in reader.contracts:
            settings = {
                name: _typed(item, contract.parameters[name]) for name, item in variant.items()
            }
            job = Job(contract.stem, settings)
            key = (job.stem, job.variant)
            if key in taken:
                text = f"{job.stem} with {job.variant} is asked for twice (line {taken[key]})"
                reader.fault(line, text)
            taken.setdefault(key, line)
            jobs.append(job)
    if not jobs and not reader.faults:
        reader.fault(1, "every combination is excluded: nothing is left to run")
    return jobs
