"""X's query language, as far as somebody who looks for mentions and replies needs it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.world import Post, World

__all__ = ["BadQuery", "compiled"]

_TOKEN = re.compile(r'\s*(\(|\)|-?"[^"]*"|-?[^\s()]+)')
_KINDS: dict[str, Callable[[Post], bool]] = {
    "retweet": lambda post: post.repost,
    "reply": lambda post: post.parent is not None,
    "quote": lambda post: post.about is not None and not post.repost,
}


class BadQuery(Exception):
    """X refuses the query; `str(error)` says why."""


def compiled(query: str, world: World) -> Callable[[Post], bool]:
    """Whether a post is what a query looks for; reposts never are, since May 2026.

    Raises:
        BadQuery: it is none, or has no operator that can stand alone.
    """
    tokens = _TOKEN.findall(query)
    parser = _Parser(world, tokens)
    wanted = parser.either()
    if parser.place < len(tokens):
        raise BadQuery("missing opening parenthesis")
    if not parser.standalone:
        raise BadQuery("there must be at least one standalone operator in your query")
    return lambda post: not post.repost and wanted(post)


@dataclass
class _Parser:
    world: World
    tokens: list[str]
    place: int = 0
    standalone: bool = False  # an operator was met that may stand alone

    def either(self) -> Callable[[Post], bool]:
        """`a b OR c`: AND binds closer."""
        choices = [self.both()]
        while self._next() == "OR":
            self.place += 1
            choices.append(self.both())
        return lambda post: any(choice(post) for choice in choices)

    def both(self) -> Callable[[Post], bool]:
        parts: list[Callable[[Post], bool]] = []
        while self._next() not in (None, ")", "OR"):
            parts.append(self._part())
        if not parts:
            raise BadQuery("an operand is missing")
        return lambda post: all(part(post) for part in parts)

    def _next(self) -> str | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def _part(self) -> Callable[[Post], bool]:
        token = self.tokens[self.place]
        self.place += 1
        if token == "(":  # noqa: S105
            inside = self.either()
            if self._next() != ")":
                raise BadQuery("missing closing parenthesis")
            self.place += 1
            return inside
        if token.startswith("-"):
            wanted = self._operator(token[1:], negated=True)
            return lambda post: not wanted(post)
        return self._operator(token, negated=False)

    def _operator(self, token: str, *, negated: bool) -> Callable[[Post], bool]:
        name, colon, value = token.partition(":")
        if not colon:
            self.standalone |= not negated
            return self._named(token[1:]) if token.startswith("@") else _saying(token)
        if name == "is" and value in _KINDS:
            return _KINDS[value]
        if name == "lang":
            return lambda post: post.language == value
        self.standalone |= not negated
        if name == "from":
            return lambda post: (
                value.lower()
                in (
                    post.author.person_id,
                    post.author.handle.lower(),
                )
            )
        if name == "to":
            return lambda post: (
                post.parent is not None
                and value.lower()
                in (
                    post.parent.author.person_id,
                    post.parent.author.handle.lower(),
                )
            )
        if name == "conversation_id":
            return lambda post: post.root.post_id == value
        if name == "in_reply_to_tweet_id":
            return lambda post: post.parent is not None and _is(post.parent, value)
        if name == "quotes_of_tweet_id":
            return lambda post: post.about is not None and _is(post.about, value)
        raise BadQuery(f"Reference to invalid operator '{name}'")

    def _named(self, handle: str) -> Callable[[Post], bool]:
        world, wanted = self.world, handle.lower()
        return lambda post: wanted in map(str.lower, world.mentioned(post, world.now)[0])


def _saying(word: str) -> Callable[[Post], bool]:
    wanted = word.strip('"').lower()
    return lambda post: wanted in post.versions[-1].text.lower()


def _is(post: Post, version_id: str) -> bool:
    return any(version.version_id == version_id for version in post.versions)
