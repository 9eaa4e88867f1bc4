"""The process in a copy of the project: runs the jobs it is told of, one request a line.

Requests come as JSON on standard input; news and results go to standard output. When the input
ends, be it because its parent died, it ends its kernels and itself.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from dataclasses import asdict
from typing import IO, Any

from sahelstats.rerun.jobs import Event, Job, Result, run_jobs

#: Seconds after which a process that could not end its kernels in order ends all the same.
_GRACE = 4.0


def main() -> None:
    """Run jobs until the input ends."""
    # Nothing else may write between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    requests: queue.Queue[dict[str, Any] | None] = queue.Queue()
    busy = threading.Event()
    threading.Thread(target=_listen, args=(requests, busy), daemon=True).start()
    try:
        while (request := requests.get()) is not None:
            busy.set()
            _answer(request, answers)
            busy.clear()
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(1)


def _listen(requests: queue.Queue[dict[str, Any] | None], busy: threading.Event) -> None:
    """Pass requests on; at the end of the input stop what is under way."""
    for line in sys.stdin:
        requests.put(json.loads(line))
    requests.put(None)
    if busy.is_set():
        os.kill(os.getpid(), signal.SIGINT)
        threading.Event().wait(_GRACE)
        os._exit(1)


def _answer(request: dict[str, Any], answers: IO[str]) -> None:
    """Run the jobs of one request."""
    jobs = [Job(**job) for job in request["jobs"]]
    turn = threading.Lock()

    def tell(content: dict[str, Any]) -> None:
        with turn:
            answers.write(json.dumps(content) + "\n")
            answers.flush()

    def on_event(event: Event) -> None:
        tell({"event": [jobs.index(event.job), event.state, event.cell, event.cells]})

    results = run_jobs(jobs, workers=request["workers"], cold=request["cold"], on_event=on_event)
    tell({"results": [_told(result) for result in results]})


def _told(result: Result) -> dict[str, Any]:
    places = result.places
    return {
        "places": None if places is None else {k: str(v) for k, v in asdict(places).items()},
        "error": result.error,
        "seconds": result.seconds,
    }


if __name__ == "__main__":
    main()
