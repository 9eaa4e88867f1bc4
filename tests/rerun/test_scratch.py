"""Folders in the temporary folder go with their process, or with the next one that runs."""

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from sahelstats.rerun import scratch

pytest.importorskip("fcntl")

#: Longer ago than what has no lock is kept.
LONG_AGO = 2 * 24 * 3600
#: A number that no process has: Linux gives none above 2 ** 22, macOS none above 99999.
NOBODY = 2**22 + 1

HOLD = """
from sahelstats.rerun import scratch
print(scratch.make_folder(), flush=True)
import time
time.sleep(60)
"""


@pytest.fixture
def top(tmp_path, monkeypatch):
    """A temporary folder of the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def names(top):
    return {path.name for path in top.iterdir()}


def put(top, name, mark=None, old=False):
    """Put a folder there that another process may have left."""
    folder = top / name
    folder.mkdir()
    (folder / "kernel.json").write_text("{}")
    if mark is not None:
        (folder / ".owner").write_text(mark)
    if old:
        then = folder.stat().st_mtime - LONG_AGO
        os.utime(folder, (then, then))
    return name


@pytest.fixture
def held(top):
    """A folder that another process holds, and the process."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], env=os.environ | {"TMPDIR": str(top)},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process.stdout.readline().strip(), process
    process.kill()
    process.communicate()


def test_a_folder_is_private_and_goes_when_it_is_no_longer_needed(top):
    before = set(scratch._held)  # of whatever else this process has open
    with scratch.temporary_folder() as folder:
        assert os.stat(folder).st_mode & 0o777 == 0o700
        with scratch.temporary_folder() as other:  # one that is in use stays
            assert os.path.isdir(folder) and folder != other
    assert names(top) == set()
    assert set(scratch._held) == before


def test_the_folder_of_a_process_stays_while_it_runs_and_goes_after_it_was_killed(top, held):
    folder, process = held
    with scratch.temporary_folder():
        assert os.path.isdir(folder)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert os.path.isdir(folder)
    with scratch.temporary_folder():
        assert not os.path.exists(folder)


def test_a_number_that_was_given_again_keeps_no_folder(top):
    """The process that runs under it now is another."""
    left = put(top, f"sahelstats-{os.getpid()}-left", mark="")
    with scratch.temporary_folder():
        assert left not in names(top)


def test_what_cannot_be_judged_stays(top):
    kept = {
        put(top, f"sahelstats-{NOBODY}-new"),  # perhaps made a moment ago, in a container
        put(top, f"sahelstats-{os.getpid()}-old", old=True),  # perhaps of an earlier version
        put(top, "sahelstats-worker-x", mark="", old=True),  # Dask's
        put(top, "sahelstats-notes", mark="", old=True),
        put(top, "other-1-x", mark="", old=True),
    }
    (top / f"sahelstats-{NOBODY}-link").symlink_to(top / "other-1-x")
    (top / f"sahelstats-{NOBODY}-file").touch()
    gone = put(top, f"sahelstats-{NOBODY}-old", old=True)
    before = names(top)
    with scratch.temporary_folder():
        pass
    assert names(top) == before - {gone}
    assert kept < names(top)
    assert (top / "other-1-x/kernel.json").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root to give a folder to somebody else")
def test_folders_of_other_users_stay(top):
    name = put(top, f"sahelstats-{NOBODY}-theirs", mark="", old=True)
    os.chown(top / name, 4321, 4321)
    with scratch.temporary_folder():
        assert name in names(top)
