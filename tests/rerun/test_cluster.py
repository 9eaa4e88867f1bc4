"""`sahelstats rerun --sweep --dask`: the same bytes from elsewhere, whoever dies meanwhile."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager

import pytest
from clones import DRAW, simple_cells

distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster'")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are killed by signals")

#: A run leaves its process's number where the test can see it, and waits to be killed: with 5 steps
#: the first time only, with 13 every time, with 99 for ever.
WAIT = """
import os, time
from pathlib import Path
if marks := os.environ.get("TEST_MARKS"):
    first = not list(Path(marks).glob(f"{steps}-*"))
    Path(marks, f"{steps}-{os.getpid()}").touch()
    if steps in (13, 99) or (steps == 5 and first):
        time.sleep(600)
pd.read_csv("data/mine.csv")
"""
SWEEP = "notebooks: [01]\ngrid:\n  steps: [5, 13, 3, 4, 0]\n"
#: Steps of the runs that succeed; none has no data behind its figure, and its worker dies of 13.
GOOD = (3, 4, 5)
PRODUCTS = ("figures/*", "values/*", "record/*")


class Cluster:
    """A scheduler and workers of this machine, with the package of a clone but without its data."""

    def __init__(self, clone, folder):
        self.marks = folder / "marks"
        self.marks.mkdir()
        (folder / "nothing").mkdir()
        self.environment = clone.environment(
            SAHELSTATS_ROOT=str(folder / "nothing"), TEST_MARKS=str(self.marks),
            DASK_TEMPORARY_DIRECTORY=str(folder / "dask"),
        )  # fmt: skip
        # A worker that replaces a dead one gets the same environment.
        self.local = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1",
            dashboard_address="127.0.0.1:0", silence_logs=50, env=self.environment,
        )  # fmt: skip
        self.address = self.local.scheduler_address
        self.client = distributed.Client(self.address, set_as_default=False)
        self.killed = Counter()

    def close(self):
        self.client.close()
        self.local.close()

    def pids(self, steps):
        """Return the processes that have begun a run of so many steps."""
        return {int(path.name.split("-")[1]) for path in self.marks.glob(f"{steps}-*")}

    def kill_workers_of(self, steps, times, stop):
        """Kill the worker of a run, as often as asked for, once its notebook has begun."""
        while self.killed[steps] < times and not stop.is_set():
            time.sleep(0.1)
            if len(self.pids(steps)) <= self.killed[steps]:
                continue
            for address, keys in self.client.processing().items():
                if any(f"steps={steps} " in str(key) for key in keys):
                    pid = self.client.run(os.getpid, workers=[address])[address]
                    os.kill(pid, signal.SIGKILL)
                    self.killed[steps] += 1


@pytest.fixture(scope="module")
def cluster(clone, tmp_path_factory):
    """Two workers that get over TCP what they need."""
    clone.write("data/mine.csv", "a\n1\n")
    clone.notebook("01_run", simple_cells(draw=DRAW + WAIT))
    clone.write("sweep.yaml", SWEEP)
    running = Cluster(clone, tmp_path_factory.mktemp("cluster"))
    yield running
    running.close()


def products(clone):
    """Return the results of the runs that succeed."""
    return clone.bytes_of(
        *(f"build/variants/steps={n}/{products}" for n in GOOD for products in PRODUCTS)
    )


def alive(pid):
    """Return whether a process runs; one that has ended and waits for its parent does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stream:
            return stream.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def until(condition, seconds=30):
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def swept(clone, cluster):
    """The same sweep run here, and on a cluster whose workers are killed meanwhile."""
    clone.write("here.yaml", SWEEP.replace("5, 13, 3, 4, 0", "3, 4, 5"))
    here = clone.sahelstats("rerun", "--sweep", "here.yaml", "-j", "2")
    assert here.returncode == 0, here.stderr
    clone.here = products(clone)
    shutil.rmtree(clone.root / "build/variants")
    stop = threading.Event()
    killers = [
        threading.Thread(target=cluster.kill_workers_of, args=(steps, times, stop))
        for steps, times in ((5, 1), (13, 2))
    ]
    for killer in killers:
        killer.start()
    clone.result = clone.sahelstats("rerun", "--sweep", "sweep.yaml", "--dask", cluster.address)
    stop.set()
    for killer in killers:
        killer.join()
    return clone


