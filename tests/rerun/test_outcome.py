"""Success and failure, told from an executed notebook; one more try where a kernel never began."""

import json

import pytest

from sahelstats.rerun import runner
from sahelstats.rerun.contract import Contract
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.outcome import find_failure
from sahelstats.rerun.publishing import Places

KINDS = ("svg", "png", "csv")


def executed(source="1", *, began=True, replied=True, status="completed", outputs=(), tags=()):
    """Return a code cell as papermill leaves it."""
    papermill = {"status": status, "exception": False, "start_time": "now" if began else None}
    metadata = {"papermill": papermill, "tags": list(tags)}
    metadata["execution"] = {"shell.execute_reply": "now"} if replied else {}
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": list(outputs)}


def heading(source, *tags):
    return {"cell_type": "markdown", "source": source, "metadata": {"tags": list(tags)}}


def error(name="ValueError"):
    return {"output_type": "error", "ename": name, "evalue": "", "traceback": ["\x1b[31mline"]}


@pytest.fixture
def folder(tmp_path):
    """A run's folder with everything that a run with the figure ``a`` must write."""
    (tmp_path / "figures").mkdir()
    for kind in KINDS:
        (tmp_path / f"figures/x__a.{kind}").touch()
    (tmp_path / "values.json").write_text('{"values": {"n": 1}, "answer": []}')
    return tmp_path


def test_a_run_with_all_signs_of_success_has_no_failure(folder):
    empty = executed("", began=False, replied=False)
    assert find_failure([heading("# A"), executed(), empty], None, folder, "x", ["a"]) is None


def test_cells_that_papermill_added_are_not_counted(folder):
    cells = [
        heading("<span>failed</span>", "papermill-error-cell-tag"),
        heading("# Top\n\n## Section"),
        executed(tags=["parameters"]),
        executed(tags=["injected-parameters"]),
        heading("<span>here</span>", "papermill-error-cell-tag"),
        executed(outputs=[error()]),
    ]
    failure = find_failure(cells, RuntimeError(), folder, "x", ["a"])
    assert str(failure) == "cell 3 under 'Section': ValueError was raised\n    line"


def test_an_error_counts_where_papermill_lets_it_pass(folder):
    failure = find_failure([executed(outputs=[error("SystemExit")])], None, folder, "x", ["a"])
    assert str(failure).startswith("cell 1: sys.exit was called")


def test_a_cell_without_a_reply_is_the_one_that_killed_the_kernel(folder):
    class DeadKernelError(RuntimeError):
        pass

    later = executed(began=False, replied=False)
    cells = [executed(), executed(replied=False), later]
    failure = find_failure(cells, DeadKernelError(), folder, "x", ["a"])
    assert str(failure).startswith("cell 2: the kernel died")
    assert find_failure(cells, None, folder, "x", ["a"]).cell == 2


def test_a_kernel_that_never_began_is_not_blamed_on_a_cell(folder):
    cells = [executed(began=False, replied=False)]
    failure = find_failure(cells, OSError("no socket"), folder, "x", ["a"])
    assert str(failure) == "the run: OSError: no socket"


@pytest.mark.parametrize("status", ["failed", "running", "pending"])
def test_a_cell_that_did_not_complete_is_a_failure(folder, status):
    failure = find_failure([executed(status=status)], None, folder, "x", ["a"])
    assert str(failure) == "cell 1: the cell did not complete"


@pytest.mark.parametrize("kind", KINDS)
def test_each_file_of_a_declared_figure_must_be_written(folder, kind):
    (folder / f"figures/x__a.{kind}").unlink()
    failure = find_failure([executed()], None, folder, "x", ["a"])
    assert failure.reason == f"declared but not written by this run: x__a.{kind}"


def test_a_figure_that_is_not_declared_is_a_failure(folder):
    (folder / "figures/x__b.svg").touch()
    failure = find_failure([executed()], None, folder, "x", ["a"])
    assert failure.reason.startswith("written but not declared: x__b.svg; add the name to")


@pytest.mark.parametrize("content", [None, '{"values": {}, "answer": []}'])
def test_a_run_without_a_value_is_a_failure(folder, content):
    (folder / "values.json").unlink()
    if content is not None:
        (folder / "values.json").write_text(content)
    failure = find_failure([executed()], None, folder, "x", ["a"])
    assert failure.reason.startswith("no value was recorded")


class Machine:
    """Stands in for papermill: each try leaves cells behind, or raises, as told."""

    def __init__(self, *tries):
        self.tries = list(tries)
        self.count = 0

    def execute(self, contract, given, folder, on_cell, kernels=None):
        self.count += 1
        cells, exception = self.tries.pop(0)
        (folder / "executed.ipynb").write_text(json.dumps({"cells": cells}))
        return exception


@pytest.fixture
def run_in(monkeypatch, folder):
    """Return a function that runs a notebook on such a machine."""

    def run(machine):
        monkeypatch.setattr(runner, "execute", machine.execute)
        contract = Contract("x", folder / "x.ipynb", "Why?", ("a",), {})
        places = Places(*[folder / "kept"] * 5)
        runner._run_in(folder, contract, {}, places, None)

    return run


NOT_BEGUN = [executed(began=False, replied=False)]


def test_a_kernel_that_died_before_its_first_cell_gets_one_more_try(run_in):
    machine = Machine((NOT_BEGUN, RuntimeError("port in use")), ([executed()], None))
    run_in(machine)
    assert machine.count == 2


def test_there_is_no_third_try(run_in, folder):
    machine = Machine(*[(NOT_BEGUN, RuntimeError("port in use"))] * 3)
    with pytest.raises(RerunError, match="failed in the run: RuntimeError: port in use"):
        run_in(machine)
    assert machine.count == 2
    assert (folder / "kept/x.failed.ipynb").exists()


def test_the_error_of_a_cell_is_never_tried_again(run_in):
    machine = Machine(*[([executed(outputs=[error()])], RuntimeError())] * 2)
    with pytest.raises(RerunError, match="cell 1: ValueError was raised"):
        run_in(machine)
    assert machine.count == 1
