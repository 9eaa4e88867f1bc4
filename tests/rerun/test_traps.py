"""What papermill lets pass for success, or fails at without saying where, with real runs."""

import json
import subprocess
import sys

import pytest
from clones import ANSWER, DRAW, PARAMETERS, code, markdown, simple_cells

MORE = DRAW[DRAW.index("fig = ") :].replace('"steps", data', '"more", data')

#: Notebooks that start to run -> their cells, the figures they declare, where they fail and why.
FAILING = {
    "01_raises": (
        simple_cells(last="1 / 0"),
        ["steps"],
        "cell 6 under 'The end': ZeroDivisionError was raised",
    ),
    "02_exits": (
        simple_cells(draw="import sys\nsys.exit(0)\n" + DRAW),
        ["steps"],
        "cell 4 under 'The steps': sys.exit was called",
    ),
    "03_dies": (
        simple_cells(last="import os\nos.kill(os.getpid(), 9)"),
        ["steps"],
        "cell 6 under 'The end': the kernel died while running this cell",
    ),
    "04_dies_early": (
        [
            markdown("# Why?\n\n## Deeper"),
            code(PARAMETERS, "parameters"),
            code("import os\nos._exit(0)"),
            code(DRAW),
        ],
        ["steps"],
        "cell 3 under 'Deeper': the kernel died while running this cell",
    ),
    "05_not_saved": (
        simple_cells(),
        ["steps", "other"],
        "the run: declared but not written by this run: 05_not_saved__other.csv",
    ),
    "06_not_declared": (
        simple_cells(draw=DRAW + MORE),
        ["steps"],
        "the run: written but not declared: 06_not_declared__more.csv",
    ),
    "07_no_value": (
        simple_cells(last="'nothing to say'"),
        ["steps"],
        "the run: no value was recorded: say or answer must be called",
    ),
    "08_raise_allowed": (
        [*simple_cells(), code("raise ValueError('meant')", "raises-exception")],
        ["steps"],
        "cell 7 under 'The end': ValueError was raised",
    ),
}

#: Notebooks that are refused before they run -> their cells, and why.
REFUSED = {
    "11_no_tag": (
        [code(PARAMETERS), *simple_cells()[2:]],
        "needs exactly one cell tagged 'parameters', has 0",
    ),
    "12_shell_line": (
        simple_cells(draw=DRAW + "files = !ls"),
        "cell 4 under 'The steps': 'files = !ls' is not Python; shell lines and magics",
    ),
    "13_magic": (
        simple_cells(last="%%time\n" + ANSWER),
        "cell 6 under 'The end': '%%time' is not Python; shell lines and magics",
    ),
    "14_hidden_magic": (
        simple_cells(last="get_ipython().system('ls')\n" + ANSWER),
        "cell 6 under 'The end': get_ipython() is not allowed",
    ),
}
ALL = {**FAILING, **REFUSED}


def planted(stem):
    """Return the files of a notebook's previous success, as this test plants them."""
    figures = [f"figures/{stem}__steps.{kind}" for kind in ("svg", "png", "csv")]
    return [*figures, f"reports/{stem}.html", f"build/values/{stem}.json"]


@pytest.fixture(scope="module")
def failed(clone):
    """A clone with results of before, and what make said when no notebook could succeed."""
    for stem, (cells, figures, _) in FAILING.items():
        clone.notebook(stem, cells, figures)
    for stem, (cells, _) in REFUSED.items():
        clone.notebook(stem, cells)
    for stem in ALL:
        for name in planted(stem):
            clone.write(name, f"as it was before: {name}")
    clone.write("figures/manifest.json", "{}\n")
    clone.write("reports/index.html", "as it was before")
    clone.before = clone.bytes_of("figures/*", "reports/*", "build/values/*")
    clone.result = clone.make("-k", "-j2", "--output-sync=target")
    return clone


def test_make_fails_and_says_nothing_of_success(failed):
    assert failed.result.returncode != 0
    assert "figures in" not in failed.result.stdout
    assert "Report:" not in failed.result.stdout


@pytest.mark.parametrize("stem", FAILING)
def test_the_message_names_notebook_cell_and_heading(failed, stem):
    said = failed.result.stderr
    assert f"notebooks/{stem}.ipynb failed in {FAILING[stem][2]}" in said
    assert f"As far as it ran: build/executed/{stem}.failed.ipynb." in said


@pytest.mark.parametrize("stem", REFUSED)
def test_a_notebook_that_breaks_the_rules_is_refused(failed, stem):
    said = failed.result.stderr
    refusal = f"notebooks/{stem}.ipynb breaks the rules of a notebook:\n  {REFUSED[stem][1]}"
    assert refusal in said


