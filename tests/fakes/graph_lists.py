"""Lists of posts and comments: what stands where, in which order, and from which cursor on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fakes.server import position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from fakes.world import Post, World

__all__ = ["START", "Lists", "after", "before", "place"]

START = "start"  # the place before the first item


class Lists:
    """What is to be seen at present; kept until the world changes.

    Args:
        world: the truth.
        posts_a_year: the newest posts of each year that a feed shows.
    """

    def __init__(self, world: World, posts_a_year: int) -> None:
        self._world = world
        self._posts_a_year = posts_a_year
        self._kept: dict[tuple[str, ...], list[Post]] = {}
        self._kept_at: tuple[int, datetime] | None = None

    def _listed(self, key: tuple[str, ...], posts: Callable[[], Iterable[Post]]) -> list[Post]:
        """What is to be seen of some posts at present; kept until that changes."""
        state = self._world.revision, self._world.now
        if state != self._kept_at:
            self._kept, self._kept_at = {}, state
        if key not in self._kept:
            self._kept[key] = [post for post in posts() if self._world.exists(post)]
        return self._kept[key]

    def feed(self, page_id: str, edge: str, query: Mapping[str, str]) -> list[Post]:
        """The posts on a page, newest first."""
        if edge == "tagged":
            return []
        own = {"feed": None, "visitor_posts": False}.get(edge, True)
        key = ("feed", page_id, edge)

        def newest_first() -> Iterable[Post]:
            n_of_year: dict[int, int] = {}
            for post in reversed(self._world.wall(page_id)):
                n_of_year[post.sent_at.year] = n = n_of_year.get(post.sent_at.year, 0) + 1
                if n <= self._posts_a_year and own in (None, post.author.person_id == page_id):
                    yield post

        since, until = _moment(query.get("since")), _moment(query.get("until"))
        return [
            post
            for post in self._listed(key, newest_first)
            if (since is None or since <= post.sent_at) and (until is None or post.sent_at <= until)
        ]

    def below(self, post: Post, options: Mapping[str, str]) -> list[Post]:
        """The comments under a post or comment, in the order that is wanted."""
        stream = options.get("filter") == "stream"
        found = self._listed(
            ("comments", post.post_id, str(stream)),
            lambda: sorted(
                (each for each in post.root.thread() if _under(self._world, each, post, stream)),
                key=place,
            ),
        )
        return found[::-1] if options.get("order") == "reverse_chronological" else found


def after(posts: Sequence[Post], token: str | None) -> tuple[int, int] | None:
    """The number of the first item after a cursor, and the cursor's look; None: it is none."""
    if not token:
        return 0, 0
    found = position(token)
    if found is None or found[0] == START:
        return found and (0, found[1])
    last = int(found[0])
    falling = len(posts) > 1 and place(posts[0]) > place(posts[-1])
    numbers = (place(post)[1] for post in posts)
    return sum(number >= last if falling else number <= last for number in numbers), found[1]


def _under(world: World, comment: Post, post: Post, stream: bool) -> bool:
    """Whether a comment stands in the list of a post or comment."""
    above = world.answered(comment)
    while stream and above and above is not post:
        above = world.answered(above)
    return above is post


def place(post: Post) -> tuple[datetime, int]:
    """Where a post stands in order of time."""
    return post.sent_at, int(post.post_id.rpartition("_")[2])


def before(posts: Sequence[Post], number: int) -> str:
    """A cursor that stands before an item."""
    return str(place(posts[number - 1])[1]) if number else START


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
