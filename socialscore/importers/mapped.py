"""Rows of any file under a layout: from the file's columns to ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from socialscore.errors import InputError, UnknownName, UsageError, listed
from socialscore.importers.columns import COLUMNS, FLAGS, LISTS, MARKS, NEEDED
from socialscore.importers.layout import CONSTANTS, OWN_NAMES
from socialscore.importers.staged import NOTES, StagedRows
from socialscore.importers.synonyms import in_our_words
from socialscore.inputs.value_errors import raise_all
from socialscore.model.messages import HTML_ESCAPES, KINDS, NO_LANGUAGE, REPOST, UNKNOWN_AUTHOR
from socialscore.model.network import DEFAULT_NETWORK, NAMES_AS_WRITTEN, NETWORKS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from socialscore.importers.layout import Choices, Layout
    from socialscore.importers.tabular import Tabular

__all__ = ["Mapped", "chosen", "columns_within", "places_in_pieces", "staged_rows"]


@dataclass(frozen=True)
class Mapped:
    """What a layout finds in a file."""

    columns: Mapping[str, Choices]  # by our name
    constants: Mapping[str, str]  # what all rows have in common, by our name

    @property
    def theirs(self) -> list[str]:
        """The columns of the file that are read."""
        choices = [choice for each in self.columns.values() for choice in each]
        return list(dict.fromkeys(name for choice in choices for name in choice))

    def in_words(self, ours: str) -> str:
        """What the file calls one of our columns."""
        choices = self.columns.get(ours, ((ours,),))
        return " or ".join(" + ".join(choice) for choice in choices)


def chosen(
    layout: Layout,
    pairs: Mapping[str, str],
    columns: Collection[str],
    place: object,
    *,
    may_have_more: bool = False,
) -> Mapped:
    """The columns of a file that are read, by ours.

    Args:
        layout: that of the file.
        pairs: from our columns to those of the file, over the layout's.
        columns: those of the file.
        place: the file, for errors.
        may_have_more: whether further columns may come, as in JSON.

    Raises:
        InputError: a needed column is missing.
        UnknownName: a column that somebody names is not ours, or not the file's; where more may
            come, only --map and the columns that are needed are held to it.
        SeveralProblems: several are not the file's.
        UsageError: a pair is the wrong way round.
    """
    for ours, theirs in pairs.items():
        if ours not in COLUMNS and ours in columns and theirs in COLUMNS:
            problem = f"ours comes first, so write --map {theirs}={ours}"
            raise UsageError(f"--map {ours}={theirs}: {problem}")
        if ours not in COLUMNS:
            raise UnknownName("column on the left of --map", ours, COLUMNS)
    columns = columns_within(layout, columns, place)
    said: dict[str, Choices] = {ours: ((theirs,),) for ours, theirs in pairs.items()}
    if layout.own:
        said = {**layout.columns, **said}
    full = replace(layout, columns={**_by_name(layout, columns), **layout.columns, **said})
    constants = full.constants(columns)
    found = {
        ours: choices if may_have_more else kept
        for ours, choices in full.columns.items()
        if ours not in constants
        if (kept := tuple(each for each in choices if set(each) <= set(columns))) or may_have_more
    }
    raise_all(
        [
            _no_such_column(ours, choices, columns, place if ours in pairs else layout.place(ours))
            for ours, choices in said.items()
            if ours not in constants and not _occurs(choices, columns)
            if ours in pairs or ours in NEEDED or not may_have_more
        ]
        + [
            UnknownName("column", column, filter(None, columns), layout.place("notices", name))
            for name, column, _ in layout.notices
            if layout.own and not may_have_more and column not in columns
        ]
    )
    missing = [
        ours
        for ours in NEEDED
        if not (layout.beside and getattr(layout.beside, ours, None))
        if not _occurs(found.get(ours, ()), columns)
    ]
    if missing:
        raise InputError(
            place,
            f"has no column {' or '.join(missing)}; its columns are {listed(list(columns))}. "
            f"Say which is which: --map {missing[0]}=COLUMN",
            [" ".join(f"--map {ours}=COLUMN" for ours in missing)],
        )
    return Mapped(found, constants)


def columns_within(layout: Layout, columns: Collection[str], place: object) -> Collection[str]:
    """The columns of a file as they are named from where the rows of a document are.

    Raises:
        InputError: the file has no rows within others.
        UnknownName: it has none there.
    """
    if not layout.rows:
        return columns
    before = f"{layout.rows}."
    inner = [name.removeprefix(before) for name in columns if name.startswith(before)]
    if inner:
        return inner
    steps = [name.split(".") for name in columns]
    ways = {".".join(each[:n]) for each in steps for n in range(1, len(each))}
    if not ways:
        raise InputError(place, f"has nothing under {layout.rows}, where {layout.name} has rows")
    raise UnknownName("rows", layout.rows, ways, layout.place("rows") if layout.own else place)


def _by_name(layout: Layout, columns: Collection[str]) -> Mapping[str, Choices]:
    """The columns that have our names, unless a shipped layout says what the file's names mean."""
    if layout.own or layout is OWN_NAMES:
        return {name: ((name,),) for name in COLUMNS if name in columns}
    return {}


