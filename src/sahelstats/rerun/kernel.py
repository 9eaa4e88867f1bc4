"""The kernel that notebooks are rerun in: ipykernel, with a note of the files it opens."""

from __future__ import annotations

import os
import sys

#: Set by the runner: its process id. Standard input is then a pipe that it holds open.
RUNNER_VARIABLE = "SAHELSTATS_RUNNER"


def main() -> None:
    """Start a kernel with the arguments of ``ipykernel_launcher``."""
    # `python -m` puts the working folder first on the path, where data/ and figures/ would pass
    # for packages.
    if not sys.flags.safe_path:
        sys.path.pop(0)
    if runner := os.environ.pop(RUNNER_VARIABLE, ""):
        _end_with(int(runner))
    from sahelstats.rerun import tracing

    tracing.start()
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()


def _end_with(runner: int) -> None:
    """End this process when the runner ends, however that ends."""
    from sahelstats.rerun import lifeline

    pipe = os.dup(0)  # nothing else must read from it
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    lifeline.end_at_end_of(pipe)
    if hasattr(os, "getppid"):
        import signal

        lifeline.die_with_parent(getattr(signal, "SIGKILL", 9), runner)


if __name__ == "__main__":
    main()
