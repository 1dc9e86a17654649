"""What is true: who wrote what to whom on two networks, and when, whatever a server says of it.

A world knows its posts with their edits and deletions, and a clock that tests move: what is dated
later than `now` is not yet there. It can say in socialscore's words what a complete collection must
bring, so tests compare a store or a table with it.

Posts of both networks are of one kind here. On X whoever is named with an @ is addressed; on
Facebook a post or comment stands on the page of an account.
"""

from __future__ import annotations

import re
from bisect import insort
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from socialscore.model.messages import UNKNOWN_AUTHOR, Account, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from socialscore.model.messages import Body

__all__ = ["Person", "Post", "Version", "World", "minted"]

HANDLE = re.compile(r"(?<!\w)@(\w{1,15})", re.ASCII)
_SNOWFLAKE_EPOCH_MS = 1_288_834_974_657  # from which X's ids count, as payloads/twitter.py has it
_SERIALS = 1 << 22  # ids of one millisecond
_FACEBOOK_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """Who writes: a citizen, or an account of a body."""

    network: str
    person_id: str
    handle: str
    protected: bool = False  # X shows nothing of theirs
    anonymous: bool = False  # Facebook leaves out `from`


@dataclass(frozen=True)
class Version:
    """What a post says from one moment on."""

    version_id: str  # on X every edit has its own, elsewhere all have the first one's
    at: datetime
    text: str


@dataclass(eq=False)
class Post:
    """Anything that somebody wrote."""

    author: Person
    versions: list[Version]
    parent: Post | None = None  # what it answers
    about: Post | None = None  # what it quotes or reposts
    repost: bool = False
    page: str | None = None  # Facebook: the account on whose page it stands
    language: str | None = None
    deleted_at: datetime | None = None
    answers: list[Post] = field(default_factory=list)

    @property
    def network(self) -> str:
        return self.author.network

    @property
    def post_id(self) -> str:
        """Of the first version, which is the message's in socialscore."""
        return self.versions[0].version_id

    @property
    def sent_at(self) -> datetime:
        return self.versions[0].at

    @cached_property
    def root(self) -> Post:
        """The first post of the conversation."""
        return self.parent.root if self.parent else self

    def seen(self, now: datetime) -> Version:
        """The version that a network shows at a moment."""
        return next((v for v in reversed(self.versions) if v.at <= now), self.versions[0])

    def thread(self) -> Iterator[Post]:
        """Everything below it, at any depth."""
        for answer in self.answers:
            yield answer
            yield from answer.thread()


