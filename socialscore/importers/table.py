"""Any table: CSV, JSON Lines or Parquet, with a map from our columns to those of the file.

Our columns are those of COLUMNS; a column of the file that has one of these names needs no map.
Lists (`mentioned_handles`, `mentioned_ids`) are lists in Parquet and JSON, and names apart by
spaces elsewhere. Times are ISO 8601, in UTC where they have no offset.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from socialscore.errors import InputError, UnknownName, UsageError, listed
from socialscore.importers.csv_file import read_csv
from socialscore.importers.json_lines import begin_to_read_objects, is_json, object_tables
from socialscore.importers.parquet_file import (
    MAGIC,
    check_columns,
    numbered,
    open_parquet,
    parquet_tables,
)
from socialscore.importers.staged import NOTES, StagedRows
from socialscore.inputs.toml_files import read_toml
from socialscore.model.messages import KINDS
from socialscore.model.network import (
    DEFAULT_NETWORK,
    NAMES_AS_WRITTEN,
    NETWORKS,
    either,
    network_named,
)
from socialscore.model.period import PLAUSIBLE_YEARS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from socialscore.importers.source import Source

__all__ = ["COLUMNS", "NEEDED", "claims", "read", "read_arrow", "read_map"]

NEEDED = ("message_id", "author_id", "sent_at", "text")

COLUMNS = {
    "message_id": "the network's identifier of the message",
    "author_id": "the network's identifier of its author",
    "sent_at": "when it was written",
    "text": "what it says",
    "network": f"{either(NETWORKS)} (X is {network_named('X')}); {DEFAULT_NETWORK} where there is "
    "no such column",
    "author_handle": "the author's handle",
    "kind": "one of " + ", ".join(KINDS),
    "reply_to_id": "the message that it answers",
    "reply_to_author_id": "who wrote that one",
    "conversation_id": "the thread that it stands in",
    "mentioned_handles": "the handles that it names",
    "mentioned_ids": "the identifiers of the accounts that it names",
    "account": "the account that it is addressed to, by identifier or handle",
    "official": "true where a public body wrote it",
    "language": "the language of its text, such as fr",
    "bot": "true where the network says that a machine wrote it",
    "n_edits": "how often it was edited",
    "deleted_at": "when it was deleted",
}

_LISTS = ("mentioned_handles", "mentioned_ids")


def claims(head: bytes) -> bool:
    """Whether a file that begins so is a table that needs no map."""
    if head.startswith(MAGIC):
        return True
    first = head if is_json(head) else head.split(b"\n", 1)[0]
    return all(name.encode() in first for name in NEEDED)


def read(source: Source, columns: Mapping[str, str], encoding: str | None) -> StagedRows:
    """The rows of a table.

    Args:
        source: the file.
        columns: from our columns to those of the file; for `network`, the name of a network stands
            for itself.
        encoding: of a CSV file.

    Raises:
        InputError: a needed column is missing, or the file cannot be read as what it seems.
        UnknownName: the map names a column that is not ours, or not the file's.
    """
    head = source.peek()
    if head.startswith(MAGIC):
        _no_encoding(encoding, "Parquet")
        parquet = open_parquet(source)
        chosen = _chosen(source.path, parquet.schema_arrow.names, columns)
        check_columns(parquet.schema_arrow, _theirs(chosen), _lists(chosen), source.path)
        return _reading(parquet_tables(parquet, source.path, _theirs(chosen)), chosen, columns)
    if is_json(head):
        _no_encoding(encoding, "JSON")
        names, objects = begin_to_read_objects(source)
        chosen = _chosen(source.path, names, columns)
        chosen = {ours: ours for ours in COLUMNS} | chosen  # what JSON leaves out may come later
        return _reading(object_tables(objects, _theirs(chosen), _lists(chosen)), chosen, columns)
    file = read_csv(source, encoding=encoding or "utf-8")
    chosen = _chosen(source.path, file.columns, columns)
    return _reading(file.tables(_theirs(chosen)), chosen, columns)


def read_arrow(data: pa.Table, columns: Mapping[str, str] | None = None) -> StagedRows:
    """The rows of a table in memory."""
    chosen = _chosen("the table", data.schema.names, columns or {})
    check_columns(data.schema, _theirs(chosen), _lists(chosen), "the table")
    return _reading(iter([numbered(data.select(_theirs(chosen)), 0)]), chosen, columns or {})


def read_map(entries: Iterable[str]) -> dict[str, str]:
    """The map from our columns to a file's: of `sent_at=date`, or of a TOML file with such lines.

    Raises:
        UsageError: an entry is neither.
        InputError: the file is not TOML, or holds something else than names.
    """
    columns: dict[str, str] = {}
    for entry in entries:
        ours, equals, theirs = entry.partition("=")
        if equals:
            columns[ours.strip()] = theirs.strip()
        elif entry.endswith(".toml"):
            columns |= _read_toml(Path(entry))
        else:
            raise UsageError(f"--map {entry}: write OURS=THEIRS, as in sent_at=date, or FILE.toml")
    return columns


def _read_toml(path: Path) -> dict[str, str]:
    columns = read_toml(path, "the map")
    for key, value in columns.items():
        if not isinstance(value, str):
            raise InputError(f"{path}, key {key}", "write the name of a column in quotation marks")
    return columns


def _no_encoding(encoding: str | None, what: str) -> None:
    if encoding:
        raise UsageError(f"--encoding goes with CSV files; {what} is always UTF-8")


# --- from the file's columns to ours -----------------------------------------------------------


def _chosen(place: object, names: Collection[str], columns: Mapping[str, str]) -> dict[str, str]:
    """From our columns to those of the file."""
    names = [name for name in names if name.lower() not in NOTES.names]
    chosen = {ours: ours for ours in COLUMNS if ours in names} | dict(columns)
    named = chosen.get("network", "")
    if network_named(named) in NETWORKS and named not in names:
        del chosen["network"]  # the name of a network stands for itself
    for ours, theirs in chosen.items():
        if ours not in COLUMNS and ours in names and theirs in COLUMNS:
            problem = f"ours comes first, so write --map {theirs}={ours}"
            raise UsageError(f"--map {ours}={theirs}: {problem}")
        if ours not in COLUMNS:
            raise UnknownName("column on the left of --map", ours, COLUMNS)
        if theirs not in names:
            raise UnknownName(f"column (for {ours})", theirs, names, place)
    missing = [name for name in NEEDED if name not in chosen]
    if missing:
        raise InputError(
            place,
            f"has no column {' or '.join(missing)}; its columns are {listed(names)}. "
            f"Say which is which: --map {missing[0]}=COLUMN",
        )
    return chosen


def _theirs(chosen: Mapping[str, str]) -> list[str]:
    return sorted(set(chosen.values()))


def _lists(chosen: Mapping[str, str]) -> set[str]:
    return {chosen[ours] for ours in _LISTS if ours in chosen}


def _reading(
    pieces: Iterator[pa.Table], chosen: Mapping[str, str], columns: Mapping[str, str]
) -> StagedRows:
    network = network_named(columns.get("network", ""))
    select = _select(chosen, network if network in NETWORKS else DEFAULT_NETWORK)
    return StagedRows((_in_our_names(piece, chosen) for piece in pieces), select, chosen)


def _in_our_names(piece: pa.Table, chosen: Mapping[str, str]) -> pa.Table:
    """A piece in our columns: SQL does not tell the file's `Text` from its `text`."""
    names = [*NOTES.names, *chosen]
    return pa.table([piece[chosen.get(name, name)] for name in names], names=names)


