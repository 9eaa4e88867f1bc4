"""Whatever kills a run, no file is left by halves, and the next make gives the right bytes.

Disks that are full or may not be written to are file systems in memory, which takes root; without
it a stub alone stands in for the system's refusal (``REFUSING``).
"""

import contextlib
import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from clones import Clone, code, markdown, runs_in
from processes import Processes, kill

from sahelstats.rerun import publishing

fcntl = pytest.importorskip("fcntl")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

STEMS = ("01_one", "02_two")
PRODUCTS = ("figures/*.*", "build/values/*.json", "build/record/*.json")
#: Kills of runners, half of them of a make, and of kernels.
KILLS = 15

#: As little as a notebook can do.
TINY = """\
import pandas as pd
from sahelstats.figures import save_figure, use_style
from sahelstats.notebook import answer
import matplotlib.pyplot as plt
use_style()
fig = plt.figure(figsize=(1, 1))
fig.subplots().plot(range(steps))
save_figure(fig, "steps", data=pd.DataFrame({"a": range(steps)}), alt="A line.", caption="Steps.")
answer("There are {n_steps} steps.", n_steps=steps)
"""


def tiny_cells(steps):
    """Return the cells of a small notebook whose every product depends on a number."""
    return [markdown("# How many?"), code(f"steps = {steps}", "parameters"), code(TINY)]


def write(clone, steps):
    """Give every notebook a version."""
    for stem in STEMS:
        clone.notebook(stem, tiny_cells(steps))


def products(clone):
    return clone.bytes_of(*PRODUCTS)


