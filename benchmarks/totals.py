"""How fast the exact totals are, against simulation, on a table the size of UCDP GED.

Run it as ``python benchmarks/totals.py``: it prints a table and writes benchmarks/RESULTS.md.
Everything it says is measured in the same run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sahelstats.casualties import ReportedDeaths, total, total_by

EVENTS = 350_000
DRAWS = 1_000
DRAWS_TIMED = 60
SEED = 20_240_917
QUANTILES = np.array([0.025, 0.5, 0.975])
VIOLENCE = np.array(["state-based", "non-state", "one-sided"])
Rows = list[dict[str, str]]


def synthetic_events(n: int = EVENTS) -> tuple[Any, Any]:
    """Counts like UCDP GED's: most below 5, a few in the thousands; three types of violence."""
    rng = np.random.default_rng(SEED)
    deaths = np.minimum(np.floor(1.6 * rng.pareto(1.25, n) + rng.random(n)), 8_000)
    return deaths.astype(np.int64), rng.choice(3, n, p=[0.7, 0.12, 0.18]) + 1


def synthetic_table() -> pd.DataFrame:
    """The same events as a tidy table of 60 countries and 35 years."""
    deaths, violence = synthetic_events()
    rng = np.random.default_rng(SEED + 1)
    killed = pd.array(deaths, dtype="Int64")
    return pd.DataFrame(
        {
            "incident_id": np.arange(deaths.size),
            "country": rng.integers(0, 60, deaths.size),
            "year": rng.integers(1989, 2024, deaths.size),
            "type_of_violence": VIOLENCE[violence - 1],
            "killed_low": killed,
            "killed_best": killed,
            "killed_high": killed,
        }
    )


def seconds(action: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """Median wall time of an action, and what it returned last."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        made = action()
        took.append(time.perf_counter() - begin)
    return float(np.median(took)), made


def exact() -> tuple[Any, Any]:
    """From raw counts to the quantiles of the total."""
    made = total(ReportedDeaths(*synthetic_inputs()))
    return made, made.ppf(QUANTILES)


_INPUTS: list[tuple[Any, Any]] = []


def synthetic_inputs() -> tuple[Any, Any]:
    """The events, made once."""
    if not _INPUTS:
        _INPUTS.append(synthetic_events())
    return _INPUTS[0]


def simulated(draws: int) -> Any:
    """Totals of `draws` simulated tables, one vectorised table at a time."""
    events = ReportedDeaths(*synthetic_inputs())
    rng = np.random.default_rng(SEED + 2)
    return np.array([events.rvs(1, rng).sum() for _ in range(draws)])


def shared_factor() -> Any:
    """The total with one shared error, rho = 0.3, and its quantiles."""
    made = total(ReportedDeaths(*synthetic_inputs()), 0.3)
    made.ppf(QUANTILES)
    return made


def allocated_by(action: Callable[[], Any]) -> float:
    """Peak of what an action allocates, in MB."""
    import tracemalloc

    tracemalloc.start()
    action()
    allocated = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return allocated


def peak_memory() -> tuple[float, float]:
    """Peak memory (MB): what the exact total allocates, and a whole process that does it."""
    allocated = allocated_by(exact)
    code = (
        "import resource; from benchmarks.totals import exact; exact()\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    root = Path(__file__).resolve().parents[1]
    path = os.pathsep.join([str(root), str(root / "src"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        text=True,
        capture_output=True,
        check=True,
    )
    return allocated, int(done.stdout) / 1024


def measure() -> Rows:
    """All rows of the table."""
    deaths, _ = synthetic_inputs()
    total(ReportedDeaths([1, 2], 1)).ppf(0.5)  # loads SciPy and the table of the Gamma phase
    exact()
    exact_time, (made, quantiles) = seconds(exact, times=15)
    simulation_time, sums = seconds(lambda: simulated(DRAWS_TIMED))
    simulation_time *= DRAWS / DRAWS_TIMED
    off = (sums.mean() - made.mean) / (made.std / np.sqrt(DRAWS_TIMED))
    spread = (sums.std(ddof=1) / made.std - 1) * np.sqrt(2 * DRAWS_TIMED)
    allocated, resident = peak_memory()
    table = synthetic_table()
    by_time, rows = seconds(lambda: total_by(table, ["country", "year"], model="reported"))
    shared_factor()
    rho_time, shared = seconds(shared_factor, times=3)
    rho_allocated = allocated_by(shared_factor)
    low, middle, high = (f"{x:,.0f}" for x in quantiles)
    return [
        row(
            "events",
            f"{deaths.size:,}",
            f"{np.mean(deaths < 5):.0%} below 5 deaths, "
            f"largest {deaths.max():,}, {len(ReportedDeaths(*synthetic_inputs()).groups.counts):,} "
            "distinct (count, type)",
        ),
        row("exact total", f"{exact_time:.3f} s", "median of 15, counts to quantiles; goal 0.1 s"),
        row(
            "simulation, 1,000 draws",
            f"{simulation_time:.1f} s",
            f"vectorised NumPy; timed on {DRAWS_TIMED} draws and scaled",
        ),
        row("ratio", f"{simulation_time / exact_time:,.0f} times", "goal 200"),
        row("mean, simulated - exact", f"{off:+.2f} standard errors", f"{DRAWS_TIMED} draws"),
        row("std, simulated - exact", f"{spread:+.2f} standard errors", f"{DRAWS_TIMED} draws"),
        row(
            "peak memory",
            f"{allocated:.0f} MB",
            f"allocated by the exact total; whole process {resident:.0f} MB; goal 300 MB",
        ),
        row("total_by 60 x 35", f"{by_time:.2f} s", f"{len(rows):,} rows; goal 3 s"),
        row(
            "total, rho 0.3",
            f"{rho_time:.1f} s",
            f"median of 3, counts to quantiles; goal 2 s; std {shared.std:,.0f}, independent "
            f"{made.std:,.0f}; allocates {rho_allocated:.0f} MB",
        ),
        row("median of the total", middle, f"95 % interval, independent: {low} to {high}"),
    ]


def row(what: str, value: str, note: str) -> dict[str, str]:
    """One row of the table."""
    return {"what": what, "value": value, "note": note}


def as_markdown(rows: Rows) -> str:
    """The table as Markdown, with the machine's cores."""
    lines = [f"| {r['what']} | {r['value']} | {r['note']} |" for r in rows]
    head = [
        f"`python benchmarks/totals.py`, {os.cpu_count()} cores, "
        f"Python {sys.version_info.major}.{sys.version_info.minor}, NumPy {np.__version__}.",
        "",
        "| | | |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *lines]) + "\n"


def main() -> Rows:
    """Measure, print the table, and return its rows."""
    from rich.console import Console
    from rich.table import Table

    rows = measure()
    table = Table("what", "value", "note", title=f"Totals, {os.cpu_count()} cores")
    for r in rows:
        table.add_row(*r.values())
    Console().print(table)
    return rows


if __name__ == "__main__":
    from results import write_section

    write_section("Exact totals against simulation", as_markdown(main()))
