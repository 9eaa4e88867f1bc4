"""The kernel that notebooks are rerun in: ipykernel, with a note of the files it opens."""

from __future__ import annotations

import sys


def main() -> None:
    """Start a kernel with the arguments of ``ipykernel_launcher``."""
    # `python -m` puts the working folder first on the path, where data/ and figures/ would pass
    # for packages.
    if not sys.flags.safe_path:
        sys.path.pop(0)
    from sahelstats.rerun import tracing

    tracing.start()
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()


if __name__ == "__main__":
    main()
