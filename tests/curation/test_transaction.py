"""Several files are written all or none, at whatever moment the writer is killed."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sahelstats.curation.add import compose
from sahelstats.curation.addition import read_addition
from sahelstats.curation.transaction import (
    JOURNAL,
    SUFFIX,
    TransactionError,
    exclusive,
    recover,
    write_together,
)

KILL = Path(__file__).with_name("kill.py")
KILLED = 9


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def run(action, folder, life):
    """Run a step that dies at its n-th call; whether it was killed."""
    command = [sys.executable, str(KILL), action, str(folder), str(life)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, KILLED), done.stderr
    return done.returncode == KILLED


@pytest.fixture
def work(folder, new_file):
    """The tables, and beside them in `new` the files that an addition would write."""
    files = compose(read_addition(new_file()), folder)
    (folder.parent / "new").mkdir()
    for name, content in files.items():
        (folder.parent / "new" / name).write_bytes(content)
    assert sorted(files) == ["claims.csv", "incidents.csv", "sources.csv"]
    return folder


def test_killed_at_any_moment_all_are_old_or_all_are_new(work):
    old = contents(work)
    new = old | contents(work.parent / "new")
    ends, life = [], 0
    while True:
        trial = shutil.copytree(work, work.parent / "trial")
        killed = run("write", trial, life)
        said = recover(trial)
        found = contents(trial)
        assert found in (old, new), f"mixed after call {life}: {sorted(found)}"
        ends.append(found == new)
        # It was said what became of it, unless the folder was tidy.
        assert said.startswith("Completed" if found == new else "Undid") or not said
        shutil.rmtree(trial)
        if not killed:
            break
        life += 1
    # Every call of the four stages was cut: three files, the journal, three renames, the end.
    assert life > 25
    # Once decided it stays decided: some trials end old, the later ones new, nothing in between.
    assert ends == sorted(ends)
    assert not ends[0]
    assert ends[-1]


def test_recovery_killed_at_any_moment_recovers_the_next_time(work):
    old = contents(work)
    new = old | contents(work.parent / "new")
    life = 0
    while run("write", work, life):
        halfway = contents(work)
        if JOURNAL in halfway and old["claims.csv"] != halfway["claims.csv"]:
            break  # decided, and one file renamed
        shutil.rmtree(work)
        work.mkdir()
        for name, content in old.items():
            (work / name).write_bytes(content)
        life += 1
    assert contents(work) not in (old, new)
    life = 0
    while True:
        trial = shutil.copytree(work, work.parent / "trial")
        killed = run("recover", trial, life)
        recover(trial)
        assert contents(trial) == new
        shutil.rmtree(trial)
        if not killed:
            break
        life += 1
    assert life > 5


def test_nothing_is_left_lying_about(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"old")
    with exclusive(tmp_path):
        write_together(tmp_path, {"a.csv": b"1", "b.csv": b"2"})
    assert contents(tmp_path) == {"a.csv": b"1", "b.csv": b"2"}
    assert recover(tmp_path) == ""


def test_a_new_write_first_completes_the_one_before(work):
    before = contents(work)
    life = 0
    while True:
        run("write", work, life)
        if (work / JOURNAL).exists():
            break
        life += 1
    with exclusive(work):
        write_together(work, {"actors.csv": b"x"})
    assert contents(work) == before | contents(work.parent / "new") | {"actors.csv": b"x"}


def test_a_journal_whose_files_are_gone_is_an_error_that_says_what_to_do(work):
    life = 0
    while not (work / JOURNAL).exists():
        run("write", work, life)
        life += 1
    for path in work.glob(f".*{SUFFIX}"):
        path.unlink()
    with pytest.raises(TransactionError, match="Restore the folder from git"):
        recover(work)


def test_a_writer_that_still_works_is_not_tidied_up_after(work):
    """A recovery waits for the lock, which dies with its holder only."""
    (work / f".claims.csv{SUFFIX}").write_bytes(b"half")
    handle = os.open(work, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    code = f"from sahelstats.curation.transaction import recover; recover({str(work)!r})"
    with subprocess.Popen([sys.executable, "-c", code]) as waiting:
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(timeout=2)
        assert (work / f".claims.csv{SUFFIX}").exists()
        os.close(handle)
        assert waiting.wait(timeout=30) == 0
    assert not (work / f".claims.csv{SUFFIX}").exists()


def test_a_folder_that_is_not_there_needs_nothing(tmp_path):
    assert recover(tmp_path / "nowhere") == ""
