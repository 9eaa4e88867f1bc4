"""Imported before nbformat: spares a start the slowest part of it.

nbformat brings jsonschema, which, where jupyterlab is installed, compiles a grammar for a kind of
web address that no notebook uses: 1.2 s of every start. jsonschema does without where the grammar's
package is missing, so it is made to look missing.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
