"""A Frictionless data package: what every column of the CSV files is, for machines to check."""

from __future__ import annotations

import json
import re
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from socialscore.reporters import columns
from socialscore.reporters.delimited import DIALECTS, LABELS, fields_of
from socialscore.reporters.leaderboard import leaderboard_columns
from socialscore.reporters.wording import audited

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from socialscore.model.scoreboard import Scoreboard
    from socialscore.reporters.columns import Field

__all__ = ["DESCRIBED", "datapackage"]

DESCRIBED = {  # by path: which rows, in which dialect, under which labels
    "ranking.csv": ("bodies", "standard", "names"),
    "ranking.long.csv": ("long form", "standard", "names"),
    "ranking.excel-fr.csv": ("bodies", "excel-fr", "fr"),
    "networks.csv": ("networks", "standard", "names"),
    "hours.csv": ("hours", "standard", "names"),
    "waits.csv": ("waits", "standard", "names"),
    "topics.csv": ("topics", "standard", "names"),
    "leaderboard.csv": ("leaderboard", "standard", "en"),
    "leaderboard.fr.csv": ("leaderboard", "excel-fr", "fr"),
}
"""The files that a package describes, if it has them."""

_ROWS = {
    "bodies": ("One row per body.", ("body_id",)),
    "long form": ("One row per body, period and metric.", ("body_id", "period", "metric")),
    "networks": ("One row per body and network.", ("body_id", "network")),
    "hours": ("One row per body and hour of the week.", ("body_id", "weekday", "hour")),
    "waits": ("One row per body and time since the request.", ("body_id", "after_seconds")),
    "topics": ("One row per body or category and topic.", ("category", "body_id", "topic")),
    "leaderboard": ("One row per ranked body.", ()),
}
"""What a row is, and the columns that tell rows apart; those of a leaderboard have only names."""

_COLUMNS: Mapping[str, Callable[[Scoreboard], Sequence[Field]]] = {
    "bodies": columns.of_bodies,
    "long form": lambda _: columns.of_long_form(),
    "leaderboard": leaderboard_columns,
    "networks": lambda _: columns.OF_DETAILS["networks"],
    "hours": lambda _: columns.OF_DETAILS["hours"],
    "waits": lambda _: columns.OF_DETAILS["waits"],
    "topics": lambda _: columns.OF_DETAILS["topics"],
}


def datapackage(
    scoreboard: Scoreboard, *, name: str, files: Mapping[str, bytes], version: str = "1"
) -> str:
    """The descriptor `datapackage.json`.

    Args:
        scoreboard: what the files say.
        name: of the package, which no other one has; other signs than the format takes become -.
        files: the files of its folder by path; those of DESCRIBED become its resources.
        version: of the package.
    """
    described = [path for path in DESCRIBED if path in files]
    package = {
        "profile": "data-package",
        "name": re.sub(r"[^a-z0-9._-]+", "-", name.lower()),
        "title": scoreboard.title,
        "title_fr": scoreboard.title_fr,
        "description": scoreboard.description,
        "description_fr": scoreboard.description_fr,
        "version": version,
        "created": scoreboard.as_of.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "notes": [*scoreboard.notes, audited(scoreboard)],
        "resources": [_resource(scoreboard, path, files[path]) for path in described],
    }
    said = {key: value for key, value in package.items() if value}
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def _resource(scoreboard: Scoreboard, path: str, content: bytes) -> dict[str, Any]:
    rows, dialect_name, labels = DESCRIBED[path]
    dialect = DIALECTS[dialect_name]
    title, key = _ROWS[rows]
    fields = fields_of(_COLUMNS[rows](scoreboard), dialect)
    return {
        "profile": "tabular-data-resource",
        "name": path.removesuffix(".csv").lower(),
        "title": title,
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{sha256(content).hexdigest()}",
        "dialect": {
            "delimiter": dialect.delimiter,
            "lineTerminator": dialect.line_end,
            "quoteChar": '"',
            "doubleQuote": True,
            "header": True,
        },
        "schema": _schema(fields, key, dialect_name, labels),
    }


def _schema(
    fields: Sequence[Field], key: Sequence[str], dialect: str, labels: str
) -> dict[str, Any]:
    header = LABELS[labels]
    schema: dict[str, Any] = {
        "fields": [_described(field, dialect, labels) for field in fields],
        "missingValues": [""],
    }
    if key:
        schema["primaryKey"] = [header(field) for field in fields if field.name in key]
    return schema


def _described(field: Field, dialect: str, labels: str) -> dict[str, Any]:
    """A field is named as the file heads it; `column` says the stable name where that differs."""
    notation = DIALECTS[dialect]
    said: dict[str, Any] = {
        "name": LABELS[labels](field),
        "title": field.label,
        "title_fr": field.label_fr,
        "column": field.name,
        "type": field.type,
        "unit": field.unit,
        "description": field.description,
    }
    if field.type == "number" and notation.decimal != ".":
        said["decimalChar"] = notation.decimal
    if field.type == "boolean":
        said |= {"trueValues": [notation.true], "falseValues": [notation.false]}
    limits = {"required": field.required, "minimum": field.least, "maximum": field.most}
    # Not `not in (None, False)`: 0 is False to Python, and a limit.
    kept = {key: it for key, it in limits.items() if it is not None and it is not False}
    said["constraints"] = kept
    return {key: value for key, value in said.items() if value not in ("", {})}
