"""Reading a YAML file whose values stay text, each with the line it stands on.

YAML guesses: ``01`` is 1, ``NO`` is False, ``1e-3`` is text. Here nothing is guessed and nothing is
built: what a text means is for the reader of the tree to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_LENGTH = 200_000
#: A sweep needs four; the time that a deeper one takes to read grows with its square.
MAX_DEPTH = 20


@dataclass(frozen=True)
class Item:
    """A value of the file.

    Attributes
    ----------
    value : str, list of Item, or dict of str to Item
        The value.
    line : int
        Where it begins, counted from 1.
    """

    value: Any
    line: int

    def plain(self) -> Any:
        """Return the value without the lines.

        Examples
        --------
        >>> Item([Item("a", 1), Item({"b": Item("c", 2)}, 2)], 1).plain()
        ['a', {'b': 'c'}]
        """
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        if isinstance(self.value, dict):
            return {name: item.plain() for name, item in self.value.items()}
        return self.value


@dataclass
class Reading:
    """A file as read.

    Attributes
    ----------
    top : Item
        The document; an empty dict where there is none.
    faults : list of tuple
        Line and sentence of each thing that is not as it must be.
    """

    top: Item = field(default_factory=lambda: Item({}, 1))
    faults: list[tuple[int, str]] = field(default_factory=list)


def read_yaml(text: str) -> Reading:
    r"""Read a YAML text.

    Parameters
    ----------
    text : str
        One document: mappings, lists and plain values.

    Returns
    -------
    Reading
        Tags, anchors, second documents and names that stand twice are faults: the first could
        build objects, the second could grow without end.

    Examples
    --------
    >>> read_yaml("notebooks: [01, 02]\ncountry: NO").top.plain()
    {'notebooks': ['01', '02'], 'country': 'NO'}
    >>> read_yaml("a: 1\na: 2").faults
    [(2, "'a' stands twice (first in line 1)")]
    """
    reading = Reading()
    if len(text) > MAX_LENGTH:
        reading.faults.append((1, f"the file is too long (at most {MAX_LENGTH:,} characters)"))
        return reading
    try:
        reading.faults += _foreign(text)
        if not reading.faults:
            node = yaml.compose(text, Loader=yaml.BaseLoader)
            if node is not None:
                reading.top = _item(node, reading.faults)
    except yaml.YAMLError as error:
        reading.faults.append(_syntax_fault(error))
    return reading


def _foreign(text: str) -> Iterator[tuple[int, str]]:
    """Yield what a plain file does not have."""
    documents = depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        line = event.start_mark.line + 1
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            yield line, f"lists are nested too deeply (at most {MAX_DEPTH})"
            return
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents == 2:
                yield line, "a second document begins here; there must be one"
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            yield line, "anchors and aliases (& and *) are not allowed"
        if getattr(event, "tag", None):
            yield line, f"the tag {event.tag!r} is not allowed: values are plain text and lists"


def _item(node: yaml.Node, faults: list[tuple[int, str]]) -> Item:
    """Return a node as an item, noting names that stand twice."""
    line = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return Item([_item(child, faults) for child in node.value], line)
    if not isinstance(node, yaml.MappingNode):
        return Item(node.value, line)
    found: dict[str, Item] = {}
    lines: dict[str, int] = {}
    for key, child in node.value:
        at = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            faults.append((at, "a name must be plain text"))
        elif key.value in found:
            faults.append((at, f"{key.value!r} stands twice (first in line {lines[key.value]})"))
        else:
            found[key.value], lines[key.value] = _item(child, faults), at
    return Item(found, line)


def _syntax_fault(error: yaml.YAMLError) -> tuple[int, str]:
    """Return where a text stops being YAML, and why."""
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return line, f"not YAML: {what}"