def test_results_from_a_cluster_are_the_same_bytes_as_from_here(swept):
    assert len(swept.here) == len(GOOD) * (3 + 1 + 1 + 1)  # files, manifest, values, record
    assert products(swept) == swept.here


def test_a_run_whose_worker_died_is_tried_elsewhere_once(swept, cluster):
    assert cluster.killed == {5: 1, 13: 2}
    assert len(cluster.pids(5)) == 2
    assert len(cluster.pids(13)) == 2
    assert swept.has("build/variants/steps=5/record/01_run.json")
    assert not swept.has("build/variants/steps=13/record")
    assert "steps=5: its worker tcp://127.0.0.1:" in swept.result.stderr
    assert "it is not tried a third time" in swept.result.stderr


def test_an_error_of_the_notebook_itself_is_not_tried_again(swept, cluster):
    assert len(cluster.pids(0)) == 0  # it fails before
    assert "has no data behind it" in swept.result.stderr
    assert swept.has("build/variants/steps=0/executed/01_run.failed.ipynb")
    assert swept.result.returncode == 1
    assert (
        "sweep: 5 runs: 3 run, 0 skipped because nothing changed, 2 failed" in swept.result.stdout
    )


def test_nothing_of_a_killed_worker_is_left_running(swept, cluster):
    until(lambda: not any(alive(pid) for n in (5, 13) for pid in cluster.pids(n)))


@pytest.fixture(scope="module")
def other_version(swept, tmp_path_factory):
    """A folder with the package of another version."""
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(swept.root / "src", other, dirs_exist_ok=True)
    package = other / "sahelstats/__init__.py"
    package.write_text(package.read_text("utf-8").replace("0.1.0", "0.0.9"), encoding="utf-8")
    return other


@contextmanager
def workers(*environments):
    """Start a scheduler with a worker for each environment; yield its address and theirs."""
    scheduler = distributed.LocalCluster(
        n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
    )
    command = [sys.executable, "-m", "distributed.cli.dask_worker", "--no-nanny", "--no-dashboard"]
    command += ["--nthreads", "1", scheduler.scheduler_address, "--name"]
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with scheduler, distributed.Client(scheduler, set_as_default=False) as client:
        started = [
            subprocess.Popen([*command, str(number)], env=environment, **streams)
            for number, environment in enumerate(environments)
        ]
        try:
            client.wait_for_workers(len(started), timeout=60)
            found = client.scheduler_info()["workers"]
            names = {str(worker["name"]): address for address, worker in found.items()}
            yield scheduler.scheduler_address, [names[str(n)] for n in range(len(started))]
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait()


def test_a_worker_with_another_version_is_refused(swept, cluster, other_version):
    swept.write("one.yaml", "notebooks: [01]\ngrid:\n  steps: [6, 7]\n")
    with workers(cluster.environment | {"PYTHONPATH": str(other_version)}) as (address, _):
        result = swept.sahelstats("rerun", "--sweep", "one.yaml", "--dask", address)
    assert result.returncode == 1
    assert "no worker of the cluster can be used" in result.stderr
    assert "it has sahelstats 0.0.9 (content " in result.stderr
    assert "here is 0.1.0 (content " in result.stderr
    assert not swept.has("build/variants/steps=6")


