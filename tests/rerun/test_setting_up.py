"""make sets up one environment, also when two begin at once or one was killed in the middle.

The tools that install packages are stubs: they write down that they were called and take a moment.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from clones import PROJECT, Clone

pytest.importorskip("fcntl")

#: Stands for python3: everything but `-m venv` is done by the Python of the tests.
PYTHON3 = """\
#!/bin/sh
test "$2" = venv || exec {python} "$@"
echo venv >> calls
mkdir -p .venv/bin
cp pip-stub .venv/bin/python.part
chmod +x .venv/bin/python.part
mv .venv/bin/python.part .venv/bin/python
sleep {pause}
touch .venv/whole
"""
#: Stands for .venv/bin/python, which has pip only when the environment was made to the end.
PIP = """\
#!/bin/sh
case "$*" in
  "-m pip --version") test -e .venv/whole; exit;;
  *requirements.lock) echo lock >> calls; echo $$ > installer; sleep {pause};;
  *--editable*) echo package >> calls;;
esac
"""
COPIED = ("Makefile", "pyproject.toml", "requirements.lock")
ALL = ["venv", "lock", "package"]


class Fresh:
    """A fresh clone, as far as `make environment` needs one."""

    environment = Clone.environment

    def __init__(self, root, pause):
        self.root = root
        rooms = root / "src/sahelstats/rerun"
        rooms.mkdir(parents=True)
        for name in COPIED:
            shutil.copy2(PROJECT / name, root)
        shutil.copy2(PROJECT / "src/sahelstats/rerun/alone.py", rooms)
        (root / "bin").mkdir()
        (root / "bin/python3").write_text(PYTHON3.format(python=sys.executable, pause=pause))
        (root / "bin/python3").chmod(0o755)
        (root / "pip-stub").write_text(PIP.format(pause=pause))
        self.started = []

    def start(self):
        """Begin `make environment` in a process group of its own."""
        path = f"{self.root / 'bin'}{os.pathsep}{os.environ['PATH']}"
        process = subprocess.Popen(
            ["make", "environment"], cwd=self.root, env=self.environment(PATH=path),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def make(self):
        """Run `make environment`, which must succeed; return what it said."""
        process = self.start()
        said, errors = process.communicate(timeout=30)
        assert process.returncode == 0, errors
        return said + errors

    def calls(self):
        """Return what the stubs were called for, in order."""
        file = self.root / "calls"
        return file.read_text().split() if file.exists() else []

    def until(self, condition):
        end = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < end, "it took too long"
            time.sleep(0.02)


@pytest.fixture
def fresh(tmp_path):
    folder = tmp_path / "a clone für mich"
    folder.mkdir()
    clone = Fresh(folder, pause=0.7)
    yield clone
    for process in clone.started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_the_second_make_waits_says_so_and_does_nothing_twice(fresh):
    first = fresh.start()
    fresh.until(fresh.calls)
    said = fresh.make()
    assert first.poll() == 0
    process = int(Path(fresh.root / "build/environment.lock").read_text())
    assert "Another make sets up .venv (process " in said
    assert "); waiting for it to end.\n" in said
    assert f"(process {process})" not in said  # that is its own by now
    assert "Setting up" not in said
    assert fresh.calls() == ALL
    assert "nothing" in fresh.make().lower()


def test_two_at_the_very_same_moment_set_up_one_environment(fresh):
    processes = [fresh.start(), fresh.start()]
    said = [process.communicate(timeout=30) for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert fresh.calls() == ALL
    assert sum("waiting for it to end" in errors for _, errors in said) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("call", ["venv", "lock"])
def test_what_an_interrupted_make_leaves_blocks_nobody(fresh, number, call):
    first = fresh.start()
    fresh.until(lambda: call in fresh.calls())
    os.killpg(first.pid, number)
    first.wait(timeout=10)
    assert first.returncode != 0
    assert not (fresh.root / ".venv/installed").exists()
    before = fresh.calls()
    said = fresh.make()
    assert "waiting" not in said
    # A folder that was not made to the end has no pip, and is made again.
    assert fresh.calls() == before + (ALL if call == "venv" else ALL[1:])


def test_installing_that_outlives_its_make_is_waited_for(fresh):
    first = fresh.start()
    fresh.until((fresh.root / "installer").exists)
    first.kill()  # make alone: what it started goes on
    first.wait()
    said = fresh.make()
    assert "waiting for it to end" in said
    assert fresh.calls() == ALL


def test_a_second_make_takes_over_from_one_that_fails(fresh):
    stub = fresh.root / "pip-stub"
    good = stub.read_text()
    stub.write_text(
        good.replace("sleep 0.7", "sleep 0.7; test -e again || { touch again; exit 3; }")
    )
    first = fresh.start()
    fresh.until(lambda: "lock" in fresh.calls())
    said = fresh.make()
    assert first.wait(timeout=10) != 0
    assert "waiting for it to end" in said
    assert fresh.calls() == ["venv", "lock", "lock", "package"]
