"""The networks, each declared once: what all of the program must know of them.

A network that is declared can be imported, counted and shown. How it is asked is the business of
its folder in `collectors/`, and what its answers mean that of its module in `payloads/`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from socialscore.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = [
    "BY_NAME",
    "COLLECTED",
    "DEFAULT_NETWORK",
    "NAMES_AS_WRITTEN",
    "NETWORKS",
    "TOKENS",
    "Network",
    "NetworkSetting",
    "either",
    "network_named",
]


@dataclass(frozen=True)
class NetworkSetting:
    """A choice of how a network is asked: `twitter_strategy` in socialscore.toml."""

    name: str  # without that of the network
    default: str
    help: str  # for whoever writes socialscore.toml, without a full stop
    # The values that there are, with what each means; empty: any that fits the pattern.
    choices: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ".+"  # a regular expression

    @property
    def choices_in_words(self) -> str:
        """`one (what it means) or other (what that means)`."""
        return either([f"{choice} ({meaning})" for choice, meaning in self.choices.items()])

    def checked(self, value: str) -> str:
        """The value, if it can be one.

        Raises:
            UnknownName: it is none of the choices.
            UsageError: it does not look like one.
        """
        if self.choices and value not in self.choices:
            raise UnknownName(self.name, value, self.choices)
        if not re.fullmatch(self.pattern, value):
            raise UsageError(f"{value!r} is not a {self.name} such as {self.default}")
        return value


@dataclass(frozen=True)
class Network:
    """What is known of a network."""

    name: str  # in files, options and stores
    label: str  # as people call it
    also: tuple[str, ...] = ()  # what else they call it
    id_pattern: str = "[1-9][0-9]{0,24}"  # a regular expression for ids of people and accounts
    handle_prefix: str = "@"  # written before a handle; panels and stores keep handles without it
    handle_pattern: str = (
        r"[^/\x00-\x1f\x7f-\x9f]+"  # a regular expression for what can be a handle at all
    )
    handle_rule: str = "it has no slash"  # the same in words
    # A regular expression for ids that stand in a handle: `Town-of-Riverton-100064`.
    id_in_handle: str = r"(?!)"
    federated: bool = False  # of many servers: a handle ends with @server, and any host may be one
    hosts: str = r"(?!)"  # a regular expression for hosts that are surely its own
    # Regular expressions for what follows the host in the address of an account: `handle`, `id`.
    profiles: tuple[str, ...] = ()
    not_handles: str = r"(?!)"  # a regular expression for what else stands in place of a handle
    wikidata: str = ""  # the property of Wikidata that has its handles
    integer_ids: bool = False  # identifiers of messages are whole numbers of less than 64 bits
    # Milliseconds since 1970 from which identifiers of messages count, above their last 22 bits.
    snowflakes_since_ms: int = 0
    collected: bool = False  # there is a folder for it in collectors/
    credentials: tuple[str, ...] = ()  # what it asks for, by name
    per_page: bool = False  # each account has credentials of its own: `page_token:ID`
    token_pattern: str = ""  # a regular expression for its tokens, which are never repeated
    # Addresses of messages: regular expressions for ACCOUNT_ID/MESSAGE_ID, with what to make of it.
    permalinks: tuple[tuple[str, str], ...] = ()
    settings: tuple[NetworkSetting, ...] = ()  # beside the address, which all that are asked have

    def written(self, handle: str) -> str:
        """A handle as people write it."""
        return f"{self.handle_prefix}{handle}"

    def permalink(self, account_ids: Collection[str], message_id: str) -> str | None:
        """The address of a message for one of the accounts; None: its identifier does not tell."""
        for pattern, address in self.permalinks:
            for account_id in account_ids:
                if found := re.fullmatch(pattern, f"{account_id}/{message_id}", re.ASCII):
                    return found.expand(address)
        return None

    def checked(self, settings: Mapping[str, str]) -> dict[str, str]:
        """All of its settings, by name; one that is not given has its default.

        Raises:
            UnknownName: there is no such setting, or it has no such choice.
            UsageError: a value does not look like one.
        """
        declared = {each.name: each for each in self.settings}
        for name in settings:
            if name not in declared:
                raise UnknownName(f"setting of {self.name}", name, declared)
        return {name: it.checked(settings.get(name, it.default)) for name, it in declared.items()}


_ALL = (
    Network(
        name="twitter",
        label="X",
        also=("X (Twitter)", "X/Twitter", "Twitter/X"),
        integer_ids=True,
        snowflakes_since_ms=1_288_834_974_657,
        handle_pattern=r"[A-Za-z0-9_]{1,20}",  # 15 at most today; some early ones are longer
        handle_rule="letters, digits and underscores, 20 at most",
        hosts=r"(?:.+\.)?(?:twitter|x)\.com",
        profiles=(r"(?:#!/+)?@?(?P<handle>\w+)(?:/+(?:with_replies|media|likes)?)?(?:\?.*)?",),
        not_handles="compose|explore|hashtag|home|i|intent|login|messages|notifications|privacy|search"
        "|settings|share|signup|tos",
        wikidata="P2002",
        collected=True,
        credentials=("bearer_token",),
        permalinks=((r".*/([0-9]+)", r"https://x.com/i/status/\1"),),
        settings=(
            NetworkSetting(
                "strategy",
                "timelines",
                "How X is asked",
                choices={
                    "timelines": "the newest 800 mentions and 3,200 posts of each account",
                    "recent": "a search of the last 7 days",
                    "archive": "a search of everything",
                },
            ),
        ),
    ),
    Network(
        name="facebook",
        label="Facebook",
        also=("FB",),
        handle_prefix="",
        id_in_handle=r"(?:^|-)([0-9]{9,25})$",
        hosts=r"(?:.+\.)?(?:facebook\.com|fb\.com|fb\.me)",
        profiles=(
            r"profile\.php\?(?:.*&)?id=(?P<id>[0-9]+)(?:&.*)?",
            r"(?:pages|people)/+(?P<handle>[^/?]+)/+(?P<id>[0-9]+)/*(?:\?.*)?",
            r"pages/+category/+[^/?]+/+(?P<handle>[^/?\s]+)/*(?:\?.*)?",
            r"(?:pg/+|p/+)?@?(?P<handle>[\w.-]{2,})"
            r"(?:/+(?:about|home|photos|posts|timeline|videos)?)*(?:\?.*)?",
        ),
        not_handles=r"dialog|events|facebook\.com|groups|hashtag|help|home|l|login|marketplace|media"
        r"|p|pages|people|permalink|pg|photo|plugins|profile|reel|search|share|sharer|stories|story"
        r"|watch|.+\.php",
        wikidata="P2013",
        collected=True,
        credentials=("page_token",),
        per_page=True,
        token_pattern=r"\bEAA[A-Za-z0-9]{8,}",  # noqa: S106 - what they look like
        permalinks=(
            (r"([0-9]+)/\1_([0-9]+)", r"https://www.facebook.com/\1/posts/\2"),  # on its wall
            (r".*/([0-9]+)_([0-9]+)", r"https://www.facebook.com/\1?comment_id=\2"),
        ),
        settings=(
            NetworkSetting(
                "version",
                "v26.0",
                "The version of Facebook's Graph API; `socialscore auth check facebook` says when "
                "it ends",
                pattern=r"v[0-9]{1,3}\.[0-9]",
            ),
        ),
    ),
    Network(
        name="bluesky",
        label="Bluesky",
        also=("bsky",),
        id_pattern=r"did:[a-z]+:[A-Za-z0-9._:%-]{1,200}",
        handle_pattern=r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|did:[a-z]+:[A-Za-z0-9._:%-]+",
        handle_rule="a name with a dot, such as riverton.bsky.social",
        id_in_handle=r"^(did:.+)$",
        hosts=r"bsky\.app",
        profiles=(r"profile/+@?(?P<handle>[^/?]+)/*(?:\?.*)?",),
        wikidata="P12361",
        permalinks=(
            (
                r".*/at://(did:[a-z]+:[A-Za-z0-9._:%-]+)/app\.bsky\.feed\.post/([A-Za-z0-9._~:-]+)",
                r"https://bsky.app/profile/\1/post/\2",
            ),
        ),
    ),
    Network(
        name="mastodon",
        label="Mastodon",
        handle_pattern=r"[A-Za-z0-9_.-]+(?:@[A-Za-z0-9.-]+)?",
        handle_rule="name@server",
        federated=True,
        hosts=r"(?:.+\.)?(?:mastodon|mstdn)\..+",
        profiles=(r"(?:@|users/+|web/+@)(?P<handle>[\w.-]+(?:@[\w.-]+)?)/*(?:\?.*)?",),
        wikidata="P4033",
        # Numbers are a server's own, and nobody says which; the address that all share is known.
        permalinks=((r"[^/]*/(https://[^\s<>\"]+)", r"\1"),),
    ),
)

BY_NAME = {network.name: network for network in _ALL}

NETWORKS = tuple(BY_NAME)
"""The names."""

NAMES_AS_WRITTEN = {text.lower(): it.name for it in _ALL for text in (it.name, it.label, *it.also)}
"""The name of a network by what people call it, in small letters: X is twitter, FB facebook."""

DEFAULT_NETWORK = NETWORKS[0]
"""That of messages in a file that does not say where they are from."""

COLLECTED = tuple(network.name for network in _ALL if network.collected)
"""The names of those that can be asked."""

TOKENS = re.compile("|".join(network.token_pattern for network in _ALL if network.token_pattern))
"""What looks like a token, whatever stands around it."""


def either(names: Sequence[str]) -> str:
    """`twitter, facebook or mastodon`."""
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def network_named(text: str) -> str:
    """The name of the network that people call so; a text that names none stays as it is."""
    return NAMES_AS_WRITTEN.get(text.lower(), text)
