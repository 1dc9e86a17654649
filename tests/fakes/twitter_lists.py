"""What X has at present: timelines and what searches find, newest first, and counts of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fakes.twitter_posts import instant
from fakes.twitter_search import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fakes.twitter_query import Shown
    from fakes.world import Post, World

__all__ = ["REACH", "STEPS", "Lists", "buckets"]

REACH = {"recent": timedelta(days=7), "all": timedelta(days=7_500)}  # of searches
STEPS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


class Lists:
    """Lists of posts in the version that is shown, kept until the world changes.

    Args:
        world: the truth.
        reposts_in_mentions: whether reposts of a user's posts are among the mentions.
    """

    def __init__(self, world: World, *, reposts_in_mentions: bool) -> None:
        self._world = world
        self._reposts_in_mentions = reposts_in_mentions
        self._kept: dict[tuple[str, ...], Shown] = {}
        self._kept_at: tuple[int, datetime] | None = None

    def timeline(self, stream: str, user_id: str, exclude: frozenset[str]) -> Shown:
        """What a user wrote (`outbound`), or what names them (`inbound`), deleted posts included.

        Args:
            stream: one of both.
            user_id: of the user.
            exclude: `replies`, `retweets`.
        """

        def posts() -> Iterable[Post]:
            accounts = self._world.accounts("twitter")
            account = next((each for each in accounts if each.account_id == user_id), None)
            lists = {"inbound": self._world.inbound, "outbound": self._world.outbound}
            reposts = "retweets" not in exclude
            if stream == "inbound":
                reposts &= self._reposts_in_mentions
            for post in lists[stream](account) if account else ():
                if (reposts or not post.repost) and not ("replies" in exclude and post.parent):
                    yield post

        return self._listed((stream, user_id, *sorted(exclude)), posts)

    def is_seen(self, post: Post) -> bool:
        """Whether X shows a post at present."""
        author = self._world.people["twitter", post.author.person_id]
        return self._world.exists(post) and not author.protected

    def search(self, query: str, archive: str) -> Shown:
        """What a query finds.

        Args:
            query: in X's language.
            archive: a key of REACH.

        Raises:
            BadQuery: it is none.
        """
        wanted = compiled(query, self._world)
        reach = self._world.now - REACH[archive]

        def posts() -> Iterable[Post]:
            return (
                post
                for _, post, version in everything
                if version.at >= reach and wanted(post) and self.is_seen(post)
            )

        everything = self._listed(("everything",), self._everything)
        return self._listed(("search", archive, query), posts)

    def _everything(self) -> Iterable[Post]:
        posts = (post for (network, _), post in self._world.posts.items() if network == "twitter")
        return dict.fromkeys(posts)  # an edited one stands there by each of its ids

    def _listed(self, key: tuple[str, ...], posts: Callable[[], Iterable[Post]]) -> Shown:
        state = self._world.revision, self._world.now
        if state != self._kept_at:
            self._kept, self._kept_at = {}, state
        if key not in self._kept:
            shown = ((post, post.seen(self._world.now)) for post in posts())
            rows = [(int(version.version_id), post, version) for post, version in shown]
            self._kept[key] = sorted(rows, key=lambda row: row[0], reverse=True)
        return self._kept[key]


def buckets(
    moments: Sequence[datetime], since: datetime, until: datetime, step: timedelta
) -> list[dict[str, Any]]:
    """How many of the moments lie in each step of an interval, in the new names."""
    found, start = [], since
    while start < until:
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        end = min(midnight + ((start - midnight) // step + 1) * step, until)
        count = sum(start <= moment < end for moment in moments)
        found.append({"start": instant(start), "end": instant(end), "post_count": count})
        start = end
    return found