def _no_such_column(
    ours: str, choices: Choices, columns: Collection[str], place: object
) -> UnknownName:
    missing = next(name for choice in choices for name in choice if name not in columns)
    known = [*filter(None, columns), *CONSTANTS.get(ours, ())]
    return UnknownName(f"column (for {ours})", missing, known, place)


def _occurs(choices: Choices, columns: Collection[str]) -> bool:
    return any(set(choice) <= set(columns) for choice in choices)


def staged_rows(tabular: Tabular, layout: Layout, mapped: Mapped) -> StagedRows:
    """The rows of a file under what its layout finds in it."""
    places = places_in_pieces(layout, mapped)
    lists = {name for ours in LISTS for choice in mapped.columns.get(ours, ()) for name in choice}
    pieces = tabular.tables([*places], lists, layout.rows)
    return StagedRows(
        (_renamed(piece, places) for piece in pieces),
        _select(mapped, layout, places),
        {ours: mapped.in_words(ours) for ours in mapped.columns},
        clock=layout.clock,
        is_whole=True,
    )


def places_in_pieces(layout: Layout, mapped: Mapped) -> dict[str, str]:
    """What columns of a file are called in its pieces: SQL does not tell `Text` from `text`."""
    notices = [column for _, column, _ in layout.notices]
    names = dict.fromkeys([*mapped.theirs, *notices])
    return {name: f"c{place}" for place, name in enumerate(names)}


def _renamed(piece: pa.Table, places: Mapping[str, str]) -> pa.Table:
    columns = [piece[name] for name in (*NOTES.names, *places)]
    return pa.table(columns, names=[*NOTES.names, *places.values()])


# --- in SQL -------------------------------------------------------------------------------------


def _select(mapped: Mapped, layout: Layout, places: Mapping[str, str]) -> str:
    """The SELECT that makes staged rows: every column as text, then as what it means."""
    texts = {ours: _text(mapped.columns.get(ours, ()), places) for ours in COLUMNS}
    texts |= {ours: f"{_quoted(value)}::VARCHAR" for ours, value in mapped.constants.items()}
    texts["network"] = _network(texts["network"])
    texts |= {ours: in_our_words(ours, texts[ours]) for ours in ("kind", "language")}
    texts["text"] = _unescaped(texts["text"], layout.text_escapes)
    if layout.walls:
        unknown = f"'{UNKNOWN_AUTHOR}' || {texts['message_id']}"
        texts["author_id"] = f"COALESCE({texts['author_id']}, {unknown})"
    raw = ",\n        ".join(f"{text} AS {ours}" for ours, text in texts.items())
    called = {ours: _quoted_within(mapped.in_words(ours)) for ours in COLUMNS}
    flags = "\n            ".join(
        f"WHEN NOT regexp_full_match({flag}, '{_YES}|{_NO}') "
        f"THEN '{called[flag]} is neither true nor false'"
        for flag in FLAGS
    )
    empty = "\n            ".join(
        f"WHEN {ours} IS NULL THEN '{called[ours]} is empty'"
        for ours in ("message_id", "author_id")
    )
    known_kind = f"kind IN ({_names(KINDS)})"
    other_kind = f"WHEN NOT {known_kind} THEN 'unknown kind ' || kind"
    # What a file calls a type may be one of something else, and its row a message still.
    foreign = layout.guessed or layout.own
    refused_kind = "" if foreign else other_kind
    strange_kind = f", CASE {other_kind} END" if foreign else ""
    marks = {mark: f"NOT regexp_full_match({mark}, '{_NO}')" for mark in MARKS}
    return f"""
SELECT
    line,
    n_lines,
    notice,
    COALESCE(
        refusal,
        CASE
            {empty}
            WHEN network NOT IN ({_names(NETWORKS)}) THEN 'unknown network ' || network
            {refused_kind}
            WHEN NOT regexp_full_match(n_edits, '[0-9]{{1,4}}') THEN 'n_edits is not a number'
            {flags}
        END
    ) AS refusal,
    COALESCE({_BROKEN}{strange_kind}) AS damage,
    COALESCE(network, '{DEFAULT_NETWORK}') AS network,
    message_id,
    LTRIM(author_id, '@') AS author_id,
    LTRIM(author_handle, '@') AS author_handle,
    sent_at AS sent_text,
    deleted_at AS deleted_text,
    CASE
        WHEN
            kind = 'repost' OR repost_of_id IS NOT NULL OR {marks["is_repost"]}
            OR regexp_matches(text, '{REPOST}')
            THEN 'repost'
        WHEN {known_kind} THEN kind
        WHEN reply_to_id IS NOT NULL OR {marks["is_reply"]} THEN 'reply'
        WHEN quote_of_id IS NOT NULL OR {marks["is_quote"]} THEN 'quote'
        WHEN
            COALESCE(mentioned_handles, mentioned_ids, account) IS NOT NULL
            OR regexp_matches(text, '{_HANDLE}')
            THEN 'mention'
        ELSE 'post'
    END AS kind,
    COALESCE(text, '') AS text,
    reply_to_id,
    {_parents_author(mapped)} AS reply_to_author_id,
    row_key,
    reply_to_row_key,
    {"SPLIT_PART(message_id, '_', 1)" if layout.walls else "NULL"} AS wall,
    conversation_id,
    CASE
        WHEN mentioned_handles IS NOT NULL
            THEN regexp_extract_all(LOWER(mentioned_handles), '[^\\s,|@]+')
        ELSE regexp_extract_all(LOWER(text), '{_HANDLE}', 1)
    END AS mentioned_handles,
    regexp_extract_all(mentioned_ids, '[^\\s,|]+') AS mentioned_ids,
    LTRIM(account, '@') AS account,
    {_OFFICIAL} AS official,
    CASE WHEN NOT regexp_matches(language, '^{NO_LANGUAGE}') THEN language END AS language,
    regexp_full_match(bot, '{_YES}') AS bot,
    TRY_CAST(n_edits AS INTEGER) AS n_edits
FROM (
    SELECT
        line,
        n_lines,
        refusal,
        {_notice(layout, places)} AS notice,
        {raw}
    FROM piece
)
"""


