"""Run one step of a transaction and die at its n-th call of the system: a script for the tests.

python kill.py write|recover FOLDER N  --  the new files lie in FOLDER/../new. Exit code 9: killed;
0: it ended before the n-th call.
"""

import os
import sys
from pathlib import Path

from sahelstats.curation import transaction

KILLED = 9


class Mortal:
    """The module os, of which the n-th call that touches the disk never happens.

    A call that writes gets half of its bytes through first: files are not written in one piece.
    """

    touching = ("open", "write", "fsync", "close", "replace", "unlink", "listdir")

    def __init__(self, life):
        self.life = life

    def __getattr__(self, name):
        real = getattr(os, name)
        if name not in self.touching:
            return real

        def call(*arguments):
            self.life -= 1
            if self.life < 0:
                if name == "write":
                    real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                os._exit(KILLED)
            return real(*arguments)

        return call


def main(action, folder, life):
    folder = Path(folder)
    new = {path.name: path.read_bytes() for path in sorted((folder.parent / "new").iterdir())}
    transaction.os = Mortal(int(life))
    if action == "recover":
        transaction.recover(folder)
    else:
        with transaction.exclusive(folder):
            transaction.write_together(folder, new)


if __name__ == "__main__":
    main(*sys.argv[1:])
