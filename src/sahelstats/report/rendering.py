"""What all pages share: the template, the style, the script, and what a browser may load."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sahelstats
from sahelstats.report.prose import Prose, linked

if TYPE_CHECKING:
    import jinja2

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"

#: What a page may load: nothing but what it holds, and pictures beside it where it shows any. The
#: address of its script is its checksum, so that no other script runs, whatever the data hold.
POLICY = (
    "default-src 'none'; img-src {images}; style-src 'unsafe-inline'; script-src {scripts};"
    " base-uri 'none'; form-action 'none'"
)


def render(
    template: str, scripts: tuple[str, ...] = ("page.js",), images: str = "data:", **content: Any
) -> str:
    """Return a page.

    Parameters
    ----------
    template : str
        File in ``templates``.
    scripts : tuple of str
        Files beside this one, written into the page.
    images : str
        Where pictures may come from, as a Content-Security-Policy says it.
    **content
        What the template shows. Text is escaped; HTML has to be marked as such in the template.

    Returns
    -------
    str
        HTML that needs no other file, but for such pictures.
    """
    sources = [(HERE / name).read_text(encoding="utf-8") for name in scripts]
    allowed = " ".join(f"'sha256-{_checksum(source)}'" for source in sources)
    return (
        _environment()
        .get_template(template)
        .render(
            css=(HERE / "page.css").read_text(encoding="utf-8"),
            scripts=sources,
            policy=POLICY.format(images=images, scripts=allowed),
            version=sahelstats.__version__,
            **content,
        )
    )


def meaning(text: str) -> str:
    """Return the meaning of a term as HTML, with a capital and a full stop."""
    html = Prose().line(text[:1].upper() + text[1:])
    return html if html.endswith((".", "?")) else html + "."


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    """Return the environment of the templates, which escape whatever is not marked safe."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters |= {"meaning": meaning, "linked": linked}
    return environment


def _checksum(source: str) -> str:
    return base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode("ascii")
