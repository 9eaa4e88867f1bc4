"""Making the pages anew whenever a notebook, the data or the package change."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sahelstats.rerun.inputs import BUILT, MIRRORED, PASSED_OVER

#: How often the files are looked at, in seconds; an editor's save takes less.
INTERVAL = 0.6
#: As many of the last lines of what make says are shown.
LINES = 60
#: Would reach into this make from one that started the server, or slow every start of Python.
_NOT_PASSED_ON = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKE_RESTARTS", "PYTHONDONTWRITEBYTECODE")

Stamps = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class State:
    """Where the pages stand: ``building``, ``ready`` or ``failed``, and what make said."""

    name: str = "building"
    message: str = ""
    number: int = 0


def stamps(root: Path) -> Stamps:
    """Return date and size of every file that the pages are made from.

    Parameters
    ----------
    root : Path
        Top folder of the clone.

    Returns
    -------
    dict
        Path relative to the clone -> (time of change in nanoseconds, size).
    """
    found: Stamps = {}
    for pattern in (*MIRRORED, "CITATION.cff", "Makefile", "data/imported/*.csv"):
        for path in root.glob(pattern):
            name = path.relative_to(root).as_posix()
            passed = name.startswith((*BUILT, *PASSED_OVER)) and not pattern.endswith("*.csv")
            if passed or "__pycache__" in path.parts or path.name.startswith("."):
                continue
            with contextlib.suppress(OSError):  # an editor has just moved it
                status = path.stat()
                if not path.is_dir():
                    found[name] = (status.st_mtime_ns, status.st_size)
    return found


def make_command(root: Path) -> list[str]:
    """Return the command that brings figures and pages up to date.

    Parameters
    ----------
    root : Path
        Top folder of the clone.

    Returns
    -------
    list of str
        ``make``, with this interpreter where it is not the clone's own.

    Raises
    ------
    FileNotFoundError
        When there is no make.
    """
    make = shutil.which("gmake") or shutil.which("make")
    if make is None:
        raise FileNotFoundError("make was not found: install GNU make 4.3 or newer")
    own = Path(sys.prefix).resolve() == (root / ".venv").resolve()
    return [make, *([] if own else [f"PYTHON={sys.executable}"])]


class Builder(threading.Thread):
    """Watches the inputs and runs a command when one changed.

    Parameters
    ----------
    root : Path
        Top folder of the clone; the command runs there.
    command : sequence of str
        What brings the pages up to date.
    """

    def __init__(self, root: Path, command: Sequence[str]) -> None:
        super().__init__(daemon=True)
        self.root, self.command = root, list(command)
        self.state = State()
        self.news = threading.Condition()
        self._ending = threading.Event()
        self._process: subprocess.Popen[str] | None = None

    def run(self) -> None:
        """Build once, then after every change, until ``stop``."""
        built: Stamps | None = None
        while not self._ending.is_set():
            seen = stamps(self.root)
            if seen != built and self._settled(seen):
                built = seen
                self._build()
            self._ending.wait(INTERVAL)

    def stop(self) -> None:
        """End the watch, and a build that is under way with all it has started."""
        self._ending.set()
        process = self._process
        if process is not None and process.poll() is None:
            _end(process)
        with self.news:
            self.news.notify_all()

    def wait_for_news(self, number: int, patience: float) -> None:
        """Return when the state is no longer the one of a number, or after some seconds."""
        with self.news:
            self.news.wait_for(lambda: self.ended or self.state.number != number, patience)

    @property
    def ended(self) -> bool:
        """Whether ``stop`` was called."""
        return self._ending.is_set()

    def _settled(self, seen: Stamps) -> bool:
        """Return whether whoever is saving has finished."""
        return not self._ending.wait(INTERVAL / 3) and stamps(self.root) == seen

    def _build(self) -> None:
        self._tell("building")
        kept = {name: text for name, text in os.environ.items() if name not in _NOT_PASSED_ON}
        try:
            self._process = subprocess.Popen(
                self.command, cwd=self.root, env=kept, stdin=subprocess.DEVNULL, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            self._tell("failed", f"{self.command[0]}: {error}")
            return
        said, _ = self._process.communicate()
        if self._ending.is_set():
            return
        failed = self._process.returncode != 0
        last = "\n".join(said.strip().splitlines()[-LINES:])
        self._tell("failed" if failed else "ready", last)

    def _tell(self, name: str, message: str = "") -> None:
        with self.news:
            self.state = State(name, message, self.state.number + 1)
            self.news.notify_all()


def _end(process: subprocess.Popen[str]) -> None:
    """End a process and what it has started: asked first, then by force."""
    for number, patience in ((signal.SIGINT, 2), (signal.SIGTERM, 1), (signal.SIGKILL, 1)):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            os.killpg(process.pid, number)
            process.wait(patience)
            return
