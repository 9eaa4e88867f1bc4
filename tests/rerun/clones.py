"""A small working copy of the project, with notebooks of the test's own making."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
COPIED = ("Makefile", "pyproject.toml", "requirements.lock", "README.md", "src", "data")
KINDS = ("svg", "png", "csv")

#: Any of these would reach into the clone from the session that runs the tests.
OUTSIDE = ("MAKE", "MFLAGS", "SAHELSTATS_", "JPY_", "PYTHON", "MPL", "IPYTHON", "JUPYTER")

PARAMETERS = "steps = 3"
DRAW = """\
import pandas as pd
from sahelstats.figures import canvas, save_figure, use_style
from sahelstats.notebook import answer, say

use_style()
days = pd.date_range("2024-01-01", periods=steps, freq="7h")
data = pd.DataFrame({"day": days, "height": [(7 * i) % 5 / 3 for i in range(steps)]})
fig = canvas(1, "A finding.", "height of each step", "Source: a test.")
fig.subplots().plot(data["day"], data["height"], marker="o")
save_figure(fig, "steps", data=data, alt="A line that goes up and down.", caption="Some steps.")
"""
ANSWER = 'answer("There are {n_steps} steps.", n_steps=steps)'


def markdown(source):
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def code(source, *tags):
    metadata = {"tags": list(tags)} if tags else {}
    empty = {"execution_count": None, "outputs": []}
    return {"cell_type": "code", "metadata": metadata, "source": source} | empty


def simple_cells(parameters=PARAMETERS, draw=DRAW, last=ANSWER):
    """Return the cells of a notebook that keeps its contract, for a test to break."""
    return [
        markdown("# How many steps?"),
        code(parameters, "parameters"),
        markdown("## The steps"),
        code(draw),
        markdown("Some prose between.\n\n## The end"),
        code(last),
    ]


class Clone:
    """A working copy of the project and the ways to use it."""

    def __init__(self, root):
        self.root = root
        for name in COPIED:
            source = PROJECT / name
            if source.is_dir():
                # Tables that somebody imported here are nobody else's.
                shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("imported"))
            elif source.exists():
                shutil.copy2(source, root / name)
        for name in ("notebooks", "figures", "build"):
            (root / name).mkdir()
        # The package is found through PYTHONPATH: nothing is installed anywhere.
        self.touch("build/installed")
        # The tables are those of the project already, and building them takes seconds.
        inputs = root / "src/sahelstats/rerun/inputs.py"
        subprocess.run([sys.executable, "-I", inputs], cwd=root, check=True)
        for name in ("incidents.csv", "datapackage.json"):
            self.touch(f"data/{name}")

    def touch(self, name):
        (self.root / name).touch()

    def write(self, name, content):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))

    def read(self, name):
        return (self.root / name).read_text(encoding="utf-8")

    def has(self, name):
        return (self.root / name).exists()

    def notebook(self, stem, cells=None, figures=("steps",), **metadata):
        """Write a notebook."""
        content = {
            "cells": simple_cells() if cells is None else cells,
            "metadata": {"sahelstats": {"figures": list(figures)}} | metadata,
            "nbformat": 4,
            "nbformat_minor": 4,
        }
        path = self.root / "notebooks" / f"{stem}.ipynb"
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")
        return path

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(OUTSIDE)}
        own = {"PYTHONPATH": str(self.root / "src"), "SAHELSTATS_ROOT": str(self.root)}
        return kept | own | more

    def run(self, *command, **environment):
        return subprocess.run(
            command, cwd=self.root, env=self.environment(**environment),
            capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
        )  # fmt: skip

    def make(self, *arguments, **environment):
        return self.run("make", f"PYTHON={sys.executable}", *arguments, **environment)

    def sahelstats(self, *arguments, **environment):
        return self.run(sys.executable, "-m", "sahelstats.cli", *arguments, **environment)

    def bytes_of(self, *patterns):
        """Return the content of files by their path in the clone."""
        found = {path for pattern in patterns for path in self.root.glob(pattern)}
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(found)
            if path.is_file()
        }

    def dates_of(self, *patterns):
        return {name: os.stat(self.root / name).st_mtime_ns for name in self.bytes_of(*patterns)}

    def figure_files(self, stem, name="steps"):
        return [f"figures/{stem}__{name}.{kind}" for kind in KINDS]


def runs_in(output):
    """Return the stems of the notebooks that a command says it has run, in order."""
    return sorted(re.findall(r"^(\w+): figures in ", output, re.MULTILINE))