_NAME = "\\w[\\w.-]*\\w"
_HANDLE = f"(?:^|[^\\w])@({_NAME}(?:@{_NAME})?)"  # Mastodon's end with the name of a server
_YES = "(?i)(true|t|yes|y|1|1\\.0|oui|vrai)"
_NO = "(?i)(false|f|no|n|0|0\\.0|non|faux|none|null|nan|\\[\\]|\\{\\})"
_OFFICIAL = (
    f"COALESCE(regexp_full_match(official, '{_YES}'), NOT regexp_full_match(inbound, '{_YES}'))"
)
_BROKEN = """CASE
        WHEN
            CONTAINS(text, '\N{REPLACEMENT CHARACTER}') OR CONTAINS(text, 'â€')
            OR CONTAINS(text, 'ðŸ')
            OR (CONTAINS(text, 'Ã') AND regexp_matches(text, 'Ã[^\\x00-\\x7F]'))
            THEN 'text has broken characters'
    END"""


def _text(choices: Choices, places: Mapping[str, str]) -> str:
    values = [_value([f"CAST({places[name]} AS VARCHAR)" for name in choice]) for choice in choices]
    if not values:
        return "NULL::VARCHAR"
    return f"COALESCE({', '.join(values)})" if len(values) > 1 else values[0]


def _value(parts: list[str]) -> str:
    joined = parts[0] if len(parts) == 1 else f"CONCAT_WS(' ', {', '.join(parts)})"
    return f"NULLIF(TRIM({joined}), '')"


def _notice(layout: Layout, places: Mapping[str, str]) -> str:
    """What a row is instead of a message; NULL where it is one."""
    cases = [
        f"WHEN {_value([f'CAST({places[column]} AS VARCHAR)'])} "
        f"{'IS NOT NULL' if value is None else f'= {_quoted(value)}'} THEN {_quoted(name)}"
        for name, column, value in layout.notices
    ]
    return f"CASE {' '.join(cases)} END" if cases else "NULL::VARCHAR"


def _parents_author(mapped: Mapped) -> str:
    """Exports name whomever a text begins with; without a parent, that is no answer to them.

    Unless a file has our own name for it, which says that it is one.
    """
    ours = "reply_to_author_id"
    if mapped.columns.get(ours) == ((ours,),) or "reply_to_id" not in mapped.columns:
        return ours
    return "CASE WHEN reply_to_id IS NOT NULL THEN reply_to_author_id END"


def _unescaped(text: str, escapes: Collection[str]) -> str:
    pairs = [*(HTML_ESCAPES if "html" in escapes else ())]
    for escape, character in pairs:
        text = f"REPLACE({text}, '{escape}', '{character}')"
    return f"REPLACE({text}, '\\n', CHR(10))" if "newlines" in escapes else text


def _network(text: str) -> str:
    """The name of the network that people call so."""
    names = " ".join(f"WHEN '{said}' THEN '{name}'" for said, name in NAMES_AS_WRITTEN.items())
    return f"CASE LOWER({text}) {names} ELSE {text} END"


def _quoted(text: str) -> str:
    return f"'{_quoted_within(text)}'"


def _quoted_within(text: str) -> str:
    return text.replace("'", "''")


def _names(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