def test_the_message_ends_with_the_last_lines_of_the_traceback(failed):
    assert "----> 1 1 / 0\n    ZeroDivisionError: division by zero\n" in failed.result.stderr


def test_no_message_is_a_traceback_of_the_runner_or_a_log_of_the_kernel(failed):
    said = failed.result.stderr.replace("Traceback (most recent call last)\n    Cell", "")
    for noise in ("Traceback (most", "IPKernelApp", "papermill/", "nbclient/", "Warning"):
        assert noise not in said


@pytest.mark.parametrize("stem", ALL)
def test_previous_results_stay_in_place(failed, stem):
    now = failed.bytes_of(f"figures/{stem}__*", f"reports/{stem}*", f"build/values/{stem}*")
    assert now == {name: failed.before[name] for name in planted(stem)}


def test_previous_manifest_and_index_stay_in_place(failed):
    now = failed.bytes_of("figures/manifest.json", "reports/index.html")
    assert now == {name: failed.before[name] for name in now}
    assert len(now) == 2


@pytest.mark.parametrize("stem", FAILING)
def test_the_notebook_is_kept_as_far_as_it_ran(failed, stem):
    kept = json.loads(failed.read(f"build/executed/{stem}.failed.ipynb"))
    assert kept["metadata"]["papermill"]["start_time"]
    assert not failed.has(f"build/executed/{stem}.ipynb")
    assert not failed.has(f"build/record/{stem}.json")


def test_no_folder_of_a_run_is_left_behind(failed):
    assert list((failed.root / "build/runs").iterdir()) == []


def test_the_same_make_would_run_each_again(failed):
    planned = failed.make("-k", "-n", "figures").stdout
    for stem in ALL:
        assert f"-m sahelstats.cli rerun {stem}\n" in planned


def test_make_again_fails_again_and_a_mended_notebook_succeeds(failed):
    figure, kept = "figures/01_raises__steps.svg", "build/executed/01_raises.failed.ipynb"
    again = failed.make(figure)
    assert again.returncode != 0
    assert f"notebooks/01_raises.ipynb failed in {FAILING['01_raises'][2]}" in again.stderr
    assert failed.has(kept)

    failed.notebook("01_raises")
    mended = failed.make(figure)
    assert mended.returncode == 0, mended.stderr
    assert not failed.has(kept)
    assert failed.read(figure).startswith("<?xml")
    assert list(json.loads(failed.read("figures/manifest.json"))) == ["01_raises__steps"]


def test_a_failure_does_not_stop_the_other_notebooks(failed):
    """`sahelstats rerun` with several names runs them all, and tells that one has failed."""
    failed.notebook("20_good")
    result = failed.sahelstats("rerun", "11_no_tag", "20_good")
    assert result.returncode == 1
    assert "notebooks/11_no_tag.ipynb breaks the rules" in result.stderr
    assert "20_good: figures in figures/" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("01", "--set", "step=4"), "no parameter 'step'; did you mean 'steps'? (known: steps)"),
        (("01", "--set", "steps=four"), "'four' is not a whole number"),
        (("01", "--set", "steps"), "'steps' is not of the form NAME=VALUE"),
        (("01", "--set", "steps=4", "--set", "steps=5"), "steps is set twice"),
        (("11", "--set", "steps=4"), "needs exactly one cell tagged 'parameters', has 0"),
        (("01_rises",), "there is no notebook '01_rises'. Did you mean '01_raises'?"),
        (("../notebooks/01_raises",), "there is no notebook '../notebooks/01_raises'"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_runs(failed, arguments, message):
    before = failed.dates_of("figures/*", "reports/*", "build/executed/*", "build/variants/**/*")
    result = failed.sahelstats("rerun", *arguments)
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    after = failed.dates_of("figures/*", "reports/*", "build/executed/*", "build/variants/**/*")
    assert after == before


def test_an_interrupted_run_leaves_the_previous_results(failed):
    failed.notebook("21_slow", simple_cells(last="import time\ntime.sleep(60)"))
    for name in planted("21_slow"):
        failed.write(name, "as it was before")
    process = subprocess.Popen(
        [sys.executable, "-m", "sahelstats.cli", "rerun", "21_slow"],
        cwd=failed.root, env=failed.environment(), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=1.5)
    process.send_signal(2)
    assert process.wait(timeout=30) != 0
    for name in planted("21_slow"):
        assert failed.read(name) == "as it was before"
