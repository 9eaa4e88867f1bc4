"""Totals by group of a Parquet folder of any size: counted in pieces by Dask, added up exactly.

What a total needs of a table is how often each range occurs in each group: its tally. That is taken
piece by piece, a few hundred thousand rows at a time; the tallies are merged; and the totals are
those that `total_by` computes, from the counts instead of the rows. Memory follows the number of
distinct (group, range) rows, and where tolls are whole people the largest group, not the folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sahelstats.casualties.checks import need_columns, one_of, refuse, refuse_faults
from sahelstats.casualties.grouped import Question, totals_of
from sahelstats.casualties.incidents import MODELS
from sahelstats.casualties.opinion import KAPPA, check_kappa
from sahelstats.casualties.tallies import Plan, Tally, merged, tally_frame
from sahelstats.casualties.totals import INDEPENDENT, Dependence, check_dependence

if TYPE_CHECKING:
    from distributed import Client

#: Rows of a task, and rows that are in memory at once; both of a worker.
ROWS_PER_PIECE = 2_000_000
ROWS_AT_ONCE = 200_000
#: Tallies merged in one task.
MERGED_AT_ONCE = 16


@dataclass(frozen=True)
class Piece:
    """Row groups of one file, and what the names of its folders say (``year=2023``).

    Attributes
    ----------
    path : str
    row_groups : tuple of int
    folders : dict
        Column -> value, None where the folder stands for missing ones, and type of its column.
    """

    path: str
    row_groups: tuple[int, ...]
    folders: dict[str, tuple[Any, str]]


def total_by_parquet(
    folder: Path | str,
    by: str | Sequence[str],
    model: str = "triangular",
    dependence: Dependence = INDEPENDENT,
    level: float | None = None,
    claims: pd.DataFrame | None = None,
    basis: str = "excl_attackers",
    outcome: str = "killed",
    kappa: float = KAPPA,
    client: Client | None = None,
    scheduler: str | None = None,
) -> pd.DataFrame:
    """Return what `total_by` returns, for a table in a Parquet folder of any size.

    Parameters
    ----------
    folder : Path or str
        Folder of Parquet files, or one file: a tidy incidents table. Folders named ``year=2023``
        are columns.
    by, model, dependence, level, claims, basis, outcome, kappa
        As in `total_by`; `claims` are held in memory.
    client : distributed.Client, optional
        Cluster that does the counting; its workers must see the folder under the same path.
        Without one, threads of this process do.
    scheduler : str, optional
        Without a client: another of Dask's schedulers, such as "synchronous".

    Returns
    -------
    DataFrame
        As `total_by`, sorted by the columns of `by`.

    Raises
    ------
    ValueError
        As `total_by`; the faults of all files in one message. Also if the folder has no Parquet
        file, or one that cannot be read.
    ImportError
        If dask or pyarrow is not installed.

    Examples
    --------
    >>> import tempfile
    >>> table = pd.DataFrame({"year": [2023, 2023, 2024], "killed_low": [4, 10, 1],
    ...     "killed_best": [5, 12, 2], "killed_high": [9, 20, 3]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table.iloc[:2].to_parquet(f"{folder}/one.parquet")
    ...     table.iloc[2:].to_parquet(f"{folder}/two.parquet")
    ...     made = total_by_parquet(folder, "year", model="uniform")
    >>> made[["year", "low", "mean", "high", "q95"]].to_numpy().tolist()
    [[2023, 14, 21.5, 29, 27.0], [2024, 1, 2.0, 3, 3.0]]
    """
    columns = [by] if isinstance(by, str) else list(by)
    asked = Question(
        one_of(model, MODELS, "model"), check_dependence(dependence), level, claims, basis, outcome,
        check_kappa(kappa),
    )  # fmt: skip
    tally = tally_parquet(folder, columns, asked, client, scheduler)
    return totals_of(tally.rows, tally.rows["times"].to_numpy(), columns, asked)


def tally_parquet(
    folder: Path | str,
    columns: Sequence[str],
    asked: Question,
    client: Client | None = None,
    scheduler: str | None = None,
) -> Tally:
    """Return how often each distinct row of a Parquet folder occurs.

    Parameters
    ----------
    folder, client, scheduler
        As in `total_by_parquet`.
    columns : sequence of str
        Columns of the groups.
    asked : Question
        Model, basis and outcome; with claims, their incidents stay apart.

    Returns
    -------
    Tally
        Without faults.

    Raises
    ------
    ValueError, ImportError
        As `total_by_parquet`.
    """
    ids: frozenset[str] = frozenset()
    if asked.model == "claims" and asked.claims is not None:
        ids = frozenset(asked.claims["incident_id"])
    plan = Plan(tuple(columns), asked.outcome, asked.basis, asked.model == "reported", ids)
    try:
        import dask

        pieces = pieces_of(Path(folder), plan)
    except ImportError as error:
        raise ImportError(
            f"a Parquet folder needs dask and pyarrow ({error}): pip install 'sahelstats[cluster]'"
        ) from None
    shared = dask.delayed(plan)
    tasks = [dask.delayed(tally_piece)(piece, shared) for piece in pieces]
    while len(tasks) > 1:
        tasks = [
            dask.delayed(merged)(tasks[i : i + MERGED_AT_ONCE])
            for i in range(0, len(tasks), MERGED_AT_ONCE)
        ]
    if client is not None:
        tally: Tally = client.compute(tasks[0]).result()
    else:
        tally = tasks[0].compute(scheduler=scheduler or "threads")
    refuse_faults(tally.faults)
    if tally.rows.empty:
        raise ValueError("empty selection: the incidents table has no rows")
    if ids:
        twice = tally.rows["incident_id"].notna() & (tally.rows["times"] > 1)
        refuse(twice, "incident_id given twice", tally.rows["incident_id"].to_numpy(dtype=object))
    return tally


def pieces_of(folder: Path, plan: Plan) -> list[Piece]:
    """Return the row groups of a Parquet folder, in pieces of bounded size.

    Parameters
    ----------
    folder : Path
        Folder of Parquet files, or one file.
    plan : Plan
        Says which columns must be there.

    Returns
    -------
    list of Piece
        At least one.

    Raises
    ------
    ValueError
        If there is no Parquet file, one cannot be read, or a column is missing.
    """
    import pyarrow as pa
    from pyarrow import dataset

    if not folder.exists():
        raise ValueError(f"there is no file or folder {folder.as_posix()}")
    try:
        found = dataset.dataset(folder.as_posix(), format="parquet", partitioning="hive")
        if not found.files:
            raise ValueError(f"{folder.as_posix()} has no Parquet file")
        need_columns(_Named(found.schema.names), plan.needed, folder.as_posix())
        return [piece for part in found.get_fragments() for piece in _cut(part, found.schema)]
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{folder.as_posix()} is no folder of Parquet files: {error}") from None


@dataclass
class _Named:
    """Something that has columns."""

    columns: list[str]


def _cut(fragment: Any, schema: Any) -> Iterator[Piece]:
    """Cut one file between its row groups, so that no piece is much longer than it must be."""
    from pyarrow import dataset, types

    folders = {
        name: (value, "Int64" if types.is_integer(schema.field(name).type) else "object")
        for name, value in dataset.get_partition_keys(fragment.partition_expression).items()
    }
    groups: list[int] = []
    rows = 0
    for group in fragment.row_groups:
        groups.append(group.id)
        rows += group.num_rows
        if rows >= ROWS_PER_PIECE:
            yield Piece(fragment.path, tuple(groups), folders)
            groups, rows = [], 0
    if groups:
        yield Piece(fragment.path, tuple(groups), folders)


def tally_piece(piece: Piece, plan: Plan) -> Tally:
    """Return the tally of one piece, read a few rows at a time.

    Parameters
    ----------
    piece : Piece
        Row groups of a file.
    plan : Plan
        What to count.

    Returns
    -------
    Tally
    """
    from pyarrow import parquet

    tally = Tally(pd.DataFrame())
    with parquet.ParquetFile(piece.path) as file:
        there = {*file.schema_arrow.names, *piece.folders}
        need_columns(_Named(list(there)), plan.needed, piece.path)
        wanted = [name for name in (*plan.needed, "quirk", "incident_id") if name in there]
        columns = [name for name in dict.fromkeys(wanted) if name not in piece.folders]
        for batch in file.iter_batches(ROWS_AT_ONCE, list(piece.row_groups), columns):
            frame = _plain(batch.to_pandas(types_mapper=_nullable))
            for name, (value, kind) in piece.folders.items():
                frame[name] = pd.Series([value] * len(frame), dtype=kind)
            tally = merged([tally, tally_frame(frame, plan)])
    return tally


def _nullable(kind: Any) -> Any:
    """Whole numbers stay whole where some are missing."""
    from pyarrow import types

    return pd.Int64Dtype() if types.is_integer(kind) else None


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return categories as the values they stand for: each file may number them its own way."""
    frame = frame.reset_index(drop=True)
    coded = [name for name in frame if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    return frame.astype({name: frame[name].cat.categories.dtype for name in coded})
