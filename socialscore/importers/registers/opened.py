"""The file of a register: a table, JSON or YAML, as records with their places."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from socialscore.errors import InputError
from socialscore.importers.json_lines import is_json
from socialscore.importers.source import HEAD_BYTES, Source
from socialscore.importers.tabular import tabular
from socialscore.inputs.toml_files import FilePosition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from yaml.nodes import Node

    Record = tuple[FilePosition, Mapping[str, Any]]

__all__ = ["RegisterFile"]

_HOLDERS = ("results", "bindings", "records", "service")  # of the list, one within the other
_MOST_BYTES = 1_000_000_000
_TOO_DEEP = "is nested too deep for any register"
_DEEPEST = 5  # of what is read of a record; aliases could make one without end


@dataclass(frozen=True)
class RegisterFile:
    """A file that is said to be a register, and what was said about it."""

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)  # ours to the file's, of `--map`
    remarks: list[str] = field(default_factory=list)  # what readers want people to know

    def is_json(self) -> bool:
        """Whether it begins as JSON does."""
        with Source(self.path) as source:
            return is_json(source.peek(HEAD_BYTES))

    def records(self, *needed: str) -> Iterator[Record]:
        """The records of a table or of JSON.

        Raises:
            InputError: the file cannot be read, a record is broken, or none has what is needed.
        """
        columns = needed or tuple(self.columns.values())
        found = self._objects() if self.is_json() else self._rows(columns)
        first = next(found, None)
        if first is None:
            raise InputError(self.path, "has no records")
        place, record = first
        if missing := [name for name in needed if name not in record]:
            has = ", ".join(list(record)[:20])
            raise InputError(
                place, f"lacks {' and '.join(missing)}; it has {has}. Is it another register?"
            )
        return chain([first], found)

    def _rows(self, needed: Collection[str]) -> Iterator[Record]:
        with Source(self.path) as source:
            file = tabular(source, is_header=lambda names: set(needed) <= set(names))
            columns = [name for name in file.columns if name]
            for piece in file.tables(columns):
                for row in piece.to_pylist():
                    place = FilePosition(self.path, row["line"])
                    if row["refusal"]:
                        raise InputError(place, row["refusal"])
                    cells = {name: str(row[name] or "").strip() for name in columns}
                    if any(cells.values()):
                        yield place, cells

    def _objects(self) -> Iterator[Record]:
        text, found = self._text(), []
        try:
            found = _listed(json.loads(text))
        except json.JSONDecodeError as error:
            if error.msg != "Extra data":
                problem = f"is not JSON: {error.msg} (column {error.colno})"
                raise InputError(FilePosition(self.path, error.lineno), problem) from None
            yield from self._lines(text)
        except RecursionError:
            raise InputError(self.path, _TOO_DEEP) from None
        for n, record in enumerate(found):
            if isinstance(record, dict):
                yield FilePosition(self.path, key=f"[{n}]"), record

    def _lines(self, text: str) -> Iterator[Record]:
        for number, line in enumerate(text.splitlines(), 1):
            place = FilePosition(self.path, number)
            try:
                record = json.loads(line) if line.strip() else None
            except (json.JSONDecodeError, RecursionError) as error:
                raise InputError(place, f"is not JSON: {error}") from None
            if isinstance(record, dict):
                yield place, record

    def yaml(self) -> Iterator[Record]:
        """The records of a list in YAML, in which every scalar is a text.

        Raises:
            InputError: the file cannot be read, or is no such list.
        """
        import yaml

        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the first where libyaml is
        try:
            root = yaml.compose(self._text(), Loader=loader)
        except RecursionError:
            raise InputError(self.path, _TOO_DEEP) from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = f"is not YAML: {getattr(error, 'problem', None) or error}"
            raise InputError(FilePosition(self.path, mark and mark.line + 1), problem) from None
        if not isinstance(root, yaml.SequenceNode):
            raise InputError(self.path, "is no list of records in YAML; is it another register?")
        for node in root.value:
            record = _plain(node)
            if isinstance(record, dict):
                yield FilePosition(self.path, node.start_mark.line + 1), record

    def _text(self) -> str:
        with Source(self.path) as source:
            content = source.read(_MOST_BYTES)
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise InputError(FilePosition(self.path, line), "is not UTF-8") from None


def _listed(document: Any) -> list[Any]:
    """The list of records of a document, which may lie in an object that says more."""
    while isinstance(document, dict):
        held = next((document[name] for name in _HOLDERS if name in document), None)
        document = [document] if held is None else held
    return document if isinstance(document, list) else []


def _plain(node: Node, levels: int = _DEEPEST) -> Any:
    """What a node of YAML says, down to a level at which no register says anything."""
    if node.id == "scalar":
        return node.value
    if not levels:
        return None
    if node.id == "sequence":
        return [_plain(each, levels - 1) for each in node.value]
    return {key.value: _plain(value, levels - 1) for key, value in node.value if key.id == "scalar"}
