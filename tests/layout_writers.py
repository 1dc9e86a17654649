"""What the tools that people collect with make of the same posts: one small function for each.

Each writes the columns of its tool in their order, with those that nobody needs empty or constant.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from fakes.twitter_posts import POST_FIELDS, Renderer, user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from fakes.world import Person, Post, World

__all__ = ["WRITERS", "account_js", "facepager", "graph", "x_pages"]

Json = dict[str, Any]

_PARIS = ZoneInfo("Europe/Paris")
_PAGE = 100
_V1_TIME = "%a %b %d %H:%M:%S +0000 %Y"


# --- X's own --------------------------------------------------------------------------------------


def x_pages(world: World, posts: Sequence[Post]) -> str:
    """Pages of the X API v2, one a line."""
    return _lines(
        {
            "data": _v2(world, posts[start : start + _PAGE]),
            "includes": {"users": _users(posts[start : start + _PAGE])},
            "meta": {"result_count": len(posts[start : start + _PAGE])},
        }
        for start in range(0, len(posts), _PAGE)
    )


def x_v1(world: World, posts: Sequence[Post]) -> str:
    """Posts of the X API v1.1, one a line."""
    return _lines(_v1(world, post) for post in posts)


def x_v1_stream(world: World, posts: Sequence[Post]) -> str:
    """What its stream sent: texts of 140 characters with the whole one beside it, and notices."""
    lines: list[Json] = [_of_stream(world, post) for post in posts]
    lines.insert(1, {"delete": {"status": {"id_str": posts[0].post_id, "user_id_str": "1"}}})
    lines.insert(3, {"limit": {"track": 12, "timestamp_ms": "1793000000000"}})
    return _lines(lines)


def x_v1_search(world: World, posts: Sequence[Post]) -> str:
    """Answers of its search, one a line."""
    return _lines(
        {
            "statuses": [_v1(world, post) for post in posts[start : start + _PAGE]],
            "search_metadata": {"count": _PAGE, "query": "%40VilleClairval"},
        }
        for start in range(0, len(posts), _PAGE)
    )


def x_v1_array(world: World, posts: Sequence[Post]) -> str:
    """Its timeline: an array."""
    return json.dumps([_v1(world, post) for post in posts], ensure_ascii=False, indent=1)


def x_archive(world: World, posts: Sequence[Post], name: str = "tweets") -> str:
    """The account's own posts, in the script that an archive has for its pages."""
    found = [{"tweet": _without(_v1(world, post), "user", "quoted_status")} for post in posts]
    for each in found:  # an archive does not say what a post repeats, but in its text
        each["tweet"].pop("retweeted_status", None)
    return f"window.YTD.{name}.part0 = {json.dumps(found, ensure_ascii=False, indent=2)}"


def account_js(person: Person) -> str:
    """The file beside it that says whose the archive is."""
    said = [
        {
            "account": {
                "email": "contact@example.org",
                "createdVia": "web",
                "username": person.handle,
                "accountId": person.person_id,
                "createdAt": "2012-05-01T08:00:00.000Z",
                "accountDisplayName": person.handle,
            }
        }
    ]
    return f"window.YTD.account.part0 = {json.dumps(said, indent=2)}"


# --- CSV ------------------------------------------------------------------------------------------


def twarc_csv(world: World, posts: Sequence[Post]) -> str:
    """twarc-csv: of a repost, the text is that of the original."""
    rows = []
    for post, said in zip(posts, _v2(world, posts), strict=True):
        original = _v2(world, [post.about])[0] if post.repost and post.about else said
        references = {each["type"]: each["id"] for each in said.get("referenced_tweets", ())}
        mentions = original.get("entities", {}).get("mentions")
        rows.append(
            {
                **{name: said.get(name) for name in _TWARC if name in said},
                "text": original["text"].replace("\n", r"\n"),
                **{f"referenced_tweets.{kind}.id": each for kind, each in references.items()},
                "author.id": post.author.person_id,
                "author.username": post.author.handle,
                "author.name": post.author.handle,
                "entities.mentions": mentions and json.dumps(mentions),
                "edit_history_tweet_ids": json.dumps(said["edit_history_tweet_ids"]),
                "public_metrics.like_count": 0,
                "possibly_sensitive": False,
                "__twarc.version": "2.14.0",
            }
        )
    return _csv(_TWARC, rows)


