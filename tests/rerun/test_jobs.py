"""Many jobs: their order, their results, what is said of them, and how they are interrupted."""

import io
import json
import os
import subprocess
import sys
import threading
import time

import pytest

from sahelstats.rerun import jobs as jobs_module
from sahelstats.rerun import order, progress
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.jobs import Event, Job, Result, run_jobs
from sahelstats.rerun.kernels import Stopped
from sahelstats.rerun.publishing import Places

JOBS = [Job(f"0{number}_x") for number in range(1, 6)]


@pytest.fixture
def running(monkeypatch):
    """Let a function stand in for the run of a notebook."""

    def use(function):
        monkeypatch.setattr(jobs_module, "rerun", function)

    return use


def test_results_come_in_the_order_of_the_jobs_and_a_failure_stops_no_other(running):
    def rerun(stem, settings, on_cell, *, kernels, **_):
        time.sleep(0.02 * (6 - int(stem[1])))
        on_cell(1, 2)
        if stem == "02_x":
            raise RerunError("it broke")
        return Places.of(stem)

    running(rerun)
    events = []
    results = run_jobs(JOBS, workers=3, on_event=events.append)
    assert [result.job for result in results] == JOBS
    assert [result.error for result in results] == ["", "it broke", "", "", ""]
    assert results[1].places is None
    assert results[0].places == Places.of("01_x")
    for job in JOBS:
        own = [event for event in events if event.job is job]
        last = "failed" if job.stem == "02_x" else "done"
        assert [event.state for event in own] == ["waiting", "running", "running", last]
        assert (own[2].cell, own[2].cells) == (1, 2)
        assert own[-1].result.job is job


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_no_more_jobs_run_at_once_than_asked_for(running, workers):
    lock, now, most = threading.Lock(), 0, 0

    def rerun(*_, **__):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.05)
        with lock:
            now -= 1
        return Places.of()

    running(rerun)
    run_jobs(JOBS, workers=workers)
    assert most == workers


def test_jobs_begin_in_their_order(running):
    begun = []
    running(lambda stem, *_, **__: begun.append(stem) or Places.of())
    run_jobs(JOBS, workers=1)
    assert begun == [job.stem for job in JOBS]


def test_events_reach_the_thread_of_the_caller(running):
    running(lambda *_, **__: Places.of())
    threads = set()
    run_jobs(JOBS, workers=2, on_event=lambda event: threads.add(threading.current_thread()))
    assert threads == {threading.current_thread()}


def test_an_interrupt_stops_the_kernels_and_begins_no_other_job(running):
    begun = []

    def rerun(stem, settings, on_cell, *, kernels, **_):
        begun.append(stem)
        while not kernels.stopped:
            time.sleep(0.01)
        raise Stopped

    def on_event(event):
        if event.state == "running" and len(begun) == 2:
            raise KeyboardInterrupt

    running(rerun)
    with pytest.raises(KeyboardInterrupt):
        run_jobs(JOBS, workers=2, on_event=on_event)
    time.sleep(0.1)
    assert len(begun) == 2


def test_a_fault_of_the_runner_itself_is_raised(running):
    def rerun(*_, **__):
        raise ZeroDivisionError

    running(rerun)
    with pytest.raises(ZeroDivisionError):
        run_jobs(JOBS, workers=2)


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Notebooks of which two were run before, and the file that says so."""
    for job, size in zip(JOBS, (10, 40, 20, 5, 30), strict=True):
        (tmp_path / f"{job.stem}.ipynb").write_text("x" * size)
    monkeypatch.setattr(order, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(order, "BUILD", tmp_path)
    monkeypatch.setattr(order, "SECONDS", tmp_path / "seconds.json")
    (tmp_path / "seconds.json").write_text(json.dumps({"01_x": 1.0, "04_x": 100.0}))
    return tmp_path


def test_the_longest_begin_first_and_unknown_ones_count_by_size(measured):
    # 101 s for 15 bytes: 02 counts as 269 s, 05 as 202, 03 as 135.
    assert [job.stem[1] for job in order.longest_first(JOBS)] == list("25341")
    (measured / "seconds.json").write_text("{half")
    assert [job.stem[1] for job in order.longest_first(JOBS)] == list("25314")


def test_jobs_of_one_notebook_keep_their_order(measured):
    variants = [Job("01_x", {"a": number}) for number in range(9)]
    assert order.longest_first(variants) == variants


def test_only_the_projects_own_successes_are_timed(measured):
    order.note_seconds([
        Result(JOBS[1], Places.of(), "", 3.14159),
        Result(JOBS[2], None, "it broke", 99.0),
        Result(Job("05_x", {"a": 1}), Places.of(), "", 99.0),
    ])  # fmt: skip
    assert json.loads((measured / "seconds.json").read_text()) == {
        "01_x": 1.0, "02_x": 3.1, "04_x": 100.0,
    }  # fmt: skip


def text_of(table):
    from rich.console import Console

    console = Console(file=io.StringIO(), width=100)
    console.print(table)
    return console.file.getvalue()


def test_the_table_shows_where_every_job_stands():
    variants = [Job("01_x", {"a": 1}), Job("02_x", {"a": 2}), Job("03_x", {"a": 3})]
    board = progress.Board(variants)
    board.take(Event(variants[0], "running", 3, 20))
    board.take(Event(variants[1], "running", 20, 20))
    board.take(Event(variants[1], "failed", result=Result(variants[1], None, "it broke", 1.0)))
    lines = text_of(board.table(10)).splitlines()
    assert lines[0].split() == ["notebook", "variant", "cell", "seconds", "state"]
    assert lines[1].split() == ["01_x", "a=1", "3", "of", "20", "0", "running"]
    assert lines[2].split() == ["02_x", "a=2", "20", "of", "20", "0", "failed"]
    assert lines[3].split() == ["03_x", "a=3", "waiting"]
    assert lines[4].strip() == "1 failed, 1 running, 3 in all"


def test_where_there_is_no_room_those_that_run_come_first():
    many = [Job(f"{number}_x") for number in range(30)]
    board = progress.Board(many)
    for job in many[:10]:
        board.take(Event(job, "done"))
    for job in many[20:23]:
        board.take(Event(job, "running", 1, 2))
    lines = text_of(board.table(5)).splitlines()
    assert [line.split()[0] for line in lines[1:6]] == ["10_x", "11_x", "20_x", "21_x", "22_x"]
    assert lines[6].strip() == "10 done, 3 running, 30 in all"


@pytest.mark.skipif(os.name != "posix", reason="closes an inherited pipe by number")
def test_a_process_ends_when_the_pipe_it_lives_by_is_closed():
    """Where the system does not end it with its parent, as Linux does."""
    code = (
        "import time; from sahelstats.rerun import lifeline; lifeline.end_at_end_of(0);"
        "print('there', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"there\n"
    assert process.poll() is None
    process.stdin.close()
    assert process.wait(timeout=2) == 1
    process.stdout.close()
