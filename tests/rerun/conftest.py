"""A working copy of the project for each file of tests."""

import pytest
from clones import Clone


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    # People keep their work in folders with spaces and accents.
    return Clone(tmp_path_factory.mktemp("a clone für mich"))