def minet(world: World, posts: Sequence[Post]) -> str:
    """minet: what it names is sorted, and a quote has the text that it quotes in its own."""
    rows = []
    for post in posts:
        reposted, quoted = _about(post)
        named = sorted(_named(world, post), key=lambda each: each.handle.lower())
        rows.append(
            {
                "id": post.post_id,
                "timestamp_utc": int(post.sent_at.timestamp()),
                "local_time": post.sent_at.astimezone(_PARIS).strftime("%Y-%m-%dT%H:%M:%S"),
                "user_screen_name": post.author.handle,
                "text": post.versions[-1].text,
                "possibly_sensitive": 0,
                "retweet_count": 0,
                "like_count": 0,
                "reply_count": 0,
                "lang": post.language or "und",
                "to_username": post.parent and post.parent.author.handle,
                "to_userid": post.parent and post.parent.author.person_id,
                "to_tweetid": post.parent and post.parent.post_id,
                "user_id": post.author.person_id,
                "user_name": post.author.handle,
                "collected_via": "search",
                "match_query": 1,
                "retweeted_id": reposted and reposted.post_id,
                "quoted_id": quoted and quoted.post_id,
                "mentioned_names": "|".join(each.handle.lower() for each in named),
                "mentioned_ids": "|".join(each.person_id for each in named),
            }
        )
    return _csv(_MINET, rows)


def four_cat(world: World, posts: Sequence[Post]) -> str:
    """4CAT: no identifier of what is answered."""
    rows = [
        {
            "id": post.post_id,
            "thread_id": post.root.post_id,
            "timestamp": post.sent_at.strftime("%Y-%m-%d %H:%M:%S"),
            "unix_timestamp": int(post.sent_at.timestamp()),
            "link": f"https://twitter.com/{post.author.handle}/status/{post.post_id}",
            "body": _escaped(post.versions[-1].text),
            "author": post.author.handle,
            "author_fullname": post.author.handle,
            "author_id": post.author.person_id,
            "language_guess": post.language or "und",
            "possibly_sensitive": "no",
            "retweet_count": 0,
            "is_retweet": _yes(post.repost),
            "is_quote_tweet": _yes(post.about is not None and not post.repost),
            "is_reply": _yes(post.parent is not None),
            "replied_user": post.parent and post.parent.author.handle,
            "mentions": ",".join(each.handle for each in _named(world, post)),
        }
        for post in posts
    ]
    return _csv(_4CAT, rows)


def four_cat_ndjson(world: World, posts: Sequence[Post]) -> str:
    """4CAT's own form: posts of the X API v2 with what their page says about them inside."""
    return _lines(
        said
        | {
            "author_user": {"id": post.author.person_id, "username": post.author.handle},
            "author_username": post.author.handle,
        }
        for post, said in zip(posts, _v2(world, posts), strict=True)
    )


def web_exporter(world: World, posts: Sequence[Post]) -> str:
    """twitter-web-exporter: texts in quotation marks, numbers and what is missing without."""
    del world
    lines = [",".join(_WEB_EXPORTER)]
    for post in posts:
        reposted, quoted = _about(post)
        at = post.sent_at.astimezone(_PARIS)
        cells = [
            post.post_id,
            f"{at:%Y-%m-%d %H:%M:%S} {at.isoformat()[-6:]}",
            _escaped(post.versions[-1].text).replace("\n", r"\n"),
            "[]",
            post.author.handle,
            post.author.handle,
            "https://example.org/photo.jpg",
            post.author.person_id,
            *(each and each.post_id for each in (post.parent, reposted, quoted)),
            "[]",
            *(0, 0, 0, 0, 0, 0, "false", "false", "false"),
            f"https://x.com/{post.author.handle}/status/{post.post_id}",
        ]
        lines.append(",".join(map(_of_script, cells)))
    return "\ufeff" + "\n".join([*lines, ""])


