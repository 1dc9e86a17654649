"""Pages, posts and comments as Graph writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fakes.graph_fields import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from fakes.world import Post, World

__all__ = ["COMMENT_FIELDS", "PAGE_FIELDS", "POST_FIELDS", "Writer", "dated"]

Json = dict[str, Any]
Fields = dict[str, Wanted]

PAGE_FIELDS = {"access_token", "fan_count", "id", "is_published", "link", "name", "username"}
POST_FIELDS = {
    "comments", "created_time", "from", "id", "is_hidden", "is_published", "message",
    "message_tags", "permalink_url", "shares", "status_type", "story", "to", "updated_time",
}  # fmt: skip
COMMENT_FIELDS = {
    "attachment", "can_comment", "comment_count", "comments", "created_time", "from", "id",
    "is_hidden", "like_count", "message", "message_tags", "object", "parent", "permalink_url",
}  # fmt: skip
_USUAL_OF_POST = ("created_time", "message", "id")
_USUAL_OF_COMMENT = ("created_time", "from", "message", "id")
_USUAL_OF_PERSON = ("name", "id")


def dated(moment: datetime) -> str:
    """A date as Graph writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")


class Writer:
    """Writes objects for somebody who may see all authors, or not.

    Args:
        world: the truth.
        comments: the page of an object's comments that a nested field wants.
    """

    def __init__(self, world: World, comments: Callable[[Post, Wanted, str], Json]) -> None:
        self._world = world
        self._comments = comments
        self._kept: dict[tuple[int, str, str], bytes] = {}
        self._kept_at: tuple[int, datetime] | None = None

    def json(self, post: Post, fields: Fields, asked: str, sight: str) -> bytes:
        """An object, kept until the world changes.

        Args:
            post: the post or comment.
            fields: of it.
            asked: the text that the fields were read from.
            sight: what the token lets one see: `all`, `page` (no citizens), or `public` (besides,
                no ids of comments).
        """
        state = self._world.revision, self._world.now
        if state != self._kept_at:
            self._kept, self._kept_at = {}, state
        key = id(post), asked, sight
        if key not in self._kept:
            written = self.object(post, fields, sight)
            self._kept[key] = json.dumps(written, ensure_ascii=False).encode()
        return self._kept[key]

    def object(self, post: Post, fields: Fields, sight: str) -> Json:
        """An object; its id is there whether wanted or not, as in Graph."""
        usual = _USUAL_OF_COMMENT if post.parent else _USUAL_OF_POST
        wanted = fields or dict.fromkeys(usual, Wanted())
        everything = self._plain(post)
        found = {name: everything[name] for name in wanted if name in everything}
        if "from" in wanted and (author := self._author(post, wanted["from"], sight)):
            found["from"] = author
        above = self._world.answered(post)
        if "parent" in wanted and above and above.parent:
            found["parent"] = self.object(above, wanted["parent"].fields, sight)
        if "comments" in wanted:
            found["comments"] = self._comments(post, wanted["comments"], sight)
        if not (sight == "public" and post.parent):
            found["id"] = post.post_id
        return found

    def _author(self, post: Post, wanted: Wanted, sight: str) -> Json | None:
        author = self._world.people["facebook", post.author.person_id]
        citizen = author.person_id != post.page
        if citizen and (author.anonymous or sight != "all"):
            return None
        known = {"id": author.person_id, "name": author.handle.replace(".", " ")}
        return {name: known[name] for name in wanted.fields or _USUAL_OF_PERSON if name in known}

    def _plain(self, post: Post) -> Json:
        """What needs no decision."""
        thread = [each for each in post.thread() if self._world.exists(each)]
        number = post.post_id.rpartition("_")[2]
        below = post.root.post_id.rpartition("_")[2]
        suffix = f"?comment_id={number}" if post.parent else ""
        return {
            "created_time": dated(post.sent_at),
            "updated_time": dated(max((each.sent_at for each in thread), default=post.sent_at)),
            "message": post.seen(self._world.now).text,
            "permalink_url": f"https://www.facebook.com/{post.page}/posts/{below}{suffix}",
            "is_published": True,
            "is_hidden": False,
            "comment_count": sum(self._world.answered(each) is post for each in thread),
            "like_count": 0,
            "can_comment": True,
        }


def page_object(names: Mapping[str, Any], wanted: Fields) -> Json:
    """A page, with its name and id if nothing else is wanted."""
    return {name: names[name] for name in wanted or _USUAL_OF_PERSON if name in names} | {
        "id": names["id"]
    }