def _select(chosen: Mapping[str, str], network: str) -> str:
    """The SELECT that makes staged rows: every column as text, then as what it means."""
    texts = {ours: _text(ours if ours in chosen else None) for ours in COLUMNS}
    texts["network"] = _network(texts["network"])
    raw = ",\n        ".join(f"{text} AS {ours}" for ours, text in texts.items())
    return f"""
SELECT
    line,
    n_lines,
    COALESCE(
        refusal,
        CASE
            WHEN message_id IS NULL THEN 'message_id is empty'
            WHEN author_id IS NULL THEN 'author_id is empty'
            WHEN when_sent IS NULL THEN 'sent_at is not a time'
            WHEN network NOT IN ({_names(NETWORKS)}) THEN 'unknown network'
            WHEN kind NOT IN ({_names(KINDS)}) THEN 'unknown kind'
            WHEN
                deleted_at IS NOT NULL
                AND COALESCE(YEAR(when_deleted), 0) NOT BETWEEN {PLAUSIBLE_YEARS[0]}
                    AND {PLAUSIBLE_YEARS[-1]}
                THEN 'deleted_at is not a time of our days'
            WHEN NOT regexp_full_match(n_edits, '[0-9]{{1,4}}') THEN 'n_edits is not a number'
            WHEN NOT regexp_full_match(official, '{_FLAG}')
                THEN 'official is neither true nor false'
            WHEN NOT regexp_full_match(bot, '{_FLAG}') THEN 'bot is neither true nor false'
        END
    ) AS refusal,
    COALESCE(network, '{network}') AS network,
    message_id,
    author_id,
    author_handle,
    when_sent AS sent_at,
    COALESCE(kind, CASE WHEN reply_to_id IS NOT NULL THEN 'reply' ELSE 'mention' END) AS kind,
    COALESCE(text, '') AS text,
    reply_to_id,
    reply_to_author_id,
    conversation_id,
    CASE
        WHEN mentioned_handles IS NOT NULL
            THEN regexp_extract_all(LOWER(mentioned_handles), '[^\\s,@]+')
        ELSE regexp_extract_all(LOWER(text), '@(\\w[\\w.-]*\\w)', 1)
    END AS mentioned_handles,
    regexp_extract_all(mentioned_ids, '[^\\s,]+') AS mentioned_ids,
    account,
    regexp_matches(official, '{_TRUE}') AS official,
    language,
    regexp_matches(bot, '{_TRUE}') AS bot,
    TRY_CAST(n_edits AS INTEGER) AS n_edits,
    when_deleted AS deleted_at
FROM (
    SELECT
        *,
        {_time("sent_at")} AS when_sent,
        {_time("deleted_at")} AS when_deleted
    FROM (
        SELECT
        line,
        n_lines,
        refusal,
        {raw}
        FROM piece
    )
)
"""


_TRUE = "(?i)^(true|t|yes|1)$"
_FLAG = "(?i)true|t|yes|1|false|f|no|0"


def _time(column: str) -> str:
    return (
        f"COALESCE(TRY_CAST({column} AS TIMESTAMPTZ)::TIMESTAMP, "
        f"TRY_STRPTIME({column}, '%a %b %d %H:%M:%S %z %Y')::TIMESTAMP)"
    )


def _text(column: str | None) -> str:
    return f"NULLIF(TRIM(CAST({_quoted(column)} AS VARCHAR)), '')" if column else "NULL::VARCHAR"


def _network(text: str) -> str:
    """The name of the network that people call so."""
    names = " ".join(f"WHEN '{said}' THEN '{name}'" for said, name in NAMES_AS_WRITTEN.items())
    return f"CASE LOWER({text}) {names} ELSE {text} END"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _names(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