def twint(world: World, posts: Sequence[Post]) -> str:
    """twint, run in Paris: no identifier of what is answered, only to whom."""
    rows = []
    for post in posts:
        at, (_, quoted) = post.sent_at.astimezone(_PARIS), _about(post)
        named = [_of_twint(each) for each in _named(world, post)]
        rows.append(
            {
                "id": post.post_id,
                "conversation_id": post.root.post_id,
                "created_at": at.strftime("%Y-%m-%d %H:%M:%S %Z"),
                "date": at.strftime("%Y-%m-%d"),
                "time": at.strftime("%H:%M:%S"),
                "timezone": "+0100",  # of the day of the collection
                "user_id": post.author.person_id,
                "username": post.author.handle,
                "name": post.author.handle,
                "tweet": _escaped(post.versions[-1].text).replace("\n", " "),
                "language": post.language or "und",
                "mentions": [] if post.parent else named,
                "urls": [],
                "photos": [],
                "replies_count": 0,
                "retweets_count": 0,
                "likes_count": 0,
                "hashtags": [],
                "cashtags": [],
                "link": f"https://twitter.com/{post.author.handle}/status/{post.post_id}",
                "retweet": post.repost,
                "quote_url": quoted and f"https://twitter.com/i/status/{quoted.post_id}",
                "video": 0,
                "reply_to": named if post.parent else [],
            }
        )
    return _csv(_TWINT, rows)


def care(world: World, posts: Sequence[Post]) -> str:
    """The sample of customer support: bodies under their handles, citizens under their numbers."""
    bodies = {account.account_id: account.handle for account in world.accounts("twitter")}
    rows = [
        {
            "tweet_id": post.post_id,
            "author_id": bodies.get(post.author.person_id, post.author.person_id),
            "inbound": post.author.person_id not in bodies,
            "created_at": _v1_time(post),
            "text": _numbered(world, post, bodies),
            "response_tweet_id": ",".join(answer.post_id for answer in post.answers),
            "in_response_to_tweet_id": post.parent and post.parent.post_id,
        }
        for post in posts
    ]
    return _csv(list(rows[0]), rows)


# --- JSON of scrapers -----------------------------------------------------------------------------


def twscrape(world: World, posts: Sequence[Post]) -> str:
    """twscrape."""
    return _lines(_scraped(world, post) for post in posts)


def snscrape(world: World, posts: Sequence[Post]) -> str:
    """snscrape, before twscrape: texts are called content, and identifiers are numbers."""
    strings = ("id_str", "conversationIdStr", "inReplyToTweetIdStr")
    found = []
    for post in posts:
        said = _without(_scraped(world, post), *strings)
        said["content"] = said.pop("rawContent")
        people = [said["user"], said["inReplyToUser"], *said["mentionedUsers"]]
        for person in filter(None, people):
            del person["id_str"]
        for other in filter(None, (said["retweetedTweet"], said["quotedTweet"])):
            del other["id_str"]
        found.append(said | {"date": said["date"].replace(" ", "T")})
    return _lines(found)


def zeeschuimer(world: World, posts: Sequence[Post]) -> str:
    """Zeeschuimer: what X sends to its own pages."""
    return _lines(_captured(world, post, ("core",)) for post in posts)


def zeeschuimer_older(world: World, posts: Sequence[Post]) -> str:
    """The same before X moved the names of people in 2025."""
    return _lines(_captured(world, post, ("legacy",)) for post in posts)


# --- Facebook -------------------------------------------------------------------------------------


