"""What ``sahelstats total`` does: a total by groups, with the assumption it rests on."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sahelstats.casualties.checks import level_tails, need_columns, one_of
from sahelstats.casualties.evidence import dependence_phrase, read_dependence
from sahelstats.casualties.grouped import Question, total_by, totals_of
from sahelstats.casualties.incidents import MODELS
from sahelstats.casualties.opinion import KAPPA, check_kappa
from sahelstats.casualties.tolls import RangeNotes, toll_ranges
from sahelstats.paths import CURATED, is_own_table, shown
from sahelstats.tables.loading import load_claims, load_incidents

FORMATS = ("table", "csv", "json")

#: Column of ``total_by`` -> heading on the terminal.
HEADINGS = {
    "n_incidents": "incidents",
    "n_missing": "no figure",
    "low": "sum of lows",
    "best": "sum of bests",
    "high": "sum of highs",
    "mean": "mean",
    "q50": "median",
    "lower": "lower",
    "upper": "upper",
}


@dataclass(frozen=True)
class Asked:
    """What ``sahelstats total`` was asked for.

    Attributes
    ----------
    path : Path
        Tidy incidents table: a CSV file, or a Parquet file or folder.
    by : tuple of str
        Columns to group by.
    model, dependence, basis, outcome : str
        As ``total_by`` takes them; the dependence as people write it.
    level, kappa : float
        Of the interval; of the claims model.
    claims : Path or None
        Claims behind the table, for model "claims".
    """

    path: Path
    by: tuple[str, ...] = ()
    model: str = "reported"
    dependence: str = "independent"
    basis: str = "excl_attackers"
    outcome: str = "killed"
    level: float = 0.9
    kappa: float = KAPPA
    claims: Path | None = None


def totals(asked: Asked) -> tuple[pd.DataFrame, str]:
    """Return the totals asked for, and what they rest on in words.

    Parameters
    ----------
    asked : Asked
        The table, the groups and the assumption.

    Returns
    -------
    (DataFrame, str)
        As ``total_by`` returns it, with ``lower``, ``upper``, ``level``; and a few sentences that
        name the number of incidents, how many have no figure or no best figure or bounds out of
        order, and the assumption.

    Raises
    ------
    ValueError
        For anything that cannot be used; TableError, one of its kind, for faults of the table.
    """
    one_of(asked.model, MODELS, "model")
    level_tails(asked.level)
    dependence = read_dependence(asked.dependence)
    if len(set(asked.by)) != len(asked.by):
        raise ValueError(f"a column is given twice: --by {' --by '.join(asked.by)}")
    question = Question(
        asked.model, dependence, asked.level, _claims(asked), asked.basis, asked.outcome,
        check_kappa(asked.kappa),
    )  # fmt: skip
    if is_parquet(asked.path):
        made, notes = _of_parquet(asked, question)
    else:
        made, notes = _of_csv(asked, question)
    return made, _statement(asked, made, notes, dependence_phrase(dependence))


def is_parquet(path: Path) -> bool:
    """Return whether a path is a folder, or a file in Parquet format by its name.

    Examples
    --------
    >>> is_parquet(Path("incidents.csv")), is_parquet(Path("ged.parquet"))
    (False, True)
    """
    return path.is_dir() or path.suffix.lower() in (".parquet", ".pq")


def _of_csv(asked: Asked, question: Question) -> tuple[pd.DataFrame, RangeNotes]:
    if not asked.path.is_file():
        raise ValueError(f"there is no file {shown(asked.path)}")
    table = load_incidents(asked.path)
    need_columns(table, asked.by, shown(asked.path))
    made = total_by(table, asked.by, *question)
    return made, toll_ranges(table, asked.outcome, asked.basis).notes


def _of_parquet(asked: Asked, question: Question) -> tuple[pd.DataFrame, RangeNotes]:
    from sahelstats.casualties.partitioned import tally_parquet

    try:
        tally = tally_parquet(asked.path, asked.by, question)
    except ImportError as error:
        raise ValueError(str(error)) from None
    made = totals_of(tally.rows, tally.rows["times"].to_numpy(), list(asked.by), question)
    return made, tally.notes(asked.outcome, asked.basis)


def _claims(asked: Asked) -> pd.DataFrame | None:
    """Return the claims whose reports the claims model pools; None for the other models."""
    if asked.model != "claims":
        return None
    path = asked.claims
    if path is None and is_own_table(asked.path):
        path = CURATED / "claims.csv"
    if path is None:
        raise ValueError(
            f"model 'claims' needs the claims behind {shown(asked.path)}: give --claims, or take "
            "another model"
        )
    if not path.is_file():
        raise ValueError(f"there is no file {shown(path)}")
    return load_claims(path)


def _statement(asked: Asked, made: pd.DataFrame, notes: RangeNotes, dependence: str) -> str:
    count, missing = int(made["n_incidents"].sum()), int(made["n_missing"].sum())
    who = "attackers counted" if asked.basis == "incl_attackers" else "attackers left out"
    kappa = f", kappa {asked.kappa:g}" if asked.model == "claims" else ""
    what = "best figure" if asked.model == "reported" else "figure"
    return (
        f"{count:,} incidents; {missing:,} have no {what} and add nothing to mean and interval. "
        f"People {asked.outcome}, {who}.\n"
        + "".join(f"{sentence}\n" for sentence in notes.sentences())
        + f"Assumption: model {asked.model}{kappa}, {dependence}; lower to upper holds "
        f"{100 * asked.level:g}%.\n"
        "Sum of lows to sum of highs is an envelope: bounds of the reports, no probability."
    )


def print_totals(asked: Asked, how: str = "table") -> None:
    """Print the totals asked for.

    Parameters
    ----------
    asked : Asked
        The table, the groups and the assumption.
    how : {"table", "csv", "json"}
        A table for people, with the statement below it; CSV, with the statement on standard error;
        or one JSON object that holds both.

    Raises
    ------
    ValueError
        As ``totals``; also for an unknown format.
    """
    one_of(how, FORMATS, "format")
    made, statement = totals(asked)
    if how == "csv":
        print(made.to_csv(index=False, lineterminator="\n", float_format="%.10g"), end="")
        print(statement, file=sys.stderr)
    elif how == "json":
        rows = json.loads(made.to_json(orient="records", double_precision=10))
        content = {
            "table": shown(asked.path),
            "n_incidents": int(made["n_incidents"].sum()),
            "n_missing": int(made["n_missing"].sum()),
            "assumption": statement.splitlines(),
            "totals": rows,
        }
        print(json.dumps(content, indent=1, ensure_ascii=False))
    else:
        _print_table(made, asked.by, statement)


def _print_table(made: pd.DataFrame, by: Sequence[str], statement: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for name in by:
        grid.add_column(name, overflow="fold")
    for heading in HEADINGS.values():
        grid.add_column(heading, justify="right", no_wrap=True)
    for row in made.to_dict("records"):
        keys = ["none" if pd.isna(row[name]) else str(row[name]) for name in by]
        numbers = ["" if pd.isna(row[name]) else f"{row[name]:,.0f}" for name in HEADINGS]
        grid.add_row(*(Text(cell) for cell in (*keys, *numbers)))
    width = None if sys.stdout.isatty() else 120
    console = Console(width=width)
    console.print(grid)
    console.print(Text(statement))