def make(clone, **environment):
    """Run make, which must succeed; return what it said."""
    result = clone.make("-j2", "figures", **environment)
    assert result.returncode == 0, result.stderr
    return result


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A clone with notebooks, the bytes of two versions of them, and the time of a run."""
    clone = Clone(tmp_path_factory.mktemp("clone"))
    # What a killed runner leaves in the temporary folder goes with the test's own.
    clone.environment = partial(clone.environment, TMPDIR=str(tmp_path_factory.mktemp("t")))
    clone.right = {}
    for steps in (3, 4):
        write(clone, steps)
        begun = time.monotonic()
        make(clone)
        clone.seconds = time.monotonic() - begun
        clone.right[steps] = products(clone)
    assert set(clone.right[3]) == set(clone.right[4])
    clone.processes = Processes(clone.root)
    return clone


def start(clone, *command, **streams):
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | streams
    return subprocess.Popen(
        command, cwd=clone.root, env=clone.environment(), start_new_session=True, **streams
    )


RERUN = (sys.executable, "-m", "sahelstats.cli", "rerun", "-j2")
MAKE = ("make", f"PYTHON={sys.executable}", "-j2", "figures")


def kill_runner(clone, command, seconds):
    """Start a command and kill its runner after some seconds; return how many were killed."""
    process = start(clone, *command)
    until = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    while process.poll() is None and not clone.processes.runners():
        time.sleep(0.05)
    killed = sum(kill(pid) for pid in clone.processes.runners())
    process.wait(timeout=60)
    return killed


def kill_kernels(clone, chance, seconds):
    """Run all notebooks and kill each kernel at some moment of its life; return how many were."""
    process = start(clone, *RERUN)
    due, killed = {}, 0
    while process.poll() is None:
        for pid in clone.processes.kernels():
            due.setdefault(pid, time.monotonic() + chance.uniform(0.0, seconds))
        late = [pid for pid, moment in due.items() if moment < time.monotonic()]
        killed += sum(kill(pid) for pid in late if pid in clone.processes.kernels())
        time.sleep(0.05)
    return killed


def assert_whole(clone):
    """Every product is that of one version or the other, whole."""
    for name, content in products(clone).items():
        if name.rpartition("/")[2].startswith("."):
            continue  # on its way to its place when its run was killed; the next make clears it up
        assert content in (clone.right[3].get(name), clone.right[4].get(name)) or name.endswith(
            "manifest.json"
        ), f"{name} is of neither version"
    json.loads(clone.read("figures/manifest.json"))


def assert_right(clone, steps):
    """One more make gives all the bytes of a version and clears up; the next has nothing to do."""
    make(clone)
    assert products(clone) == clone.right[steps]
    assert list(clone.root.glob("figures/.*")) == []
    assert runs_in(make(clone).stdout) == []


def test_kills_at_random_moments_leave_nothing_by_halves(made):
    chance = random.Random(20240917)
    runners = kernels = steps = 0
    for attempt in range(4 * KILLS):
        if runners >= KILLS and kernels >= KILLS:
            break
        if attempt % 5 == 0:
            if steps:
                assert_right(made, steps)
            steps = 7 - steps if steps else 3
            write(made, steps)
        if kernels < KILLS * attempt / 15 and kernels < KILLS:
            kernels += kill_kernels(made, chance, made.seconds / 3)
        elif runners < KILLS:
            moment = chance.uniform(0.05, 0.9 * made.seconds)
            runners += kill_runner(made, MAKE if attempt % 2 else RERUN, moment)
        else:
            kernels += kill_kernels(made, chance, made.seconds / 3)
        assert made.processes.all_gone(), made.processes.all()
        assert_whole(made)
    assert min(runners, kernels) >= KILLS, (runners, kernels)
    assert_right(made, steps)


SLOW = [*tiny_cells(3), code("import time\ntime.sleep(60)")]


@pytest.mark.parametrize(
    ("how", "number"),
    [("--cold", signal.SIGINT), ("--cold", signal.SIGKILL), ("-j2", signal.SIGINT),
     ("-j2", signal.SIGKILL), ("-j2", signal.SIGTERM)],
)  # fmt: skip
def test_every_kernel_ends_within_two_seconds_of_its_runner(made, how, number):
    for stem in STEMS:
        made.notebook(stem, SLOW)
    before = products(made)
    process = start(made, *RERUN, how)
    until = time.monotonic() + 60
    while len(made.processes.kernels()) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(number)
    assert made.processes.kernels_gone(), made.processes.all()
    assert process.wait(timeout=20) == (-signal.SIGKILL if number == signal.SIGKILL else 130)
    assert products(made) == before
    if number != signal.SIGKILL:
        assert list((made.root / "build/runs").iterdir()) == []


def test_what_a_kernel_has_started_ends_with_it(made):
    child = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'input()'])\n"
    sleep = "import time; time.sleep(60)"
    for stem in STEMS[:2]:
        made.notebook(stem, [*tiny_cells(3), code(child.replace("input()", sleep) + sleep)])
    process = start(made, *RERUN, "01", "02")
    until = time.monotonic() + 60
    while len(made.processes.all()) < 6 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(made.processes.all()) == 6  # runner, zygote, two kernels and a child of each
    process.send_signal(signal.SIGINT)
    assert made.processes.kernels_gone(), made.processes.all()
    assert process.wait(timeout=20) == 130
    assert made.processes.all_gone(), made.processes.all()


@pytest.fixture
def version(made):
    """The clone with the figures of one version in place and the notebooks of the other."""
    made.new = next((n for n in (3, 4) if products(made) == made.right[7 - n]), 0)
    if not made.new or list((made.root / "build/runs").iterdir()):
        write(made, 3)
        make(made)
        made.new = 4
    write(made, made.new)
    return made


@contextlib.contextmanager
def mounted(folder, *options):
    """Put a file system in memory in the place of a folder, with a copy of what is in it."""
    kept = folder.with_name(f"{folder.name} aside")
    folder.rename(kept)
    folder.mkdir()
    try:
        command = ["mount", "-t", "tmpfs", "-o", ",".join(["size=1m", *options]), "tmpfs", folder]
        if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("a file system in memory takes root")
        try:
            shutil.copytree(kept, folder, dirs_exist_ok=True)
            yield folder
            shutil.copytree(folder, kept, dirs_exist_ok=True)
        finally:
            subprocess.run(["umount", folder], check=True)
    finally:
        folder.rmdir()
        kept.rename(folder)


def fill(folder):
    """Fill a disk to the last byte; return the file that does."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(bytes(4096))
    return filler


def assert_refused(clone, reason):
    """A run fails with the reason, without a traceback, and changes nothing."""
    before = products(clone)
    result = clone.sahelstats("rerun", "01")
    assert result.returncode == 1
    assert reason in result.stderr
    assert "Traceback" not in result.stderr
    assert "Figures and report are as they were before." in result.stderr
    assert products(clone) == before
    assert [path for path in clone.root.glob("figures/.*") if path.suffix == ".part"] == []


@pytest.mark.parametrize("folder", ["figures", "build/runs"])
def test_a_full_disk_is_said_so_and_changes_nothing(version, folder):
    with mounted(version.root / folder) as full:
        filler = fill(full)
        assert_refused(version, "No space left on device")
        filler.unlink()
        assert version.sahelstats("rerun", "01").returncode == 0
    assert_right(version, version.new)


def test_figures_that_may_not_be_written_are_said_so_and_stay(version):
    with mounted(version.root / "figures") as folder:
        again = ["mount", "-o", "remount", folder]
        subprocess.run([*again[:2], "remount,ro", folder], check=True)
        try:
            assert_refused(version, "Read-only file system")
        finally:
            subprocess.run([*again[:2], "remount,rw", folder], check=True)
    assert_right(version, version.new)


