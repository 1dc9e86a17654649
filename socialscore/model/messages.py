"""Who is written to, and what is written: bodies, their accounts, and messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date, datetime

KINDS = ("mention", "reply", "quote", "comment", "wall-post", "post", "repost", "direct")
"""What a message is on its network. `direct` (private) messages are never counted."""

REPOST = r"^RT @\w"
"""How the text of a repost begins, whatever else a network or an export says of it."""

HTML_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
"""What X writes in texts for these three and no others, in the order in which it is undone: with
`&amp;` first, a typed "&lt;" would become "<"."""

NO_LANGUAGE = r"(?:q[a-t][a-z]|und|zxx|art|mis|mul)\b"
"""How tags begin that name no language, such as those of X for links, hashtags, a word or two."""

UNKNOWN_AUTHOR = "unknown:"
"""How the identifier of an author begins whom the network does not name; the message's follows."""


@dataclass(frozen=True)
class Account:
    """A body's presence on one network."""

    network: str  # one of network.NETWORKS
    account_id: str  # the network's stable identifier; where it gives none, the handle
    handle: str  # the name that citizens write, without @, as the network spells it
    role: str = "main"  # main, care, alert or person
    valid_from: date | None = None  # first day on which the account was the body's; None: ever
    valid_until: date | None = None  # first day on which it no longer was; None: still is
    closed: bool = False  # citizens cannot write there: a closed wall, comments switched off
    other_ids: tuple[str, ...] = ()  # by which files know it too, where account_id is the handle

    @property
    def is_unidentified(self) -> bool:
        """Whether its handle stands for an identifier that nobody knew."""
        return self.account_id.lower() == self.handle.lower()


@dataclass(frozen=True)
class Body:
    """A public body: city, region, ministry, agency, operator."""

    body_id: str  # stable, unique in the panel
    name: str  # as printed in tables
    category: str = ""  # bodies are compared inside their category
    accounts: tuple[Account, ...] = ()  # the group: all its accounts, on all networks
    calendar: str = ""  # its opening hours: the name of a file in calendars/; empty: not known
    promise: str = ""  # within what time it says that it answers: 24h, 8h open; empty: it does not


@dataclass(frozen=True)
class Message:
    """Any public post on a network, as the network gave it, before any judgement of ours."""

    network: str  # one of network.NETWORKS
    message_id: str  # of the first version where the network lets people edit
    author_id: str  # the network's identifier of the author
    sent_at: datetime  # aware, UTC; of the first version
    text: str  # of the last version; the whole text where the network has long forms
    kind: str = "mention"  # one of KINDS
    author_handle: str | None = None  # without @
    reply_to_id: str | None = None  # the message that this one answers
    reply_to_author_id: str | None = None  # who wrote that one
    conversation_id: str | None = None  # the thread, where the network has threads
    mentioned_handles: tuple[str, ...] = ()  # handles named in the message, without @
    mentioned_ids: tuple[str, ...] = ()  # identifiers of the accounts named, where given
    language: str | None = None  # BCP 47, as the network says it; None where it does not know
    bot: bool = False  # the network flags the author as automated
    n_edits: int = 0  # the number of edits behind `text`
    deleted_at: datetime | None = None  # aware, UTC


@dataclass(frozen=True)
class Coverage:
    """An interval in which an account's stream was, or by `reason` was not, in view."""

    network: str
    account_id: str
    stream: Literal["inbound", "outbound"]
    covered_from: datetime  # inclusive, aware, UTC
    covered_until: datetime  # exclusive, aware, UTC
    reason: str | None = None  # None: collected; otherwise why the interval is a gap
    file_name: str | None = None  # of a file that lost rows in reading, which `reason` counts
