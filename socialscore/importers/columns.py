"""Our columns of a message in a file, which layouts and `--map` are about."""

from __future__ import annotations

from socialscore.model.messages import KINDS
from socialscore.model.network import DEFAULT_NETWORK, NETWORKS, either, network_named

__all__ = ["COLUMNS", "FLAGS", "LISTS", "MARKS", "NEEDED"]

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
    "repost_of_id": "the message that it repeats",
    "quote_of_id": "the message that it quotes",
    "is_reply": "yes where it answers a message, whether or not the file says which",
    "is_repost": "yes where it only repeats another message",
    "is_quote": "yes where it quotes another message",
    "row_key": "the file's own number of the row",
    "reply_to_row_key": "the row that it answers, where the file does not name the message",
    "conversation_id": "the thread that it stands in",
    "mentioned_handles": "the handles that it names",
    "mentioned_ids": "the identifiers of the accounts that it names",
    "account": "the account that it is addressed to, by identifier or handle",
    "official": "true where a public body wrote it",
    "inbound": "the opposite: true where a citizen wrote it",
    "language": "the language of its text, such as fr",
    "bot": "true where the network says that a machine wrote it",
    "n_edits": "how often it was edited",
    "deleted_at": "when it was deleted",
}

LISTS = ("mentioned_handles", "mentioned_ids")

FLAGS = ("official", "inbound", "bot")
"""Yes or no, and nothing else."""

MARKS = ("is_reply", "is_repost", "is_quote")
"""No, or anything that says yes."""