def graph(world: World, posts: Sequence[Post]) -> list[tuple[Json, str, Json | None]]:
    """What Facebook's Graph API says: items, the page they stand on, and the post above them."""
    found = []
    for post in posts:
        answered = world.answered(post)
        item = _graph_item(post)
        if answered and answered is not post.root:
            item["parent"] = _graph_item(answered)
        above = _graph_item(post.root) if post.parent else None
        found.append((item, str(post.page), above))
    return found


def facepager(world: World, posts: Sequence[Post]) -> str:
    """Facepager: nodes with numbers of its own, the page as a seed, and what it left over."""
    pages = list(dict.fromkeys(str(post.page) for post in posts))
    nodes = {page: number for number, page in enumerate(pages, 1)}
    rows = [_node(0, nodes[page], "None", page, "seed") for page in pages]
    for post in posts:
        answered = world.answered(post)
        above = nodes[answered.post_id] if answered else nodes[str(post.page)]
        nodes[post.post_id] = number = len(nodes) + 1
        level = 1 if answered is None else 2 if answered is post.root else 3
        rows.append(
            _node(level, number, above, post.post_id, "data")
            | {
                "message": post.versions[-1].text.replace("\n", " "),
                "created_time": post.sent_at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
                "from.id": "" if post.author.anonymous else post.author.person_id,
                "from.name": "" if post.author.anonymous else post.author.handle,
            }
        )
    rows.append(_node(1, len(nodes) + 1, 1, "None", "offcut"))
    return "\ufeff" + _csv(_FACEPAGER, rows, delimiter=";", quoting=csv.QUOTE_ALL, end="\r\n")


def crowdtangle(world: World, posts: Sequence[Post]) -> str:
    """CrowdTangle: the posts of pages, in the time of whoever exported them."""
    del world
    rows = []
    for post in posts:
        at = post.sent_at.astimezone(ZoneInfo("America/New_York"))
        rows.append(
            dict.fromkeys(_CROWDTANGLE, "")
            | {
                "Page Name": post.author.handle,
                "User Name": post.author.handle,
                "Facebook Id": post.author.person_id,
                "Page Category": "GOVERNMENT_ORGANIZATION",
                "Page Admin Top Country": "FR",
                "Post Created": at.strftime("%Y-%m-%d %H:%M:%S %Z"),
                "Post Created Date": at.strftime("%Y-%m-%d"),
                "Post Created Time": at.strftime("%H:%M:%S"),
                "Type": "Status",
                "Total Interactions": "1,204",
                "URL": f"https://www.facebook.com/{post.page}/posts/"
                + post.post_id.partition("_")[2],
                "Message": post.versions[-1].text,
            }
        )
    return _csv(_CROWDTANGLE, rows)


WRITERS: Mapping[str, tuple[str, Callable[[World, Sequence[Post]], str]]] = {
    "twarc-csv": ("csv", twarc_csv),
    "minet": ("csv", minet),
    "4cat": ("csv", four_cat),
    "4cat-ndjson": ("ndjson", four_cat_ndjson),
    "twitter-web-exporter": ("csv", web_exporter),
    "twint": ("csv", twint),
    "care": ("csv", care),
    "x-v1": ("jsonl", x_v1),
    "x-v1-stream": ("jsonl", x_v1_stream),
    "x-v1-search": ("jsonl", x_v1_search),
    "x-v1-array": ("json", x_v1_array),
    "twscrape": ("jsonl", twscrape),
    "snscrape": ("jsonl", snscrape),
    "zeeschuimer": ("ndjson", zeeschuimer),
    "zeeschuimer-older": ("ndjson", zeeschuimer_older),
}
"""Of posts on X by many: the ending of the file, and what writes it."""


# --- parts ----------------------------------------------------------------------------------------


def _lines(documents: Iterable[Json]) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in documents)


