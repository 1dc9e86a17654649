"""Judges messages by the rules: one statement over an Arrow table, run by DuckDB.

A text goes through it in this order.

1. Lower case. Links and handles go, runs of white space become one space. The digest is taken of
   what is left, so a repeated text is recognised whomever it addresses.
2. Quoted text goes (`"…"`, `«…»`, `“…”`, `„…“`, lines that begin with `>`): it is somebody
   else's words. Typographic apostrophes become straight. What is left is what the author said, and
   what all rules read but `any.redirect`, whose signs are links.
3. A message without a language gets the one of which it has the most words: see `detection.py`.
4. A citizen's message meets the levels in this order, and the first that fits decides:
   question-mark, negative, question, request. So a rule names the narrowest selection of the
   message, an explicit sign outweighs thanks ("merci ?" doubts), and thanks outweigh words that
   also occur in requests ("thanks for your help").
5. A body's message loses its signature, and is weighed clause by clause. It is `automatic` if a
   pattern says so, nobody signed it, and there is nothing but courtesies and promises. It is a
   `redirect` if a clause sends elsewhere and, without such clauses, courtesies, promises and
   questions, what remains is no longer than a name. Else it is an `answer`; so is what tells the
   citizen something and then sends elsewhere.

A message is read by the rules of its own language and by those of `any`; where its language is
unknown or has no rules, by all of them. So `comment` asks nothing in English, nor `what` in French.

Where every message has a language, only the rules of those languages are compiled, so nobody pays
for a language that does not occur. How the statement is made is in `statement.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from socialscore.language.detection import detect
from socialscore.language.rulebook import ANY, rulebook_digest, rulebooks
from socialscore.language.statement import judging, naming
from socialscore.runtime.duckdb import connect, within_limits

if TYPE_CHECKING:
    import duckdb

__all__ = ["JUDGEMENTS", "judge"]

JUDGEMENTS = (
    "question_mark",
    "question",
    "request",
    "response_class",
    "rule_id",
    "text_digest",
)
"""What `judge` says of a message, besides its language; columns of the store as well."""

_BATCH_ROWS = 8_192
_SHARE = 1 / 4  # of the memory: the rows come from one database, and go to another


def judge(
    table: pa.Table, *, salt: str, connection: duckdb.DuckDBPyConnection | None = None
) -> pa.Table:
    """The same messages in the same order, judged.

    Args:
        table: has the columns `text` (NULL: unknown), `language` (BCP 47; NULL: unknown) and
            `outbound` (written by a body); others are passed through untouched.
        salt: keys the digests, so that nobody can guess a text and compare.
        connection: where to run; None opens a database in memory.

    Returns:
        The table with `language` filled in where a NULL could be told, and these columns:
        `question_mark`, `question`, `request` (never NULL, each contained in the next, false for
        a body's messages), `response_class` (`answer`, `redirect` or `automatic`; NULL for a
        citizen's message), `rule_id` (the rule that decided; NULL: none did), `text_digest`
        (16 hexadecimal digits; NULL where nothing but links and handles was said),
        `rulebook` (the digest of the rules, the same for all) and `language_given` (whether the
        language was not NULL before).

    Raises:
        OutOfRoom: memory, or the disk that stands in for it, is used up.
    """
    message, cases = _distinct(table)
    own = connect(_SHARE) if connection is None else connection.cursor()
    with within_limits(), own as session:
        if connection is None and len(message) <= _BATCH_ROWS:
            # Every thread compiles the patterns, and one batch is judged by one thread.
            session.execute("SET threads = 1")
        session.register("message", message)
        statement = judging(_languages(message["language"]))
        # A relation would be bound twice, and binding so many patterns takes its time.
        session.execute(f"CREATE TEMP TABLE judged AS {statement}", {"salt": salt})
        judged = session.table("judged").to_arrow_table()
        judged = judged.append_column("rule_id", _named(session, judged["taken_by"]))
    # A connection that does not preserve the order returns batches as they are done.
    judged = judged.take(pc.sort_indices(judged["row"])).take(cases)
    index = table.schema.get_field_index("language")
    table = table.append_column("language_given", pc.is_valid(table["language"]))
    table = table.set_column(index, "language", judged["language"])
    for name in JUDGEMENTS:
        table = table.append_column(name, judged[name])
    return table.append_column("rulebook", pa.repeat(rulebook_digest(), table.num_rows))


def _distinct(table: pa.Table) -> tuple[pa.Table, pa.Array]:
    """The distinct cases among the messages, and for each message the number of its case.

    Thanks, templates and reposts come again to the letter; judging costs a hundred times more than
    finding that out.
    """
    texts = table["text"].combine_chunks().dictionary_encode()
    languages = table["language"].combine_chunks().dictionary_encode()
    # A case is a number: of the text, times the languages, times the two directions; -1 is NULL.
    n_languages = len(languages.dictionary) + 1
    text, language = (
        pc.fill_null(column.indices, -1).cast(pa.int64()).to_numpy()
        for column in (texts, languages)
    )
    outbound = table["outbound"].combine_chunks().cast(pa.int64()).to_numpy(zero_copy_only=False)
    case = ((text + 1) * n_languages + language + 1) * 2 + outbound
    _, first, number = np.unique(case, return_index=True, return_inverse=True)
    message = table.select(["text", "language", "outbound"]).take(pa.array(first))
    message = _told(message.append_column("row", pa.arange(0, len(first))).combine_chunks())
    # DuckDB gives each batch to one thread.
    batches = message.to_batches(max_chunksize=_BATCH_ROWS)
    return pa.Table.from_batches(batches, message.schema), pa.array(number)


def _told(message: pa.Table) -> pa.Table:
    """The messages of one chunk, with the language of those that lack one where it can be told."""
    text, language = (message[name].combine_chunks() for name in ("text", "language"))
    missing = pc.is_null(language)
    told = pc.replace_with_mask(language, missing, detect(text.filter(missing)))
    return message.set_column(1, "language", told)


def _languages(given: pa.ChunkedArray) -> tuple[str, ...]:
    """The languages whose rules may be needed: all, unless each message says one that has rules."""
    ours = [book.language for book in rulebooks() if book.language != ANY and book.rules]
    found = {"" if tag is None else _primary(tag) for tag in pc.unique(given).to_pylist()}
    return tuple(sorted(found)) if found and found <= set(ours) else tuple(ours)


def _primary(tag: str) -> str:
    return tag.lower().partition("-")[0]


def _named(session: duckdb.DuckDBPyConnection, taken_by: pa.ChunkedArray) -> pa.Array:
    """The rule of a family that fits the words by which the family took the message.

    Few words take many messages, and few families take any, so only their rules are compiled.
    """
    words = taken_by.combine_chunks().dictionary_encode()
    distinct = pa.table({"n": pa.arange(0, len(words.dictionary)), "taken_by": words.dictionary})
    families = sorted({text.partition(" ")[0] for text in words.dictionary.to_pylist()})
    session.register("distinct_words", distinct)
    named = session.sql(naming(tuple(families))).to_arrow_table()
    names = named.take(pc.sort_indices(named["n"]))["rule_id"].combine_chunks()
    return names.take(words.indices)
