"""How long reruns take: plain papermill, papermill under make, and ours with cold and warm kernels.

All in one run, in a copy of the project in a temporary folder. The machine's other work disturbs
the seconds on the clock; the seconds of work (user and system, all processes) much less.

    python benchmarks/reruns.py [--rounds N] [--short]

``--short`` leaves the sweep out.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from sahelstats.paths import ROOT

CORES = 2
PAPERMILL = str(Path(sys.executable).with_name("papermill"))
COPIED = (
    "Makefile",
    "pyproject.toml",
    "requirements.lock",
    "README.md",
    "src",
    "data",
    "notebooks",
)

SWEPT = "01_incidents"
COUNTRIES = (
    [], ["MLI"], ["BFA"], ["NER"], ["BEN"], ["TGO"], ["MLI", "BFA"], ["MLI", "NER"],
    ["BFA", "NER"], ["BEN", "TGO"], ["BEN", "NER"], ["MLI", "BFA", "NER"],
)  # fmt: skip
BASES = ("excl_attackers", "incl_attackers")
VARIANTS = [
    {"countries": countries, "basis": basis} for countries, basis in product(COUNTRIES, BASES)
]

#: What runs the variants: ours takes them as jobs of one process.
SWEEP = """\
import json, sys
from sahelstats.rerun.together import run_shown
from sahelstats.rerun.jobs import Job
jobs = [Job(sys.argv[1], settings) for settings in json.loads(sys.argv[2])]
sys.exit(any(result.error for result in run_shown(jobs, int(sys.argv[3]))))
"""


@dataclass
class Measured:
    """One way of running: seconds on the clock, seconds of work, peak memory in MB."""

    wall: float
    work: float
    memory: float


class Copy:
    """A copy of the project in a temporary folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, root / name)
            else:
                shutil.copy2(source, root / name)
        self.stems = sorted(path.stem for path in (root / "notebooks").glob("*.ipynb"))
        (root / "build" / "papermill").mkdir(parents=True)
        (root / "build" / "installed").touch()  # the package is found through PYTHONPATH
        lines = [f"all: {' '.join(self.stems)}"]
        lines += [f"{stem}:\n\t{' '.join(self.papermill(stem))}" for stem in self.stems]
        (root / "build" / "papermill" / "Makefile").write_text("\n".join(lines) + "\n")

    def papermill(self, stem: str, settings: dict[str, object] | None = None) -> list[str]:
        """Return the command that runs a notebook as papermill alone does."""
        command = [PAPERMILL, f"notebooks/{stem}.ipynb", f"build/papermill/{stem}.ipynb"]
        command += ["-k", "python3", "--no-progress-bar", "--log-level", "ERROR"]
        return command + (["-y", json.dumps(settings)] if settings else [])

    def run(self, *commands: list[str]) -> Measured:
        """Run commands one after another and measure them; stop when one fails."""
        before, begun = spent(), time.perf_counter()
        memory = 0.0
        for command in commands:
            process = subprocess.Popen(
                command, cwd=self.root, env=self.environment(), stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            with sampled(process.pid) as peak:
                _, said = process.communicate()
            if process.returncode:
                sys.exit(f"{' '.join(command)} failed:\n{said}")
            memory = max(memory, peak[0])
        return Measured(time.perf_counter() - begun, spent() - before, memory)

    def environment(self) -> dict[str, str]:
        """Return the environment variables of a command."""
        own = {"PYTHONPATH": str(self.root / "src"), "SAHELSTATS_ROOT": str(self.root)}
        return {k: v for k, v in os.environ.items() if not k.startswith("MAKE")} | own


def spent() -> float:
    """Return the seconds of work of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def sampled(pid: int) -> Iterator[list[float]]:
    """Note the highest memory of a process and all it has started; shared pages count once."""
    peak, done = [0.0], threading.Event()

    def look() -> None:
        while not done.wait(1.0):
            peak[0] = max(peak[0], memory_of(pid))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def memory_of(pid: int) -> float:
    """Return the memory of a process and its descendants in MB."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int(
                (folder / "stat").read_text().rpartition(")")[2].split()[1]
            )
        except OSError:
            continue
    family, size = {pid}, 0
    while len(family) != size:
        size = len(family)
        family |= {child for child, parent in parents.items() if parent in family}
    total = 0
    for member in family:
        try:
            rollup = Path(f"/proc/{member}/smaps_rollup").read_text()
        except OSError:
            continue
        sizes = [line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:")]
        total += sum(map(int, sizes))
    return total / 1024


def measure(copy: Copy, rounds: int, short: bool) -> dict[str, Measured]:
    """Return the best of some rounds for each way."""
    ours = [sys.executable, "-m", "sahelstats.cli", "rerun", f"-j{CORES}"]
    makefile = ["make", f"-j{CORES}", "-f", "build/papermill/Makefile"]
    ways = {
        "(a) papermill, one after another": [copy.papermill(stem) for stem in copy.stems],
        f"(b) papermill under make -j{CORES}": [makefile],
        "(c) sahelstats rerun --cold": [[*ours, "--cold"]],
        "(d) sahelstats rerun": [ours],
    }
    if not short:
        sweep = [sys.executable, "-c", SWEEP, SWEPT, json.dumps(VARIANTS), str(CORES)]
        ways["sweep (a) papermill, one after another"] = [
            copy.papermill(SWEPT, settings) for settings in VARIANTS
        ]
        ways["sweep (d) sahelstats rerun"] = [sweep]
    copy.run(copy.papermill(copy.stems[-1]))  # fonts and compiled modules are there afterwards
    found: dict[str, Measured] = {}
    for _ in range(rounds):
        for way, commands in ways.items():
            measured = copy.run(*commands)
            print(f"{way}: {measured.wall:.1f} s, {measured.work:.1f} s of work", flush=True)
            if way not in found or measured.wall < found[way].wall:
                found[way] = measured
    return found


def no_op_make(copy: Copy) -> float:
    """Return the seconds of a make that has nothing to do: median of five."""
    make = ["make", f"PYTHON={sys.executable}", f"-j{CORES}", "figures"]
    copy.run(make)
    return sorted(copy.run(make).wall for _ in range(5))[2]


def as_markdown(found: dict[str, Measured], idle: float, load: tuple[float, float]) -> str:
    """Return the tables."""
    lines = [
        f"`python benchmarks/reruns.py`, {os.cpu_count()} cores, Python"
        f" {sys.version_info.major}.{sys.version_info.minor}; all in one run, in a copy of the"
        f" project. Load of the machine before: {load[0]:.1f}, after: {load[1]:.1f} (of which"
        f" {CORES} is this benchmark). Work: user and system seconds of all processes. Memory:"
        " highest sum over all processes, shared pages once.",
        "",
    ]
    head = ("seconds", "of (a)", "work", "of (a)", "memory, MB")
    swept = f"{len(VARIANTS)} variants of {SWEPT}"
    for title, prefix in (("all notebooks", "("), (swept, "sweep ")):
        rows = {way: measured for way, measured in found.items() if way.startswith(prefix)}
        if not rows:
            continue
        base = next(iter(rows.values()))
        lines += [f"| {' | '.join([title, *head])} |", "|---" * (len(head) + 1) + "|"]
        lines += [
            f"| {way.removeprefix('sweep ')} | {m.wall:.1f} | {m.wall / base.wall:.2f} |"
            f" {m.work:.1f} | {m.work / base.work:.2f} | {m.memory:.0f} |"
            for way, m in rows.items()
        ]
        lines.append("")
    lines.append(
        "Goals, on the clock: (d) at most 0.40 of (a) for all notebooks, 0.25 for the sweep."
        f" A `make` with nothing to do: {idle:.2f} s (goal 0.7 s)."
    )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the section of the results."""
    from results import write_section

    rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 1
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        found = measure(copy, rounds, "--short" in sys.argv)
        text = as_markdown(found, no_op_make(copy), (before, os.getloadavg()[0]))
    print(text)
    if "--short" not in sys.argv:
        write_section("Reruns", text)


if __name__ == "__main__":
    main()
