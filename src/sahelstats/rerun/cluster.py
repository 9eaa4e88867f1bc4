"""Jobs on a Dask cluster: who may work, who works on what, and what becomes of a lost worker.

Every run is tied to one worker, so that it is known whose loss it was: a run whose worker dies is
given to another once, and then reported as failed. Results come back as bytes and are put in place
here, by the code and under the lock that a run on this machine uses.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sahelstats.paths import NOTEBOOKS, ROOT
from sahelstats.rerun import probe, worker
from sahelstats.rerun.contract import read_contract
from sahelstats.rerun.delivery import put_in_place
from sahelstats.rerun.errors import RerunError
from sahelstats.rerun.fingerprint import outside_files
from sahelstats.rerun.jobs import Event, Job, Result
from sahelstats.rerun.publishing import sha256
from sahelstats.rerun.shadow import project_files

LOCAL = "local"
#: How often a run is begun at most.
ATTEMPTS = 2
#: Seconds to wait for a scheduler, and for a first worker, which may have to queue for a machine.
CONNECT_SECONDS, WORKER_SECONDS = 10.0, 600.0
_PAUSE = 0.3


def run_on_cluster(
    jobs: Sequence[Job], address: str, *, workers: int = 1, cold: bool = False,
    on_event: Callable[[Event], None] | None = None, wait_seconds: float = WORKER_SECONDS,
) -> list[Result]:  # fmt: skip
    """Run jobs on a cluster and put their results in place here.

    Parameters
    ----------
    jobs : sequence of Job
        Variants; the project's own runs stay on this machine.
    address : str
        Of a scheduler, ``tcp://HOST:PORT``, or ``local`` to start workers on this machine.
    workers : int
        How many workers a local cluster gets.
    cold : bool
        Whether every kernel starts afresh.
    on_event : callable, optional
        As for ``run_jobs``.
    wait_seconds : float
        How long to wait while there is no worker.

    Returns
    -------
    list of Result
        In the order of the jobs.

    Raises
    ------
    RerunError
        When Dask is not installed, nobody answers, data lie where they cannot be sent from, or
        every worker is refused.
    """
    files = [_files_of(job) for job in jobs]
    with _connected(address, workers) as client:
        dispatcher = _Dispatcher(
            client, [_Task(job, names) for job, names in zip(jobs, files, strict=True)],
            cold, on_event or (lambda event: None), wait_seconds,
        )  # fmt: skip
        try:
            return dispatcher.run()
        finally:
            dispatcher.stop()


def _files_of(job: Job) -> dict[str, str]:
    """Return the files of the project that a job may need, with their sha256."""
    parameters = read_contract(NOTEBOOKS / f"{job.stem}.ipynb").parameters | dict(job.settings)
    if outside := outside_files(parameters):
        raise RerunError(
            "these files lie outside data/ and cannot be sent to a cluster:",
            [f"{name} = {value}" for name, value in outside],
        )
    return {path: sha256(ROOT / path) for path in project_files([job.stem], [parameters])}


@contextmanager
def _connected(address: str, workers: int) -> Iterator[Any]:
    """Connect to a cluster, or start one on this machine."""
    try:
        import distributed
        from distributed.protocol.pickle import cloudpickle
    except ImportError:
        raise RerunError(
            "--dask needs dask.distributed, which is not installed:"
            " pip install 'sahelstats[cluster]'"
        ) from None
    cloudpickle.register_pickle_by_value(probe)
    # What Dask says of a worker that is gone is said here in other words.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    cluster = None
    try:
        if address == LOCAL:
            cluster = distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1",
                dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL,
            )  # fmt: skip
        target = address if cluster is None else cluster
        try:
            client = distributed.Client(target, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise RerunError(f"no Dask scheduler answers at {address}: {error}") from None
        try:
            yield client
        finally:
            with suppress(Exception):
                client.close(timeout=CONNECT_SECONDS)
    finally:
        if cluster is not None:
            cluster.close()


@dataclass
class _Task:
    """A job on its way: how often it was begun, and where it is now."""

    job: Job
    files: Mapping[str, str]
    attempts: int = 0
    place: str = ""
    future: Any = None
    begun: float = 0.0
    lost_with: list[str] = field(default_factory=list)


class _Dispatcher:
    """Gives tasks to workers until each has a result."""

    def __init__(
        self, client: Any, tasks: list[_Task], cold: bool, tell: Callable[[Event], None],
        wait_seconds: float,
    ) -> None:  # fmt: skip
        self.client, self.cold, self.tell, self.wait_seconds = client, cold, tell, wait_seconds
        self.tasks = tasks
        for task in tasks:
            tell(Event(task.job, "waiting"))
        self.waiting = deque(tasks)
        self.running: list[_Task] = []
        self.results: dict[int, Result] = {}
        self.here = probe.probe()
        self.admitted: dict[str, bool] = {}
        self.threads: dict[str, int] = {}
        self.last_seen = time.monotonic()
        self.news = threading.Event()

    def run(self) -> list[Result]:
        """Return the results in the order of the tasks."""
        while self.waiting or self.running:
            self._look()
            self._give_back_lost()
            self._assign()
            self._collect()
        return [self.results[id(task)] for task in self.tasks]

    def stop(self) -> None:
        """Leave nothing running on the cluster."""
        with suppress(Exception):
            if self.running:
                self.client.cancel([task.future for task in self.running], force=True)
            if places := [place for place in self.threads if self.admitted.get(place)]:
                self.client.run(worker.stop, workers=places, on_error="ignore")

    # ---- workers -------------------------------------------------------------------------------

    def _look(self) -> None:
        """See which workers there are, and ask new ones whether they can be used."""
        try:
            self.threads = dict(self.client.nthreads())
        except (OSError, TimeoutError) as error:
            raise RerunError(f"the Dask scheduler is gone: {error}") from None
        refusals = []
        for place, why in self._objections().items():
            self.admitted[place] = not why
            if why:
                refusals.append(f"worker {place} is refused: {why}")
        for refusal in refusals:
            print(refusal, file=sys.stderr, flush=True)
        if self._usable() or self.running:
            self.last_seen = time.monotonic()
        elif self.threads and all(self.admitted.get(place) is False for place in self.threads):
            raise RerunError("no worker of the cluster can be used:", refusals)
        elif time.monotonic() - self.last_seen > self.wait_seconds:
            raise RerunError(f"no worker came to the cluster in {self.wait_seconds:.0f} s")

    def _objections(self) -> dict[str, str]:
        """Return why new workers cannot be used; empty for those that can."""
        new = [place for place in self.threads if place not in self.admitted]
        if not new:
            return {}
        answers = self.client.run(probe.probe, workers=new, on_error="return")
        found = {}
        for place, answer in answers.items():
            if isinstance(answer, dict):
                found[place] = "; ".join(probe.objections(self.here, answer))
            elif place in self.client.nthreads():
                what = f"{type(answer).__name__}: {answer}"
                found[place] = f"it cannot be asked for its version ({what})"
        return found

    def _usable(self) -> list[str]:
        return [place for place in self.threads if self.admitted.get(place)]

    # ---- tasks ---------------------------------------------------------------------------------

    def _assign(self) -> None:
        """Give waiting tasks to workers that have a thread to spare."""
        load = Counter(task.place for task in self.running)
        while self.waiting:
            free = {
                p: self.threads[p] - load[p] for p in self._usable() if self.threads[p] > load[p]
            }
            if not free:
                return
            place = max(free, key=lambda one: free[one])
            task = self.waiting[0]
            order = self._order(task, place)
            if order is None:
                return  # it died just now; the next look will tell
            self.waiting.popleft()
            task.place, task.begun = place, time.monotonic()
            task.attempts += 1
            task.future = self.client.submit(
                worker.run_variant, order, workers=[place], allow_other_workers=False, pure=False,
                retries=0, key=f"{task.job.stem}, {task.job.variant} ({os.urandom(6).hex()})",
            )  # fmt: skip
            task.future.add_done_callback(lambda _: self.news.set())
            self.running.append(task)
            load[place] += 1
            self.tell(Event(task.job, "running"))

    def _order(self, task: _Task, place: str) -> worker.Order | None:
        """Return the order for a task with the contents that a worker lacks, None if it is gone."""
        lacks = self.client.run(worker.lacking, task.files, workers=[place], on_error="return")
        if not isinstance(lacks.get(place), list):
            return None
        paths = {digest: path for path, digest in task.files.items()}
        contents = {digest: (ROOT / paths[digest]).read_bytes() for digest in lacks[place]}
        return worker.Order(task.job, task.files, contents, self.cold)

    def _give_back_lost(self) -> None:
        """Queue the tasks whose worker is gone, or report them when it is not the first time."""
        for task in [one for one in self.running if one.place not in self.threads]:
            if task.future.status != "finished" or not self._done(task):
                self._lost(task)

    def _lost(self, task: _Task) -> None:
        self.running.remove(task)
        task.future.cancel(force=True)
        task.lost_with.append(task.place)
        if task.attempts < ATTEMPTS:
            print(
                f"{task.job.stem}, {task.job.variant}: its worker {task.place} died, tried"
                " elsewhere", file=sys.stderr, flush=True,
            )  # fmt: skip
            self.waiting.append(task)
            return
        places = " and ".join(task.lost_with)
        error = f"the workers {places} died while running it; it is not tried a third time"
        self._end(task, Result(task.job, None, error, time.monotonic() - task.begun))

    def _collect(self) -> None:
        """Wait a moment for results and put those in place that came."""
        self.news.wait(_PAUSE)
        self.news.clear()
        for task in [one for one in self.running if one.future.status != "pending"]:
            if not self._done(task):
                self._lost(task)

    def _done(self, task: _Task) -> bool:
        """Put the result of a task in place; False when it was lost with its worker."""
        from distributed import CancelledError, KilledWorker

        try:
            delivery = task.future.result(timeout=CONNECT_SECONDS)
        except (KilledWorker, CancelledError, TimeoutError, OSError):
            return False
        except Exception as error:  # whatever else happens on a worker is the run's failure
            delivery = worker.Delivery({}, {}, f"on {task.place}: {type(error).__name__}: {error}")
        self.running.remove(task)
        seconds = time.monotonic() - task.begun
        self._end(task, put_in_place(task.job, task.files, delivery, seconds))
        task.future.release()
        return True

    def _end(self, task: _Task, result: Result) -> None:
        self.results[id(task)] = result
        self.tell(Event(task.job, "failed" if result.places is None else "done", result=result))