def _csv(
    columns: Sequence[str],
    rows: Iterable[Json],
    *,
    delimiter: str = ",",
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL,
    end: str = "\n",
) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(
        text, columns, delimiter=delimiter, quoting=quoting, lineterminator=end, restval=""
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _v2(world: World, posts: Sequence[Post]) -> list[Json]:
    renderer = Renderer(world)
    fields = POST_FIELDS - {"username"}
    return [json.loads(renderer.json(post, post.versions[-1], fields, new=False)) for post in posts]


def _users(posts: Iterable[Post]) -> list[Json]:
    people = {post.author.person_id: post.author for post in posts}
    return [user(person, frozenset()) for person in people.values()]


def _v1(world: World, post: Post) -> Json:
    parent, about = post.parent, post.about
    found: Json = {
        "created_at": _v1_time(post),
        "id": int(post.post_id),
        "id_str": post.post_id,
        "full_text": _escaped(post.versions[-1].text),
        "truncated": False,
        "entities": {"hashtags": [], "symbols": [], "urls": [], "user_mentions": []},
        "in_reply_to_status_id": parent and int(parent.post_id),
        "in_reply_to_status_id_str": parent and parent.post_id,
        "in_reply_to_user_id_str": parent and parent.author.person_id,
        "in_reply_to_screen_name": parent and parent.author.handle,
        "user": {
            "id": int(post.author.person_id),
            "id_str": post.author.person_id,
            "name": post.author.handle,
            "screen_name": post.author.handle,
        },
        "is_quote_status": about is not None and not post.repost,
        "retweet_count": 0,
        "favorite_count": 0,
        "lang": post.language or "und",
    }
    found["entities"]["user_mentions"] = [
        {
            "screen_name": each.handle,
            "name": each.handle,
            "id": int(each.person_id),
            "id_str": each.person_id,
            "indices": [0, 0],
        }
        for each in _named(world, post)
    ]
    if about and post.repost:
        found["retweeted_status"] = _v1(world, about)
    elif about:
        found |= {"quoted_status_id_str": about.post_id, "quoted_status": _v1(world, about)}
    return found


def _of_stream(world: World, post: Post) -> Json:
    found = _v1(world, post)
    whole = found.pop("full_text")
    if len(whole) <= 140:
        return found | {"text": whole}
    entities = found["entities"]
    short = f"{whole[:110]}… https://t.co/invente"
    return found | {
        "text": short,
        "truncated": True,
        "entities": entities | {"user_mentions": entities["user_mentions"][:1]},
        "extended_tweet": {"full_text": whole, "entities": entities},
    }


def _scraped(world: World, post: Post) -> Json:
    parent, about = post.parent, post.about
    other = about and {"id": int(about.post_id), "id_str": about.post_id}
    return {
        "id": int(post.post_id),
        "id_str": post.post_id,
        "url": f"https://x.com/{post.author.handle}/status/{post.post_id}",
        "date": post.sent_at.astimezone(UTC).isoformat(sep=" "),
        "user": _of_scraper(post.author),
        "lang": post.language or "und",
        "rawContent": _escaped(post.versions[-1].text),
        "replyCount": 0,
        "conversationId": int(post.root.post_id),
        "conversationIdStr": post.root.post_id,
        "hashtags": [],
        "mentionedUsers": [_of_scraper(each) for each in _named(world, post)],
        "links": [],
        "media": {"photos": [], "videos": [], "animated": []},
        "retweetedTweet": other if post.repost else None,
        "quotedTweet": None if post.repost else other,
        "inReplyToTweetId": parent and int(parent.post_id),
        "inReplyToTweetIdStr": parent and parent.post_id,
        "inReplyToUser": parent and _of_scraper(parent.author),
        "_type": "snscrape.modules.twitter.Tweet",
    }


def _of_scraper(person: Person) -> Json:
    return {
        "id": int(person.person_id),
        "id_str": person.person_id,
        "username": person.handle,
        "displayname": person.handle,
    }


def _captured(world: World, post: Post, where: Sequence[str]) -> Json:
    said = _without(_v1(world, post), "id", "user", "retweeted_status", "quoted_status")
    names = {"name": post.author.handle, "screen_name": post.author.handle}
    person: Json = {"__typename": "User", "rest_id": post.author.person_id}
    person |= dict.fromkeys(where, names)
    said |= {"user_id_str": post.author.person_id, "conversation_id_str": post.root.post_id}
    data: Json = {
        "__typename": "Tweet",
        "rest_id": post.post_id,
        "core": {"user_results": {"result": person}},
        "legacy": said,
        "id": post.post_id,
        "promoted": False,
    }
    whole = said["full_text"]
    if len(post.versions[-1].text) > 280:
        said["full_text"] = whole[:279] + "…"
        data["note_tweet"] = {
            "is_expandable": True,
            "note_tweet_results": {"result": {"id": "Tm90ZQ==", "text": whole}},
        }
    if post.about and post.repost:
        said["retweeted_status_result"] = {"result": {"rest_id": post.about.post_id}}
    elif post.about:
        data["quoted_status_result"] = {"result": {"rest_id": post.about.post_id}}
    return {
        "nav_index": "1:0",
        "item_id": post.post_id,
        "timestamp_collected": 1795000000000,
        "source_platform": "twitter.com",
        "source_platform_url": "https://x.com/VilleClairval",
        "source_url": "https://x.com/i/api/graphql/invente/UserTweets",
        "user_agent": "Mozilla/5.0",
        "data": data,
    }


def _graph_item(post: Post) -> Json:
    item: Json = {
        "id": post.post_id,
        "created_time": post.sent_at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "message": post.versions[-1].text,
    }
    if not post.author.anonymous:
        item["from"] = {"id": post.author.person_id, "name": post.author.handle}
    return item


def _node(level: int, number: int, above: int | str, object_id: str, kind: str) -> Json:
    return {
        "level": level,
        "id": number,
        "parent_id": above,
        "object_id": object_id,
        "object_type": kind,
        "query_status": "None" if kind == "seed" else "fetched (200)",
        "query_time": "None" if kind == "seed" else "2026-11-20 10:00:00.000000",
        "query_type": "None" if kind == "seed" else "Facebook:/<page-id>/feed",
    }


def _about(post: Post) -> tuple[Post | None, Post | None]:
    """What a post repeats, and what it quotes."""
    return (post.about, None) if post.repost else (None, post.about)


def _of_script(cell: object) -> str:
    """As JavaScript writes a cell that is a text, a number or nothing."""
    if isinstance(cell, str) and cell not in ("true", "false"):
        return '"' + cell.replace('"', '""') + '"'
    return "" if cell is None else str(cell)


def _named(world: World, post: Post) -> list[Person]:
    return world.mentioned(post, world.now)[1]


def _numbered(world: World, post: Post, bodies: Mapping[str, str]) -> str:
    """The text as the sample has it: citizens' handles are their numbers."""
    text = _escaped(post.versions[-1].text)
    for person in _named(world, post):
        if person.person_id not in bodies:
            text = text.replace(f"@{person.handle}", f"@{person.person_id}")
    return text


def _of_twint(person: Person) -> Json:
    return {"screen_name": person.handle, "name": person.handle, "id": person.person_id}


def _v1_time(post: Post) -> str:
    return post.sent_at.strftime(_V1_TIME)


def _without(said: Json, *names: str) -> Json:
    return {name: value for name, value in said.items() if name not in names}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _yes(value: bool) -> str:
    return "yes" if value else "no"


_TWARC = (
    "id", "conversation_id", "referenced_tweets.replied_to.id", "referenced_tweets.retweeted.id",
    "referenced_tweets.quoted.id", "author_id", "in_reply_to_user_id", "in_reply_to_username",
    "retweeted_user_id", "retweeted_username", "quoted_user_id", "quoted_username", "created_at",
    "text", "lang", "source", "public_metrics.impression_count", "public_metrics.reply_count",
    "public_metrics.retweet_count", "public_metrics.quote_count", "public_metrics.like_count",
    "reply_settings", "edit_history_tweet_ids", "possibly_sensitive", "entities.annotations",
    "entities.hashtags", "entities.mentions", "entities.urls", "author.id", "author.created_at",
    "author.username", "author.name", "author.description", "__twarc.retrieved_at",
    "__twarc.version", "",
)  # fmt: skip
_MINET = (
    "id", "timestamp_utc", "local_time", "user_screen_name", "text", "possibly_sensitive",
    "retweet_count", "like_count", "reply_count", "lang", "to_username", "to_userid", "to_tweetid",
    "source_name", "source_url", "user_location", "lat", "lng", "user_id", "user_name",
    "user_verified", "user_description", "user_url", "user_image", "user_tweets",
    "user_followers", "user_friends", "user_likes", "user_lists", "user_created_at",
    "user_timestamp_utc", "collected_via", "match_query", "retweeted_id", "retweeted_user",
    "retweeted_user_id", "retweeted_timestamp_utc", "quoted_id", "quoted_user", "quoted_user_id",
    "quoted_timestamp_utc", "collection_time", "url", "place_country_code", "place_name",
    "place_type", "place_coordinates", "links", "domains", "media_urls", "media_files",
    "media_types", "mentioned_names", "mentioned_ids", "hashtags",
)  # fmt: skip
_4CAT = (
    "id", "thread_id", "timestamp", "unix_timestamp", "link", "subject", "body", "author",
    "author_fullname", "author_id", "source", "language_guess", "possibly_sensitive",
    "retweet_count", "reply_count", "like_count", "quote_count", "is_retweet", "retweeted_user",
    "is_quote_tweet", "quoted_user", "is_reply", "replied_user", "hashtags", "urls", "images",
    "videos", "mentions", "long_lat", "place_name",
)  # fmt: skip
_WEB_EXPORTER = (
    "id", "created_at", "full_text", "media", "screen_name", "name", "profile_image_url",
    "user_id", "in_reply_to", "retweeted_status", "quoted_status", "media_tags",
    "favorite_count", "retweet_count", "bookmark_count", "quote_count", "reply_count",
    "views_count", "favorited", "retweeted", "bookmarked", "url",
)  # fmt: skip
_TWINT = (
    "id", "conversation_id", "created_at", "date", "time", "timezone", "user_id", "username",
    "name", "place", "tweet", "language", "mentions", "urls", "photos", "replies_count",
    "retweets_count", "likes_count", "hashtags", "cashtags", "link", "retweet", "quote_url",
    "video", "thumbnail", "near", "geo", "source", "user_rt_id", "user_rt", "retweet_id",
    "reply_to", "retweet_date", "translate", "trans_src", "trans_dest",
)  # fmt: skip
_FACEPAGER = (
    "level", "id", "parent_id", "object_id", "object_type", "object_key", "query_status",
    "query_time", "query_type", "message", "created_time", "from.id", "from.name",
)  # fmt: skip
_CROWDTANGLE = (
    "Page Name", "User Name", "Facebook Id", "Page Category", "Page Admin Top Country",
    "Page Description", "Page Created", "Likes at Posting", "Followers at Posting",
    "Post Created", "Post Created Date", "Post Created Time", "Type", "Total Interactions",
    "Likes", "Comments", "Shares", "Love", "Wow", "Haha", "Sad", "Angry", "Care",
    "Video Share Status", "Is Video Owner?", "Post Views", "Total Views",
    "Total Views For All Crossposts", "Video Length", "URL", "Message", "Link", "Final Link",
    "Image Text", "Link Text", "Description", "Sponsor Id", "Sponsor Name", "Sponsor Category",
)  # fmt: skip
