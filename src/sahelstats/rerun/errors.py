"""The one error of the runner."""

from __future__ import annotations

from collections.abc import Sequence


class RerunError(Exception):
    """A run that cannot start or did not succeed; its text is all a user needs.

    Parameters
    ----------
    message : str
        What, where and how to mend it.
    details : sequence of str
        Lines that follow it, one for each fault.

    Examples
    --------
    >>> print(RerunError("two things:", ["one", "two"]))
    two things:
      one
      two
    """

    def __init__(self, message: str, details: Sequence[str] = ()) -> None:
        self.details = list(details)
        super().__init__("\n  ".join([message, *details]))
