"""Kernels that are forked: the same bytes as cold ones, and no state shared between them."""

import json
import os
import sys

import pytest
from clones import code, simple_cells

from sahelstats.rerun import kernels, warm

pytestmark = pytest.mark.skipif(not warm.can_fork(), reason="kernels are forked on Linux only")

#: What a notebook can see of the process it runs in.
LOOK = """\
import os, random, signal, sys, tempfile, threading
from pathlib import Path
import numpy as np
from sahelstats.notebook import record
Path(os.environ["SEEN"], f"{Path(os.environ['SAHELSTATS_RUN_FOLDER']).name[:8]}.json").write_text(
    __import__("json").dumps({
        "parent": Path(f"/proc/{os.getppid()}/cmdline").read_bytes().decode().split(chr(0)),
        "random": [random.random(), float(np.random.random()), tempfile.mkdtemp()],
        "group": os.getpgid(0) == os.getpid() == os.getsid(0),
        "folder": os.getcwd(),
        "signals": [str(signal.getsignal(n)) for n in (signal.SIGTERM, signal.SIGCHLD)],
        "arguments": sys.argv[1:2],
        "environment": sorted(set(os.environ) - {"JPY_PARENT_PID"}),
        "hash": hash("a text"),
        "timezone": __import__("time").tzname,
        "stdin": os.readlink("/proc/self/fd/0"),
        "main": sorted(name for name in sys.modules if "zygote" in name or name == "__mp_main__"),
    }))
import seaborn, scipy.stats
record(words=list({"one", "two", "six"}))
"""
PRODUCTS = ("figures/*", "build/values/*", "build/record/*")


@pytest.fixture(scope="module")
def both(clone, tmp_path_factory):
    """A clone in which three notebooks were run cold and warm, and what each run has left."""
    clone.notebook("01_first", [*simple_cells(), code(LOOK)])
    clone.notebook("02_other", [*simple_cells("steps = 5"), code(LOOK)])
    clone.notebook("03_third", [*simple_cells("steps = 4"), code(LOOK)])
    clone.left, clone.seen = {}, {}
    for how in ("--cold", "-j2"):
        seen = tmp_path_factory.mktemp("seen")
        result = clone.sahelstats("rerun", how, SEEN=str(seen))
        assert result.returncode == 0, result.stderr
        assert result.stderr == ""
        clone.left[how] = clone.bytes_of(*PRODUCTS)
        clone.seen[how] = [json.loads(path.read_text()) for path in sorted(seen.iterdir())]
    return clone


def test_figures_values_and_records_are_the_same_bytes(both):
    assert len(both.left["--cold"]) == 3 * 5 + 1
    assert both.left["-j2"] == both.left["--cold"]


def test_warm_kernels_are_forked_and_cold_ones_are_not(both):
    parents = {how: {seen["parent"][2] for seen in all_} for how, all_ in both.seen.items()}
    assert parents["-j2"] == {"sahelstats.rerun.zygote"}
    assert parents["--cold"] == {"sahelstats.cli"}


def test_a_notebook_sees_no_difference(both):
    for cold, forked in zip(both.seen["--cold"], both.seen["-j2"], strict=True):
        for name in ("group", "folder", "signals", "arguments", "hash", "timezone", "stdin"):
            assert forked[name] == cold[name], name
        assert forked["environment"] == cold["environment"]
        assert forked["group"]
        assert forked["main"] in ([], ["__mp_main__"])


def test_forked_kernels_share_no_random_numbers(both):
    for numbers in zip(*(seen["random"] for seen in both.seen["-j2"]), strict=True):
        assert len(set(numbers)) == 3


def test_a_kernel_is_started_cold_where_none_can_be_forked(monkeypatch, capsys, tmp_path):
    def refuse(self, *_):
        raise warm.NotWarmError("a library started a thread")

    monkeypatch.setattr(warm.Zygote, "fork", refuse)
    monkeypatch.setattr(kernels, "_zygotes", [])
    command = [sys.executable, "-m", "sahelstats.rerun.kernel"]
    monkeypatch.setattr(kernels, "launch_kernel", lambda *_, **__: "a cold kernel")
    started = kernels.Kernels(warm=True)
    assert started.launch(command, dict(os.environ), str(tmp_path)) == "a cold kernel"
    assert started.forked == 0
    assert "a kernel is started cold: a library started a thread" in capsys.readouterr().err
    started.forget("a cold kernel")
    kernels._zygotes[0].close()


def test_a_zygote_that_dies_takes_its_kernels_with_it_and_says_so(tmp_path):
    zygote = warm.Zygote(kernels.environment_in(str(tmp_path)))
    kernel = zygote.fork(
        ["-f", str(tmp_path / "kernel.json")], kernels.environment_in(str(tmp_path)), tmp_path
    )
    assert kernel.poll() is None
    os.kill(os.getpgid(kernel.pid), 0)
    with open(f"/proc/{kernel.pid}/stat", encoding="utf-8") as stream:
        parent = int(stream.read().rpartition(")")[2].split()[1])
    os.kill(parent, 9)
    assert kernel.wait(timeout=2) == -9
    with pytest.raises(warm.NotWarmError):
        zygote.fork([], {}, tmp_path)
