"""``sahelstats ...``: a thin door; each room has its commands in a ``commands.py`` of its own."""

from __future__ import annotations

import typer

from sahelstats.casualties import commands as casualties
from sahelstats.curation import commands as curation
from sahelstats.datasets import commands as datasets
from sahelstats.report import commands as report
from sahelstats.rerun import commands as rerun

#: The commands as ``sahelstats --help`` lists them.
ORDER = (
    "build-data", "validate", "show", "add",
    "rerun", "batch", "verify", "total",
    "documents", "manifest", "report", "serve", "pdf",
    "import", "fetch", "check-totals", "match",
)  # fmt: skip

app = typer.Typer(
    help="Casualty uncertainty and attack geography of the Sahel conflict.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
curation.register(app)
rerun.register(app, report.PAGES)
casualties.register(app)
report.register(app)
datasets.register(app)
app.registered_commands.sort(key=lambda command: ORDER.index(str(command.name)))


if __name__ == "__main__":
    app()
