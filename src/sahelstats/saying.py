"""How a command says that something went wrong: a message on standard error, and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer


def fail(message: str) -> typer.Exit:
    """Print a message to standard error and return the exit to raise.

    Parameters
    ----------
    message : str
        All that a user needs to mend it.

    Returns
    -------
    typer.Exit
        With exit code 1.
    """
    print(message, file=sys.stderr)
    return typer.Exit(1)


@contextmanager
def said(*errors: type[Exception]) -> Iterator[None]:
    """Turn errors into their message and an exit code.

    Parameters
    ----------
    *errors : type
        Those whose text is all that a user needs.

    Examples
    --------
    >>> try:
    ...     with said(ValueError):
    ...         raise ValueError("no such table")
    ... except typer.Exit as leaving:
    ...     leaving.exit_code
    1
    """
    try:
        yield
    except errors as error:
        raise fail(str(error)) from None