def test_good_workers_go_on_without_the_one_that_is_refused(
    swept, cluster, other_version, tmp_path
):
    swept.write("some.yaml", "notebooks: [01]\ngrid:\n  steps: [8, 9, 10, 11]\n")
    marks = {name: tmp_path / name for name in ("good", "other", "better")}
    environments = []
    for name, folder in marks.items():
        folder.mkdir()
        changed = {"PYTHONPATH": str(other_version)} if name == "other" else {}
        environments.append(cluster.environment | changed | {"TEST_MARKS": str(folder)})
    with workers(*environments) as (address, (_, refused, _)):
        result = swept.sahelstats("rerun", "--sweep", "some.yaml", "--dask", address)
    assert result.returncode == 0, result.stderr
    assert "4 runs: 4 run, 0 skipped because nothing changed, 0 failed" in result.stdout
    assert result.stderr.count("is refused") == 1
    assert f"worker {refused} is refused: it has sahelstats 0.0.9 (content " in result.stderr
    assert all(swept.has(f"build/variants/steps={n}/record/01_run.json") for n in (8, 9, 10, 11))
    ran = {name: {path.name.split("-")[0] for path in marks[name].iterdir()} for name in marks}
    assert ran["other"] == set()
    assert ran["good"] and ran["better"]
    assert sorted(ran["good"] | ran["better"], key=int) == ["8", "9", "10", "11"]


def test_ctrl_c_ends_every_run(swept, cluster):
    swept.write("long.yaml", "notebooks: [01]\ngrid:\n  steps: [99]\n")
    command = [sys.executable, "-m", "sahelstats.cli", "rerun", "--sweep", "long.yaml"]
    process = subprocess.Popen(
        [*command, "--dask", cluster.address], cwd=swept.root, env=swept.environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until(lambda: cluster.pids(99), 60)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in errors
    until(lambda: not any(alive(pid) for pid in cluster.pids(99)))
    assert not swept.has("build/variants/steps=99")


def test_without_dask_the_message_says_what_to_install(swept, tmp_path):
    (tmp_path / "distributed.py").write_text("raise ImportError('not here')", encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), str(swept.root / "src")])
    result = swept.sahelstats(
        "rerun", "--sweep", "sweep.yaml", "--dask", "tcp://127.0.0.1:1", PYTHONPATH=path
    )
    assert result.returncode == 1
    assert "pip install 'sahelstats[cluster]'" in result.stderr
    assert "Traceback" not in result.stderr


def test_data_that_cannot_be_sent_are_told_before_anything_runs(swept):
    swept.notebook("02_label", simple_cells('steps = 3\nlabel = "x"'))
    swept.write("outside.yaml", "notebooks: [02]\ngrid:\n  label: [README.md]\n")
    result = swept.sahelstats("rerun", "--sweep", "outside.yaml", "--dask", "local")
    assert result.returncode == 1
    assert "outside data/ and cannot be sent to a cluster:\n  label = README.md" in result.stderr


def test_results_that_are_not_what_was_asked_for_are_not_put_in_place(swept):
    code = """
import json, sys
from sahelstats.rerun.delivery import put_in_place
from sahelstats.rerun.jobs import Job
from sahelstats.rerun.publishing import Places
from sahelstats.rerun.worker import Delivery

places = Places.of("steps=4")
record = json.loads((places.record / "01_run.json").read_text())
files = {f"figures/{path.name}": path.read_bytes() for path in places.figures.glob("01_run__*")}
files["values.json"] = (places.values / "01_run.json").read_bytes()
files["executed.ipynb"] = (places.executed / "01_run.ipynb").read_bytes()
sent = record["inputs"]["data"]

def told(files=files, record=record, sent=sent):
    return put_in_place(Job("01_run", {"steps": 77}), sent, Delivery(files, record, ""), 1.0).error

less = {name: content for name, content in files.items() if not name.endswith("svg")}
print(json.dumps([
    told(files | {"../../evil": b""}), told(files | {"values.json": b"{}"}), told(less),
    told(record={}), told(sent=dict.fromkeys(sent, "0")), told(),
]))
"""
    result = swept.run(sys.executable, "-c", code)
    evil, other, less, empty, data, right = json.loads(result.stdout)
    assert "it holds '../../evil'" in evil
    assert "not those of its record" in other and "not those of its record" in less
    assert "its record is not complete" in empty
    assert "it used other data: data/mine.csv" in data
    assert right == ""