class World:
    """Two networks, as they are at `now`.

    Args:
        bodies: with their accounts.
        now: the moment at which tests begin to look.
        flat: whether Facebook hangs every further answer under the first comment, as it does.
    """

    def __init__(self, bodies: Iterable[Body], now: datetime, *, flat: bool = True) -> None:
        self.bodies = tuple(bodies)
        self.now = now
        self.flat = flat
        self.revision = 0  # grows with every change, so that servers know what to forget
        self.posts: dict[tuple[str, str], Post] = {}  # by network and the id of any version
        self.people: dict[tuple[str, str], Person] = {}
        self._by_handle: dict[tuple[str, str], Person] = {}
        self._lists: dict[tuple[str, str, str], list[Post]] = {}  # by network, account and list
        self._serial = 0
        for account in self.accounts():
            self.person(account.network, account.account_id, account.handle)

    def accounts(self, network: str | None = None) -> list[Account]:
        """The accounts of all bodies, each once."""
        found = (account for body in self.bodies for account in body.accounts)
        chosen = (a for a in found if network in (None, a.network))
        return list({(a.network, a.account_id): a for a in chosen}.values())

    # --- people -------------------------------------------------------------------------------

    def person(
        self,
        network: str,
        person_id: str,
        handle: str,
        *,
        protected: bool = False,
        anonymous: bool = False,
    ) -> Person:
        """Somebody who may write; whoever is said again replaces what was said before."""
        person = Person(network, person_id, handle, protected, anonymous)
        self.people[network, person_id] = person
        self._by_handle[network, handle.lower()] = person
        self.revision += 1
        return person

    def named(self, network: str, handle: str) -> Person | None:
        """Whoever has that handle."""
        return self._by_handle.get((network, handle.lower()))

    def of(self, account: Account) -> Person:
        """An account, as somebody who writes."""
        return self.people[account.network, account.account_id]

    # --- what they do -------------------------------------------------------------------------

    def write(
        self,
        author: Person,
        text: str,
        at: datetime,
        *,
        parent: Post | None = None,
        about: Post | None = None,
        repost: bool = False,
        page: str | None = None,
        language: str | None = None,
    ) -> Post:
        """A new post.

        Args:
            author: who writes.
            text: as typed, with the handles on X.
            at: when; networks tell no more than the second.
            parent: the post that it answers.
            about: the post that it quotes or reposts.
            repost: whether it has no words of its own.
            page: the Facebook account on whose page it is a post; answers inherit it.
            language: as X would detect it.
        """
        at = at.replace(microsecond=0)
        page = parent.page if parent else page
        version = Version(self._new_id(author.network, at, parent, page), at, text)
        post = Post(author, [version], parent, about, repost, page, language)
        self.posts[author.network, version.version_id] = post
        if parent:
            insort(parent.answers, post, key=_chronological)
        for account_id, stream in self._streams(post):
            insort(self._list(author.network, account_id, stream), post, key=_chronological)
        self.revision += 1
        return post

    def edit(self, post: Post, text: str, at: datetime) -> Version:
        """The post says something else from then on; X gives it another id as well.

        Whom it names must stay: it is listed where its first version put it.
        """
        at = at.replace(microsecond=0)
        own = post.network == "twitter"
        version_id = self._new_id("twitter", at, None, None) if own else post.post_id
        version = Version(version_id, at, text)
        post.versions.append(version)
        self.posts[post.network, version_id] = post
        self.revision += 1
        return version

    def delete(self, post: Post, at: datetime | None = None) -> None:
        """The post is gone from then on; from now on unless said otherwise."""
        post.deleted_at = at or self.now
        self.revision += 1

    def advance(self, **step: float) -> datetime:
        """Move the clock, by the arguments of a timedelta."""
        self.now += timedelta(**step)
        return self.now

    def _new_id(self, network: str, at: datetime, parent: Post | None, page: str | None) -> str:
        """The identifier that the network gives out at that moment: later ones are greater."""
        self._serial += 1
        if network == "twitter":
            return str(minted(at) + self._serial % _SERIALS)
        seconds = int((at - _FACEBOOK_EPOCH).total_seconds())
        number = f"{122_000_000_000_000_000 + seconds * 1_000_000 + self._serial}"
        return f"{parent.root.post_id.partition('_')[2]}_{number}" if parent else f"{page}_{number}"

    # --- lists of posts -----------------------------------------------------------------------

    def inbound(self, account: Account) -> list[Post]:
        """What others addressed to the account, deletions and the future included; oldest first."""
        return self._list(account.network, account.account_id, "inbound")

    def outbound(self, account: Account) -> list[Post]:
        """What the account wrote."""
        return self._list(account.network, account.account_id, "outbound")

    def wall(self, page: str) -> list[Post]:
        """The posts on a Facebook page, the page's own and visitors', without comments."""
        return self._list("facebook", page, "wall")

    def _list(self, network: str, account_id: str, stream: str) -> list[Post]:
        return self._lists.setdefault((network, account_id, stream), [])

    def _streams(self, post: Post) -> Iterator[tuple[str, str]]:
        """The lists that a post belongs to, by account and name."""
        author_id = post.author.person_id
        yield author_id, "outbound"
        if post.network == "facebook" and post.page:
            if post.parent is None:
                yield post.page, "wall"
            if author_id != post.page:
                yield post.page, "inbound"
        else:
            named = {person.person_id for person in self.mentioned(post, post.sent_at)[1]}
            yield from ((each, "inbound") for each in sorted(named - {author_id}))

    def mentioned(self, post: Post, now: datetime) -> tuple[list[str], list[Person]]:
        """The handles in a post on X, each once, and those of their owners who exist."""
        if post.network != "twitter":
            return [], []
        found = HANDLE.findall(post.seen(now).text)
        handles = list({handle.lower(): handle for handle in found}.values())
        owners = (self.named("twitter", handle) for handle in handles)
        return handles, [owner for owner in owners if owner]

    def exists(self, post: Post) -> bool:
        """Whether a network shows it now.

        X keeps the answers to a deleted post, Facebook deletes them with it.
        """
        gone = post.deleted_at is not None and post.deleted_at <= self.now
        if gone or post.sent_at > self.now:
            return False
        above = self.answered(post) if post.network == "facebook" else None
        return above is None or self.exists(above)

    def answered(self, post: Post) -> Post | None:
        """What a post answers, as its network says it."""
        parent = post.parent
        while self.flat and post.network == "facebook" and parent and parent.parent:
            if parent.parent is post.root:
                break
            parent = parent.parent
        return parent

    # --- the truth ----------------------------------------------------------------------------

    def expected(
        self,
        accounts: Sequence[Account] | None = None,
        *,
        reposts: bool = True,
        expanded: bool = True,
    ) -> list[Message]:
        """What a complete collection brings now, each message once, in order of time.

        Networks name authors by their identifier alone, unless one pays for more.

        Args:
            accounts: those that are collected; None: all.
            reposts: False where they were searched for, since searches give no reposts.
            expanded: see `message`.
        """
        chosen = self.accounts() if accounts is None else accounts
        posts = {
            id(post): post
            for account in chosen
            for post in (*self.inbound(account), *self.outbound(account))
            if self.exists(post) and (reposts or not post.repost)
        }
        ordered = sorted(posts.values(), key=_chronological)
        return [self.message(post, expanded=expanded) for post in ordered]

    def message(self, post: Post, *, expanded: bool = True) -> Message:
        """A post in socialscore's words, as far as its network tells it now.

        Args:
            post: the post.
            expanded: whether X was paid to tell the first version of what a post answers; otherwise
                it names the version that was answered.
        """
        version, answered = post.seen(self.now), self.answered(post)
        seen = None if answered is None or expanded else answered.seen(post.sent_at).version_id
        return Message(
            network=post.network,
            message_id=post.post_id,
            author_id=self._told(post),
            sent_at=post.sent_at,
            text=version.text,
            kind=_kind(post, self.mentioned(post, self.now)[0]),
            reply_to_id=seen or (answered.post_id if answered else None),
            reply_to_author_id=self._told(answered) if answered else None,
            conversation_id=post.root.post_id,
            mentioned_handles=tuple(self.mentioned(post, self.now)[0]),
            mentioned_ids=self._addressed(post),
            language=post.language if post.network == "twitter" else None,
            n_edits=post.versions.index(version) if post.network == "twitter" else 0,
        )

    def _told(self, post: Post) -> str:
        """Who wrote a post, as far as the network says it."""
        author_id = post.author.person_id
        hidden = self.people[post.network, author_id].anonymous
        return f"{UNKNOWN_AUTHOR}{post.post_id}" if hidden else author_id

    def _addressed(self, post: Post) -> tuple[str, ...]:
        """Whom a post names or, on Facebook, whether it is meant for the page where it stands."""
        if post.network == "twitter":
            return tuple(person.person_id for person in self.mentioned(post, self.now)[1])
        author_id, answered = self._told(post), self.answered(post)
        if post.page is None or author_id == post.page:
            return ()
        told = self._told(answered) if answered else author_id
        # Citizens also talk to each other there; their own words they only seem to answer.
        unknown = any(each.startswith(UNKNOWN_AUTHOR) for each in (author_id, told))
        return (post.page,) if unknown or author_id == told else ()

    def table(self, messages: Iterable[Message] | None = None) -> pa.Table:
        """The truth as a table that `socialscore.importers.read_arrow` takes."""
        chosen = self.expected() if messages is None else messages
        rows = [
            {name: getattr(message, name) for name in _TABLE.names}
            | {"sent_at": message.sent_at.isoformat()}
            for message in chosen
        ]
        return pa.Table.from_pylist(rows, schema=_TABLE)


_LISTS = ("mentioned_handles", "mentioned_ids")
_TEXTS = (
    "network", "message_id", "author_id", "sent_at", "text", "kind", "reply_to_id",
    "reply_to_author_id", "conversation_id", "language",
)  # fmt: skip
_TABLE = pa.schema(
    [
        *((name, pa.string()) for name in _TEXTS),
        *((name, pa.list_(pa.string())) for name in _LISTS),
    ]
)


def minted(moment: datetime) -> int:
    """The least identifier that X gives out from the second of a moment on."""
    return (int(moment.timestamp()) * 1000 - _SNOWFLAKE_EPOCH_MS) << 22


def _chronological(post: Post) -> tuple[datetime, int]:
    return post.sent_at, int(post.post_id.rpartition("_")[2])


def _kind(post: Post, handles: Sequence[str]) -> str:
    if post.network == "facebook":
        if post.parent:
            return "comment"
        return "post" if post.author.person_id == post.page else "wall-post"
    if post.repost:
        return "repost"
    if post.parent:
        return "reply"
    return "quote" if post.about else "mention" if handles else "post"
