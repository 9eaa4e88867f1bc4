"""``sahelstats total``: a thin door to this room."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sahelstats.saying import said


def register(app: typer.Typer) -> None:
    """Add the command of this room to the command line.

    Parameters
    ----------
    app : typer.Typer
        The command line.
    """
    app.command("total")(total)


def total(
    path: Annotated[
        Path, typer.Argument(help="A tidy incidents table: CSV, or a Parquet file or folder.")
    ] = Path("data/incidents.csv"),
    by: Annotated[
        list[str] | None, typer.Option("--by", help="Column to group by; may be repeated.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="uniform, triangular, pert, lognormal, claims or reported.")
    ] = "reported",
    dependence: Annotated[
        str, typer.Option(help="independent, comonotonic, or a rho such as 0.3.")
    ] = "independent",
    basis: Annotated[
        str, typer.Option(help="excl_attackers or incl_attackers; default the table's own.")
    ] = "",
    outcome: Annotated[str, typer.Option(help="killed or wounded.")] = "killed",
    level: Annotated[float, typer.Option(help="Level of the interval.")] = 0.9,
    kappa: Annotated[
        float, typer.Option(help="Mean excess over 'at least n', model claims.")
    ] = 0.25,
    claims: Annotated[Path | None, typer.Option(help="Claims behind the table.")] = None,
    how: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
) -> None:
    """Print the total of a table, or of its groups, under a stated assumption."""
    from sahelstats.casualties.total_table import Asked, is_parquet, print_totals
    from sahelstats.tables.about import default_basis
    from sahelstats.tables.schema import BASES

    groups = tuple(by or ())
    with said(ValueError):
        if not basis:
            # Of a folder nobody says which toll it has.
            plain = path.is_file() and not is_parquet(path)
            basis = default_basis(path) if plain else BASES[0]
        print_totals(
            Asked(path, groups, model, dependence, basis, outcome, level, kappa, claims), how
        )
