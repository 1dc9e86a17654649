"""X's API v2, as far as a collector of mentions and replies meets it.

What it is true to: docs of August 2026 and what was seen in the wild (caps that end in silence,
answers of status 200 with errors in them, prices per post). The account of money is kept per post.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fakes import twitter_answers as say
from fakes.server import Answer, Fake, cursor, position
from fakes.twitter_lists import REACH, STEPS, Lists, buckets
from fakes.twitter_meters import LIMITS, PRICES, Purse, Windows
from fakes.twitter_posts import Renderer, instant, old_names
from fakes.twitter_posts import user as user_json
from fakes.twitter_query import (
    expansions,
    moment,
    page_token,
    post_fields,
    user_fields,
    whom,
    within,
    wrong,
)
from fakes.twitter_search import BadQuery

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Mapping

    from fakes.faults import Fault
    from fakes.server import Request
    from fakes.twitter_query import Shown
    from fakes.world import Person, Post, Version, World

__all__ = ["LIMITS", "PRICES", "TOKEN", "FakeX"]

Json = dict[str, Any]

TOKEN = "AAAAfakeXbearer0123456789"  # noqa: S105

_ROUTES = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"/2/users/(?P<user_id>\d+)/mentions", "mentions"),
        (r"/2/users/(?P<user_id>\d+)/tweets", "timeline"),
        (r"/2/tweets/search/recent", "search_recent"),
        (r"/2/tweets/search/all", "search_all"),
        (r"/2/tweets/counts/recent", "counts_recent"),
        (r"/2/tweets/counts/all", "counts_all"),
        (r"/2/tweets", "lookup"),
        (r"/2/users/me", "me"),
        (r"/2/users", "users"),
        (r"/2/users/by", "users"),
        (r"/2/users/by/username/(?P<username>\w+)", "users"),
        (r"/2/users/(?P<user_id>\d+)", "users"),
        (r"/2/usage/tweets", "usage"),
    )
)
_QUERY_LENGTH = {"recent": 512, "all": 1024}
_MONTH = timedelta(days=31)  # of a page of counts
_CAP_WITHOUT_REPLIES = 800
_NO_CAP = 1 << 40
_USUAL_SIZE = 10
_WINDOW = 900.0  # seconds of a rate limit
_START = "start"  # the place before the newest post


class FakeX(Fake):
    """X, on `base_url`.

    Args:
        world: the truth.
        spelling: of the names in answers: `old`, `new`, or those that were `asked` with.
        limits: requests in a window, by endpoint; what is not said is as in LIMITS.
        window: seconds of a rate limit.
        balance: dollars of credit; None: without end.
        monthly_cap: posts that may be read; None: without end.
        dedup: a post is paid once in a day of UTC, as X promises; False: each time that it is sent.
        me: the account whose own posts and mentions cost less, and that user tokens belong to.
        mention_cap: the newest mentions that can be had.
        post_cap: the newest posts of a user that can be had.
        reposts_in_mentions: whether reposts of a user's posts are among the mentions.
        user_tokens: bearer tokens of `me`; TOKEN is an app's.
    """

    unknown_faults = ("graph",)

    def __init__(
        self,
        world: World,
        *,
        spelling: str = "asked",
        limits: Mapping[str, int] | None = None,
        window: float = _WINDOW,
        balance: float | None = None,
        monthly_cap: int | None = None,
        dedup: bool = False,
        me: str | None = None,
        mention_cap: int = 800,
        post_cap: int = 3_200,
        reposts_in_mentions: bool = True,
        user_tokens: Iterable[str] = (),
        **options: Any,
    ) -> None:
        super().__init__(world, **options)
        self.spelling = spelling
        self.me = me
        self._windows = Windows(LIMITS | dict(limits or {}), window, self.clock)
        self._purse = Purse(balance, monthly_cap, dedup=dedup)
        self._caps = {"mentions": mention_cap, "timeline": post_cap}
        self._lists = Lists(world, reposts_in_mentions=reposts_in_mentions)
        self._user_tokens = frozenset(user_tokens)
        self._renderer = Renderer(world)

    # --- what tests ask -----------------------------------------------------------------------

    @property
    def paid(self) -> Counter[str]:
        """By post, how often it was paid."""
        return self._purse.paid

    @property
    def n_paid(self) -> int:
        """Posts that were paid, each time that they were."""
        return self.paid.total()

    @property
    def paid_twice(self) -> list[str]:
        """Posts that were paid more than once."""
        return sorted(post_id for post_id, times in self.paid.items() if times > 1)

    @property
    def spent(self) -> float:
        """Dollars."""
        return self._purse.spent

    # --- answers ------------------------------------------------------------------------------

    def respond(self, request: Request) -> Answer:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != TOKEN and token not in self._user_tokens:
            return say.unauthorised()
        found = ((pattern.fullmatch(request.path), name) for pattern, name in _ROUTES)
        match, endpoint = next(((m, name) for m, name in found if m), (None, ""))
        if match is None:
            return say.not_found()
        headers, over = self._windows.count(endpoint)
        if over:
            return say.too_many(headers)
        if refused := wrong(endpoint, request.query):
            return refused
        if endpoint == "me" and token not in self._user_tokens:
            return say.unsupported_authentication()
        answer = self._answers()[endpoint](request, endpoint, **match.groupdict())
        return replace(answer, headers={**headers, **answer.headers})

    def _answers(self) -> dict[str, Callable[..., Answer]]:
        return {
            "mentions": self._timeline,
            "timeline": self._timeline,
            "search_recent": self._search,
            "search_all": self._search,
            "counts_recent": self._counts,
            "counts_all": self._counts,
            "lookup": self._lookup,
            "me": self._users,
            "users": self._users,
            "usage": self._usage,
        }

    def refuse(self, fault: Fault, request: Request) -> Answer:
        found = (name for pattern, name in _ROUTES if pattern.fullmatch(request.path))
        limit = self._windows.limits[next(found, "users")]
        return say.refusal(fault, int(self.clock() + fault.seconds), limit)

    def page_again(self, answer: Json, request: Request, *, same: bool) -> None:
        asked = page_token(request.query)
        place, look = (position(asked) if asked else None) or (_START, 0)
        token = cursor(place, look if same else look + 1)
        answer["meta"] = answer.get("meta", {}) | {
            "next_token": token,
            "result_count": len(answer["data"]),
        }
        if not answer["data"]:
            del answer["data"]

    # --- money --------------------------------------------------------------------------------

    def settle(self, answer: Answer) -> Answer:
        def price(version_id: str) -> float:
            return PRICES["owned" if self._owned(version_id) else "post"]

        rest = answer.price + answer.n_users * PRICES["user"]
        came = self._purse.pay(answer.items, price, rest, self.world.now.date())
        refusals = {"credit": say.out_of_credit, "cap": say.usage_capped}
        return refusals[came]() if came in refusals else answer

    def _owned(self, version_id: str) -> bool:
        """X calls cheap what is by or to the account of the token."""
        if self.me is None:
            return False
        post = self.world.posts["twitter", version_id]
        named = self.world.mentioned(post, self.world.now)[1]
        return self.me in {post.author.person_id, *(person.person_id for person in named)}

    # --- posts --------------------------------------------------------------------------------

    def _timeline(self, request: Request, endpoint: str, user_id: str) -> Answer:
        person = self.world.people.get(("twitter", user_id))
        if person is None or person.protected:
            new, missing = self._new(request.query), person is None
            error = say.partial_error("user", "id", user_id, allowed=missing, new=new)
            return _json({"errors": [error]}, new=new)
        stream = "inbound" if endpoint == "mentions" else "outbound"
        exclude = frozenset(filter(None, request.query.get("exclude", "").split(",")))
        # Without replies X looks back less far.
        cap = min(_CAP_WITHOUT_REPLIES if "replies" in exclude else _NO_CAP, self._caps[endpoint])
        return self._page(request, self._lists.timeline(stream, user_id, exclude), cap)

    def _search(self, request: Request, endpoint: str) -> Answer:
        found = self._found(request.query, endpoint.removeprefix("search_"))
        return found if isinstance(found, Answer) else self._page(request, found, _NO_CAP)

    def _found(self, query: Mapping[str, str], archive: str) -> Shown | Answer:
        """The posts that a query finds, or why it finds none."""
        text, earliest = query.get("query", ""), self.world.now - REACH[archive]
        if not 0 < len(text) <= _QUERY_LENGTH[archive]:
            return say.bad_request("Query length is not valid", query=text)
        since = moment(query.get("start_time"))
        # A minute's grace: the client took some time to ask.
        if since and since < earliest - timedelta(minutes=1):
            message = f"Invalid 'start_time':'{since}'. 'start_time' must be on or after {earliest}"
            return say.bad_request(message, start_time=query["start_time"])
        try:
            return self._lists.search(text, archive)
        except BadQuery as error:
            return say.bad_request(str(error), query=text)

    def _page(self, request: Request, shown: Shown, cap: int) -> Answer:
        """One page of a list of which only the newest `cap` can be had.

        What is deleted or hidden has its place on a page and under the cap, and is left out of it.
        """
        query, before = request.query, None
        if token := page_token(query):
            place = position(token)
            if place is None:
                return say.bad_request("Invalid pagination token", pagination_token=token)
            before = None if place[0] == _START else int(place[0])
        rows, size = within(shown, query, before), int(query.get("max_results", _USUAL_SIZE))
        page = shown[rows.start : min(rows.start + size, rows.stop, cap)]
        more = cursor(page[-1][0]) if page and len(rows) > len(page) else None
        seen = [row for row in page if self._lists.is_seen(row[1])]
        return self._posts(query, seen, more)

    def _posts(self, query: Mapping[str, str], page: Shown, more: str | None) -> Answer:
        new, ids = self._new(query), [version.version_id for _, _, version in page]
        meta: Json = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": ids[0], "oldest_id": ids[-1]}
        if more:
            meta["next_token"] = more
        fields = post_fields(query)
        data = [self._renderer.json(post, version, fields, new=new) for _, post, version in page]
        includes, others, n_users = self._includes(query, page)
        parts = [b'"data":[' + b",".join(data) + b"]"] if page else []
        parts += [b'"includes":' + _dumped(includes, new=new)] if includes else []
        parts.append(b'"meta":' + _dumped(meta, new=new))
        body = b"{" + b",".join(parts) + b"}"
        return Answer(body, items=(*ids, *others), n_users=n_users)

    def _includes(self, query: Mapping[str, str], page: Shown) -> tuple[Json, list[str], int]:
        """What `expansions` add to a page: for the answer, the posts and the number of users."""
        wanted, includes = expansions(query), {}
        users: dict[str, Person] = {}
        if "author_id" in wanted:
            users |= {post.author.person_id: post.author for _, post, _ in page}
        others: dict[str, tuple[Post, Version]] = {}
        if "referenced_posts" in wanted:
            for _, post, _ in page:
                for other in filter(None, (post.parent, post.about)):
                    if self.world.exists(other):
                        version = other.seen(post.sent_at)
                        others[version.version_id] = other, version
        if users:
            shown = user_fields(query)
            includes["users"] = [user_json(each, shown) for each in users.values()]
        if others:
            fields = post_fields(query)
            written = (self._renderer.json(*each, fields, new=True) for each in others.values())
            includes["posts"] = [json.loads(each) for each in written]
        return includes, list(others), len(users)

    def _lookup(self, request: Request, endpoint: str) -> Answer:  # noqa: ARG002
        ids = [each for each in request.query.get("ids", "").split(",") if each]
        if not 1 <= len(ids) <= 100:
            return say.bad_request(f"size must be between 1 and 100 but is {len(ids)}", ids="")
        new, page, errors = self._new(request.query), [], []
        for version_id in dict.fromkeys(ids):
            post = self.world.posts.get(("twitter", version_id))
            if post is None or not self.world.exists(post):
                errors.append((version_id, True))
            elif self.world.people["twitter", post.author.person_id].protected:
                errors.append((version_id, False))
            else:
                version = next(v for v in post.versions if v.version_id == version_id)
                page.append((int(version_id), post, version))
        answer = self._posts(request.query, page, None)
        body = json.loads(answer.body) | {"meta": {"result_count": len(page)}}
        if errors:
            body["errors"] = [
                say.partial_error("post", "ids", each, allowed=missing, new=new)
                for each, missing in errors
            ]
        return replace(answer, body=json.dumps(body, ensure_ascii=False).encode())

    def _counts(self, request: Request, endpoint: str) -> Answer:
        archive, query, now = endpoint.removeprefix("counts_"), request.query, self.world.now
        found = self._found(query, archive)
        if isinstance(found, Answer):
            return found
        since = moment(query.get("start_time")) or now - min(REACH[archive], _MONTH)
        until = min(moment(query.get("end_time")) or now, now)
        if token := page_token(query):
            place = position(token)
            until = datetime.fromisoformat(place[0]) if place else until
        first = max(since, until - _MONTH)
        moments = [found[row][2].at for row in within(found, query)]
        data = buckets(moments, first, until, STEPS[query.get("granularity", "hour")])
        meta: Json = {"total_post_count": sum(each["post_count"] for each in data)}
        if first > since:
            meta["next_token"] = cursor(first.isoformat())
        answer = _json({"data": data, "meta": meta}, new=self._new(query))
        return replace(answer, price=PRICES[endpoint])

    # --- users, usage -------------------------------------------------------------------------

    def _users(self, request: Request, endpoint: str, **one: str) -> Answer:
        query, new = request.query, self._new(request.query)
        parameter, values, alone = whom(query, one)
        if endpoint == "me":
            parameter, values, alone = "id", [self.me or ""], True
        found = {value: self._user(parameter, value) for value in values}
        fields = user_fields(query)
        data = [user_json(person, fields) for person in found.values() if person]
        errors = [
            say.partial_error("user", parameter, value, allowed=True, new=new)
            for value, person in found.items()
            if person is None
        ]
        body: Json = {"data": data[0] if alone else data} if data else {}
        answer = _json(body | ({"errors": errors} if errors else {}), new=new)
        return replace(answer, n_users=len(data))

    def _user(self, parameter: str, value: str) -> Person | None:
        if parameter.startswith("username"):
            return self.world.named("twitter", value)
        return self.world.people.get(("twitter", value))

    def _usage(self, request: Request, endpoint: str) -> Answer:  # noqa: ARG002
        today = {"date": instant(self.world.now), "usage": str(self.n_paid)}
        usage = {
            "project_id": "900000000000000001",
            "project_cap": str(self._purse.monthly_cap or 3_000_000),
            "project_usage": str(self.n_paid),
            "cap_reset_day": 1,
            "daily_project_usage": {"project_id": "900000000000000001", "usage": [today]},
        }
        return _json({"data": usage}, new=True)

    def _new(self, query: Mapping[str, str]) -> bool:
        """Whether to answer in the names since August 2026."""
        asked = "post.fields" in query or "referenced_posts" in query.get("expansions", "")
        return self.spelling == "new" or (self.spelling == "asked" and asked)


def _dumped(value: Json, *, new: bool) -> bytes:
    return json.dumps(value if new else old_names(value), ensure_ascii=False).encode()


def _json(value: Json, *, new: bool) -> Answer:
    return Answer(_dumped(value, new=new))
