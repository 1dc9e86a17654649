"""The tables of the store. Every column has a description; `docs/store.md` is printed from them.

A column is added by its line: the first write adds it to the tables of existing stores, whose rows
have NULL there, and readers find NULL where nobody has written yet. So NULL must mean: not known.
None is removed or changed; that takes another `_FORMAT` of `lake.py`.
"""

from __future__ import annotations

import pyarrow as pa

from socialscore.model.network import NETWORKS, either

__all__ = ["ARRIVAL", "COVERAGE", "ERASURE", "MESSAGE", "MESSAGE_KEY", "RUN", "TABLES"]

_TEXT, _INSTANT, _FLAG = pa.string(), pa.timestamp("us"), pa.bool_()


def _schema(*columns: tuple[str, pa.DataType, str]) -> pa.Schema:
    return pa.schema(
        [pa.field(name, kind, metadata={"description": says}) for name, kind, says in columns]
    )


MESSAGE_KEY = ("network", "account_id", "message_id")

MESSAGE = _schema(
    ("network", _TEXT, f"{either(NETWORKS)}."),
    ("month", _TEXT, "Month of sent_at in UTC, such as 2026-11: the partition."),
    ("account_id", _TEXT, "The account that is addressed, or that wrote the message."),
    ("message_id", _TEXT, "The network's identifier, of the first version."),
    ("author_id", _TEXT, "A citizen's keyed digest, or an account's own identifier."),
    ("sent_at", _INSTANT, "When the first version was written, UTC."),
    ("kind", _TEXT, "mention, reply, quote, comment, wall-post, post, repost or direct."),
    ("reply_to_id", _TEXT, "The message that this one answers."),
    ("reply_to_author_id", _TEXT, "Who wrote that one, where known."),
    ("conversation_id", _TEXT, "The thread, where the network has threads."),
    ("addressed_ids", pa.list_(_TEXT), "Whom a body's message addresses; NULL in citizens' ones."),
    ("n_addressed", pa.int32(), "How many accounts other than its author's the message addresses."),
    ("third_party", _FLAG, "Answers a citizen, only carrying the account along; NULL: not judged."),
    ("language", _TEXT, "BCP 47: as the network says, else as detected, else NULL."),
    ("language_given", _FLAG, "Network or file named the language; false: we detected it, or not."),
    ("question_mark", _FLAG, "Has a question mark outside links and quotations."),
    ("question", _FLAG, "Asks a question, with the sign or without."),
    ("request", _FLAG, "Asks a question, asks for something or reports a fault."),
    ("response_class", _TEXT, "Of a body's message: answer, redirect or automatic."),
    ("rule_id", _TEXT, "The language rule that decided, NULL if none did."),
    ("rulebook", _TEXT, "Digest of the rules that judged it; NULL: those of an earlier version."),
    ("rejudged_at", _INSTANT, "When later rules last judged it otherwise, UTC; NULL: never."),
    ("text_digest", _TEXT, "Keyed digest of the normalised text: equal for equal texts."),
    ("text", _TEXT, "The text of the last version; blank once it has expired."),
    ("bot", _FLAG, "The network flags the author as automated."),
    ("n_edits", pa.int32(), "The number of edits behind the text."),
    ("edited_seen_at", _INSTANT, "When we learnt of the last edit after the row came, UTC."),
    ("deleted_at", _INSTANT, "When the message was deleted, UTC; NULL while it stands."),
    ("deleted_seen_at", _INSTANT, "When we learnt of the deletion, UTC."),
    ("collected_at", _INSTANT, "When the row came into the store, UTC."),
    ("source", _TEXT, "The importer or collector that brought it."),
    ("run_id", _TEXT, "The run that brought it; NULL: one of an earlier version."),
)  # fmt: skip

ARRIVAL = _schema(
    ("network", _TEXT, "As in message."),
    ("account_id", _TEXT, "As in message."),
    ("message_id", _TEXT, "As in message."),
    ("run_id", _TEXT, "A run that brought the message when the store had it already."),
    ("changed", _FLAG, "It changed the row, by an edit or a deletion."),
    ("deleted", _FLAG, "It said that the message was deleted."),
    ("collected_at", _INSTANT, "When that was, UTC."),
)

COVERAGE = _schema(
    ("network", _TEXT, "As in message."),
    ("account_id", _TEXT, "The account that was in view."),
    ("stream", _TEXT, "inbound (what citizens write to it) or outbound (what it writes)."),
    ("covered_from", _INSTANT, "First instant of the interval, UTC."),
    ("covered_until", _INSTANT, "First instant after the interval, UTC."),
    ("reason", _TEXT, "NULL: collected. Otherwise the interval is a gap, and this is why."),
    ("file_name", _TEXT, "A file that lost rows in that time; the reason says how. NULL: none."),
    ("run_id", _TEXT, "The run that collected or missed it."),
    ("collected_at", _INSTANT, "When the row came into the store, UTC."),
)

ERASURE = _schema(
    ("network", _TEXT, "As in message."),
    ("account_id", _TEXT, "The account under which the rows stood."),
    ("day", pa.date32(), "Day of sent_at, UTC."),
    ("cause", _TEXT, "What was erased: author, account, before or run."),
    ("n_erased", pa.int64(), "How many rows were removed."),
    ("n_altered", pa.int64(), "How many others lost what named the author, or a run's deletion."),
    ("erased_at", _INSTANT, "When that was, UTC."),
    ("run_id", _TEXT, "The run that was withdrawn."),
    ("last_day", pa.date32(), "Of days that went out of view with a run: the last one."),
)

RUN = _schema(
    ("run_id", _TEXT, "Its name, as `socialscore withdraw` takes it."),
    ("source", _TEXT, "The importer or collector."),
    ("file_name", _TEXT, "The file that was imported, without its folder; NULL: none was."),
    ("started_at", _INSTANT, "When it began to bring something, UTC."),
    ("withdrawn_at", _INSTANT, "When it was withdrawn, UTC; NULL: it was not."),
)

TABLES = {
    "message": MESSAGE,
    "coverage": COVERAGE,
    "run": RUN,
    "arrival": ARRIVAL,
    "erasure": ERASURE,
}
"""All tables by their names, which are those of their folders."""
