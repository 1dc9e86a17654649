"""Facebook's Graph API, as far as a collector of a page's posts and comments meets it.

A token of a page sees everything on its wall. Other tokens see less, and Graph says so in a way of
its own: lists without authors, comments without ids, empty lists, or error 10.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fakes.graph_access import (
    PUBLIC_TOKEN,
    USER_TOKEN,
    Access,
    Allowance,
    answering,
    denied,
    page_token,
    sight,
)
from fakes.graph_answers import error, gone, refusal
from fakes.graph_fields import BadFields, Wanted, parsed
from fakes.graph_lists import START, Lists, after, before, place
from fakes.graph_objects import COMMENT_FIELDS, PAGE_FIELDS, POST_FIELDS, Writer, page_object
from fakes.server import Answer, Fake, cursor, position

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fakes.faults import Fault
    from fakes.graph_objects import Fields, Json
    from fakes.server import Request
    from fakes.world import Post, World

__all__ = ["PUBLIC_TOKEN", "USER_TOKEN", "Access", "FakeGraph", "page_token"]

_PATH = re.compile(r"/(v\d+\.\d+)/(?:([\w.]+)(?:/(\w+))?)?/?")
_USUAL_LIMIT, _MOST = 25, 100
_IDS_AT_ONCE = 50
_POSTS_A_YEAR = 600
_FEEDS = ("feed", "posts", "published_posts", "visitor_posts", "tagged")
_YES = ("1", "true")


class FakeGraph(Fake):
    """Graph, on `base_url`; `tokens` are what it accepts, and may be changed.

    Args:
        world: the truth.
        budget: calls of a page's token in a day; None: without end.
        regain: minutes for which a page is blocked that used up its budget.
        short_pages: every so many pages, one has half of what it could have; 0: never.
        empty_pages: every so many pages, one has nothing and yet a next page; 0: never, not 1.
        strict_ids: a lookup of several ids fails for one that is gone; False: leaves it out.
        posts_a_year: the newest posts of each year that a feed shows.
    """

    unknown_faults = ("402", "429-usage-capped")

    def __init__(
        self,
        world: World,
        *,
        budget: int | None = None,
        regain: int = 30,
        short_pages: int = 0,
        empty_pages: int = 0,
        strict_ids: bool = True,
        posts_a_year: int = _POSTS_A_YEAR,
        **options: Any,
    ) -> None:
        super().__init__(world, **options)
        pages = [account.account_id for account in world.accounts("facebook")]
        self.tokens = {page_token(page_id): Access("page", page_id) for page_id in pages} | {
            USER_TOKEN: Access("user", "900000000000001"),
            PUBLIC_TOKEN: Access("public", "900000000000002"),
        }
        self._allowance = Allowance(budget, regain, self.clock)
        self._short_pages, self._empty_pages = short_pages, empty_pages
        self._strict_ids = strict_ids
        self._n_pages = 0
        self._lists = Lists(world, posts_a_year)
        self._writer = Writer(world, self._nested)
        self._request: Request | None = None  # the one that is being answered

    # --- answers ------------------------------------------------------------------------------

    def respond(self, request: Request) -> Answer:
        self._request = request
        match = _PATH.fullmatch(request.path)
        version = answering(match[1], self.world.now.date()) if match else None
        if match is None or version is None:
            return error(2500, f"Unknown path components: {request.path}")
        access = self._access(request)
        if isinstance(access, Answer):
            return replace(access, headers={"facebook-api-version": version})
        if self._allowance.count(access.holder_id):
            answer = error(80001)
        else:
            try:
                answer = self._routed(request, access, match[2], match[3])
            except BadFields as problem:
                answer = error(problem.code, str(problem))
        headers = self._allowance.headers(access.holder_id)
        return replace(answer, headers={"facebook-api-version": version, **headers})

    def _routed(
        self, request: Request, access: Access, object_id: str | None, edge: str | None
    ) -> Answer:
        if object_id is None:
            return self._several(request.query, access)
        if object_id == "debug_token":
            return self._debugged(request)
        if object_id == "me" and edge == "accounts":
            return self._pages(access)
        node = access.holder_id if object_id == "me" else object_id
        if page_id := self._page_id(node):
            return self._of_page(request, access, page_id, edge)
        post = self.world.posts.get(("facebook", node))
        if post and self.world.exists(post):
            return self._of_post(request, access, post, edge)
        if node == access.holder_id and edge is None:
            return _json({"id": node, "name": "Une personne"})
        return gone(node)

    def _of_page(self, request: Request, access: Access, page_id: str, edge: str | None) -> Answer:
        if edge == "ratings":
            return error(12)
        if edge is not None and edge not in _FEEDS:
            message = f"(#100) Tried accessing nonexisting field ({edge}) on node type (Page)"
            return error(100, message)
        if edge is not None:
            posts = self._lists.feed(page_id, edge, request.query)
            no = denied(access, page_id)
            return no or self._page(request, access, posts, POST_FIELDS)
        handle = self.world.people["facebook", page_id].handle
        names = {
            "id": page_id,
            "name": handle.replace(".", " ").title(),
            "username": handle,
            "fan_count": 1200,
            "is_published": True,
            "link": f"https://www.facebook.com/{handle}",
        }
        if access.kind == "user" or access.holder_id == page_id:
            names["access_token"] = page_token(page_id)
        return _json(page_object(names, _checked(request.query.get("fields", ""), PAGE_FIELDS)))

    def _of_post(self, request: Request, access: Access, post: Post, edge: str | None) -> Answer:
        if edge == "comments":
            return self._comments(request, access, post)
        if edge is not None:
            message = f"(#100) Tried accessing nonexisting field ({edge}) on node type (Post)"
            return error(100, message)
        asked = request.query.get("fields", "")
        fields = _checked(asked, COMMENT_FIELDS if post.parent else POST_FIELDS)
        written = self._writer.json(post, fields, asked, sight(access, post.page))
        return Answer(written, items=(post.post_id,))

    def refuse(self, fault: Fault, request: Request) -> Answer:
        access = self._access(request)
        return refusal(fault, access.holder_id if isinstance(access, Access) else "0")

    def page_again(self, answer: Json, request: Request, *, same: bool) -> None:
        asked = request.query.get("after")
        where, look = (position(asked) if asked else None) or (START, 0)
        token = cursor(where, look if same else look + 1)
        self._request = request
        answer["paging"] = self._paging(request.path, token, token, request.query)

    def _access(self, request: Request) -> Access | Answer:
        """What the token of a request allows, or why it allows nothing."""
        token = _token(request)
        if not token:
            return error(104)
        access = self.tokens.get(token)
        if access is None:
            return error(190, "Invalid OAuth access token - Cannot parse access token")
        return access.trouble(self.world.now) or access

    # --- lists --------------------------------------------------------------------------------

    def _comments(self, request: Request, access: Access, post: Post) -> Answer:
        if no := denied(access, post.page or ""):
            return no
        # Without a page's token Graph gives an empty list, and no error.
        comments = [] if access.kind == "user" else self._lists.below(post, request.query)
        answer = self._page(request, access, comments, COMMENT_FIELDS)
        if answer.status == 200 and request.query.get("summary") in _YES:
            summary = {"order": "chronological", "total_count": len(comments), "can_comment": True}
            body = json.loads(answer.body) | {"summary": summary}
            return replace(answer, body=json.dumps(body, ensure_ascii=False).encode())
        return answer

    def _page(
        self, request: Request, access: Access, posts: Sequence[Post], known: set[str]
    ) -> Answer:
        """One page of a list."""
        query, asked = request.query, request.query.get("fields", "")
        limit, fields = int(query.get("limit", _USUAL_LIMIT)), _checked(asked, known)
        if not 0 < limit <= _MOST:
            return error(100, f"(#100) limit must be between 1 and {_MOST}")
        found = after(posts, query.get("after"))
        if found is None:
            return error(100, "(#100) Invalid cursors values, expecting an opaque string")
        start, look = found
        chosen = posts[start : start + self._size(limit)]
        data = [self._writer.json(post, fields, asked, sight(access, post.page)) for post in chosen]
        more = start + len(chosen) < len(posts)
        parts = [b'"data":[' + b",".join(data) + b"]"]
        if chosen or more:
            token = (
                cursor(place(chosen[-1])[1]) if chosen else cursor(before(posts, start), look + 1)
            )
            first = query.get("after") or cursor(START)
            options = query if more else None
            paging = self._paging(request.path, first, token, options)
            parts.append(b'"paging":' + json.dumps(paging).encode())
        return Answer(b"{" + b",".join(parts) + b"}", items=[post.post_id for post in chosen])

    def _size(self, limit: int) -> int:
        """How many items the next page has at most."""
        self._n_pages += 1
        if self._empty_pages and self._n_pages % self._empty_pages == 0:
            return 0
        short = self._short_pages and self._n_pages % self._short_pages == 0
        return max(limit // 2, 1) if short else limit

    def _paging(self, path: str, first: str, last: str, options: Mapping[str, str] | None) -> Json:
        """The cursors of a page and, with the options of the next one, its address.

        The token is in the address, as Graph has it there.
        """
        paging: Json = {"cursors": {"before": first, "after": last}}
        if options is not None and self._request:
            token = {"access_token": _token(self._request), "pretty": "0"}
            address = urlencode({**token, **options, "after": last})
            paging["next"] = f"https://graph.facebook.com{path}?{address}"
        return paging

    def _nested(self, post: Post, wanted: Wanted, seen: str) -> Json:
        """The first comments of a post, inside it."""
        found = [] if seen == "page" else self._lists.below(post, wanted.modifiers)
        chosen = found[: int(wanted.modifiers.get("limit", _USUAL_LIMIT))]
        data = [self._writer.object(each, wanted.fields, seen) for each in chosen]
        answer: Json = {"data": data}
        if chosen and self._request:
            path = f"/{self._request.path.split('/')[1]}/{post.post_id}/comments"
            options = wanted.modifiers if len(found) > len(chosen) else None
            last = cursor(place(chosen[-1])[1])
            answer["paging"] = self._paging(path, cursor(START), last, options)
        if wanted.modifiers.get("summary") in _YES:
            answer["summary"] = {"order": "chronological", "total_count": len(found)}
        return answer

    # --- single things ------------------------------------------------------------------------

    def _page_id(self, node: str) -> str | None:
        """The page that an id or a name stands for."""
        accounts = self.world.accounts("facebook")
        return next((a.account_id for a in accounts if node in (a.account_id, a.handle)), None)

    def _several(self, query: Mapping[str, str], access: Access) -> Answer:
        ids = [each for each in query.get("ids", "").split(",") if each]
        if not 1 <= len(ids) <= _IDS_AT_ONCE:
            message = f"(#100) Too many IDs. Maximum: {_IDS_AT_ONCE}. Provided: {len(ids)}"
            return error(100, message)
        asked, found = query.get("fields", ""), {}
        fields = parsed(asked) if asked else {}
        for object_id in ids:
            post = self.world.posts.get(("facebook", object_id))
            if post and self.world.exists(post):
                found[object_id] = self._writer.object(post, fields, sight(access, post.page))
            elif self._strict_ids:
                return gone(object_id)
        return _json(found)

    def _debugged(self, request: Request) -> Answer:
        access = self.tokens.get(request.secrets.get("input_token", ""))
        if access:
            return _json({"data": access.debugged(self.world.now)})
        problem = {"code": 190, "message": "Invalid OAuth access token."}
        return _json({"data": {"error": problem, "is_valid": False, "scopes": []}})

    def _pages(self, access: Access) -> Answer:
        """The pages of a person, each with its token."""
        if access.kind != "user":
            return error(100, "(#100) Tried accessing nonexisting field (accounts) on node type")
        data = [
            {"id": a.account_id, "name": a.handle, "access_token": page_token(a.account_id)}
            for a in self.world.accounts("facebook")
        ]
        return _json({"data": data})


def _token(request: Request) -> str:
    """In the address or in the header."""
    header = request.headers.get("Authorization", "").partition(" ")[2]
    return request.secrets.get("access_token") or header


def _checked(asked: str, known: set[str]) -> Fields:
    """The fields that are asked for, all of them known."""
    fields = parsed(asked) if asked else {}
    for name in fields:
        if name not in known:
            message = f"(#100) Tried accessing nonexisting field ({name})"
            raise BadFields(message, code=100)
    return fields


def _json(value: Json) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode())