#: Stands in for a system that refuses to put a file in place.
REFUSING = """\
import errno, os
replace = os.replace
def refuse(source, target, **more):
    if os.fspath(target).startswith(os.path.join(os.environ["SAHELSTATS_ROOT"], "figures", "0")):
        why = errno.{name}
        raise OSError(why, os.strerror(why), os.fspath(source), None, os.fspath(target))
    return replace(source, target, **more)
os.replace = refuse
"""


@pytest.mark.parametrize("name", ["ENOSPC", "EACCES"])
def test_what_the_system_refuses_is_said_so(version, tmp_path, name):
    (tmp_path / "sitecustomize.py").write_text(REFUSING.format(name=name))
    before = products(version)
    environment = version.environment()
    path = os.pathsep.join([str(tmp_path), environment["PYTHONPATH"]])
    result = version.sahelstats("rerun", "01", PYTHONPATH=path)
    assert result.returncode == 1
    assert os.strerror(getattr(errno, name)) in result.stderr
    assert "Traceback" not in result.stderr
    assert products(version) == before


def test_two_makes_at_once_take_turns(version):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [start(version, *MAKE, **pipes)]
    lock = version.root / "build/make.lock"
    lock.unlink(missing_ok=True)
    until = time.monotonic() + 60
    while not (lock.exists() and lock.read_text()) and time.monotonic() < until:
        time.sleep(0.01)
    holder = lock.read_text()
    both.append(start(version, *MAKE, **pipes))
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert f"Another make runs here (process {holder}); waiting for it to end." in said[1][1]
    assert runs_in(said[0][0]) == list(STEMS)
    assert runs_in(said[1][0]) == []
    assert_right(version, version.new)


def test_makes_that_start_at_the_same_moment_do_no_harm(version):
    makes = [start(version, *MAKE) for _ in range(3)]
    assert [process.wait(timeout=120) for process in makes] == [0, 0, 0]
    assert_right(version, version.new)


def test_what_cannot_take_its_place_gives_back_those_that_did(tmp_path, monkeypatch):
    for name in "abc":
        (tmp_path / f".{name}.part").write_text("new")
    for name in "ab":
        (tmp_path / name).write_text("old")
    replace = os.replace

    def refuse(source, target):
        if target == tmp_path / "c" and source == tmp_path / ".c.part":
            raise PermissionError
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    staged = [(tmp_path / f".{name}.part", tmp_path / name) for name in "abc"]
    with pytest.raises(PermissionError):
        publishing._put_in_place(staged)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old", "b": "old"}


@pytest.mark.parametrize("years", [-1, 1])
def test_a_clock_that_jumps_hides_no_change(version, years):
    """All that is there is dated years away, as if it had been written before the clock was set."""
    then = time.time() + years * 365.25 * 24 * 3600
    for folder in ("figures", "build", "data", "src", "notebooks"):
        for path in (version.root / folder).rglob("*"):
            # What stands for the installed package would be installed again, in the tests' own.
            if path.is_file() and path.name != "installed":
                os.utime(path, (then, then))
    result = make(version)
    assert runs_in(result.stdout) == list(STEMS)
    assert "Clock skew" not in result.stderr
    assert_right(version, version.new)


def test_folders_of_dead_runs_are_removed_and_those_of_others_kept(made):
    runs = made.root / "build/runs"
    write(made, 3)
    (runs / "01_one-dead").mkdir()
    (runs / "01_one-dead.lock").touch()
    (runs / "02_two-older").mkdir()  # of a version that left no mark
    with (runs / "02_two-alive.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        (runs / "02_two-alive").mkdir()
        result = made.sahelstats("rerun", "01")
        assert result.returncode == 0, result.stderr
        left = sorted(path.name for path in runs.iterdir())
    assert left == ["02_two-alive", "02_two-alive.lock"]
    shutil.rmtree(runs / "02_two-alive")
    (runs / "02_two-alive.lock").unlink()


def test_temporary_folders_of_killed_runners_go_with_the_next_run(made):
    temporary = Path(made.environment()["TMPDIR"])

    def folders():
        return {path for path in temporary.glob("sahelstats-*") if path.is_dir()}

    write(made, 3)
    process = start(made, *RERUN)
    while not folders() or not made.processes.kernels():
        assert process.poll() is None
        time.sleep(0.02)
    left = folders()
    assert kill(process.pid)
    process.wait()
    assert made.processes.all_gone()
    assert left <= folders()
    assert made.sahelstats("rerun", "01").returncode == 0
    assert folders() == set()
