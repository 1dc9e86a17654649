"""The posts to import: pages of the X API v2 as `twarc2 search` saves them, one a line.

Everybody in them is invented. Citizens write to forty cities, which answer most of them; others
repost and quote what cities write. Posts and users have the fields that twarc2 asks for, and each
page holds the users and posts that its own posts refer to. Equal numbers make equal files.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Json = dict[str, Any]

__all__ = ["write_pages", "write_panel"]

_ON_A_PAGE = 100
_SNOWFLAKES_SINCE = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
_LAST = datetime(2026, 11, 1, tzinfo=UTC)  # pages go back in time
_STEP = timedelta(minutes=20)  # from one page to the next

_CITIES = {
    1_000_000_000 + n: f"{first}{second}"
    for n, (first, second) in enumerate(
        (first, second)
        for first in ("Clair", "Haute", "Mont", "Roche", "Belle")
        for second in ("val", "rive", "fontaine", "bourg", "lande", "sault", "mare", "combe")
    )
}
_N_CITIZENS = 200_000

_ASKING = (
    "Bonjour, pourquoi la piscine est-elle fermée depuis {n} jours ? Rien sur votre site 😕",
    "toujours pas de bus sur la ligne {n}, cela fait une demi-heure que nous attendons",
    "à quelle heure ouvre la mairie annexe demain ? Le répondeur ne dit rien. Dossier {n}",
    "Le lampadaire devant le {n} rue des Tilleuls ne marche plus &amp; personne ne vient",
    "can you please tell us when line {n} runs again? The app has shown the same delay all day",
    "merci aux équipes qui ont dégagé la rue ce matin, {n} foyers vous applaudissent 👏",
    "il y a un dépôt sauvage derrière l'école, photo jointe. https://t.co/abc{n}",
    "Comment s'inscrire sur les listes ? La page renvoie une erreur {n}.\nMerci d'avance",
)
_ANSWERING = (
    "Bonjour, la réouverture est prévue lundi à 9 h. Les horaires sont à jour, réf. {n}.",
    "Bonjour, merci du signalement : le service passera demain matin. Dossier {n}",
    "Bonjour, pouvez-vous nous écrire en message privé avec votre adresse ? ^{n}",
    "Hello, the line runs again since noon. We are sorry for the wait, case {n}.",
)
_ANNOUNCING = (
    "Marché de la Saint-Martin : {n} exposants sur la place, entrée libre. https://t.co/mrch{n}",
    "Travaux : le pont sera fermé la nuit du {n}. Une déviation est en place par les quais.",
)
_TOPICS = [
    {
        "domain": {
            "id": str(30 + n),
            "name": name,
            "description": f"{name}: what X believes that a post is about, in its own order.",
        },
        "entity": {
            "id": str(781_974_596_000_000_000 + n),
            "name": f"{name} {n}",
            "description": f"One of the subjects of {name}",
        },
    }
    for n, name in enumerate(
        (
            "Interests and Hobbies Category", "Entities [Entity Service]", "Local News",
            "Unified Twitter Taxonomy", "Ongoing News Story", "Place", "Civic Services", "Travel",
        )
    )
]  # fmt: skip


def write_pages(n_posts: int, path: Path) -> None:
    """Write so many posts, the newest first."""
    with path.open("w", encoding="utf-8") as file:
        for number, first in enumerate(range(0, n_posts, _ON_A_PAGE)):
            page = _Page(number).answer(min(_ON_A_PAGE, n_posts - first))
            file.write(json.dumps(page) + "\n")


def write_panel(path: Path) -> None:
    """Write the panel of the cities."""
    rows = [f"{name.lower()},{name},twitter,{n},Ville{name}" for n, name in _CITIES.items()]
    header = "body_id,body,network,account_id,handle"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")


class _Page:
    """The conversations of twenty minutes, drawn from the number of the page."""

    def __init__(self, number: int) -> None:
        self._chance = random.Random(number)
        self._number, self._n_posts = number, 0

    def answer(self, n_posts: int) -> Json:
        """The page as X answers it, and what twarc2 adds."""
        posts: list[Json] = []
        included: dict[str, Json] = {}
        while len(posts) < n_posts:
            posts += self._conversation(included)
        posts = sorted(posts[:n_posts], key=lambda post: int(post["id"]), reverse=True)
        referred = {
            reference["id"]: included[reference["id"]]
            for post in posts
            for reference in post.get("referenced_tweets", ())
        }
        users = {
            user_id: _user(int(user_id))
            for post in chain(posts, referred.values())
            for user_id in (post["author_id"], *(each["id"] for each in _mentions(post)))
        }
        return {
            "data": posts,
            "includes": {"users": list(users.values()), "tweets": list(referred.values())},
            "meta": {
                "newest_id": posts[0]["id"],
                "oldest_id": posts[-1]["id"],
                "result_count": len(posts),
                "next_token": f"b26v89c19zqg8o3f{self._number:016x}",
            },
            "__twarc": {
                "url": "https://api.twitter.com/2/tweets/search/all?query=VilleClairval",
                "version": "2.14.0",
                "retrieved_at": "2026-11-02T08:00:00+00:00",
            },
        }

    def _conversation(self, included: dict[str, Json]) -> Iterator[Json]:
        """Its posts; those that later ones refer to are put among `included`."""
        chance = self._chance
        city = chance.choice(list(_CITIES))
        citizen = chance.randrange(_N_CITIZENS)
        if chance.random() < 0.2:
            notice = self._post(city, (), chance.choice(_ANNOUNCING))
            included[notice["id"]] = notice
            yield notice
            for _ in range(chance.randrange(4)):
                sharer, quoting = chance.randrange(_N_CITIZENS), chance.random() < 0.3
                if quoting:
                    yield self._post(sharer, (city,), chance.choice(_ASKING), quoted=notice)
                else:
                    words = f"RT @{_handle(city)}: {notice['text']}"
                    yield self._post(sharer, (city,), words, retweeted=notice)
            return
        turn = self._post(citizen, (city,), chance.choice(_ASKING))
        for author, other in ((city, citizen), (citizen, city), (city, citizen)):
            included[turn["id"]] = turn
            yield turn
            if chance.random() > 0.65:
                return
            words = chance.choice(_ANSWERING if author == city else _ASKING)
            turn = self._post(author, (other,), words, replied_to=turn)

    def _post(self, author: int, named: tuple[int, ...], words: str, **refers: Json) -> Json:
        """A post that begins by naming somebody, and refers to at most one other post."""
        chance = self._chance
        self._n_posts += 1
        at = _LAST - _STEP * (self._number + 1) + timedelta(seconds=8 * self._n_posts)
        milliseconds = (at - _SNOWFLAKES_SINCE) // timedelta(milliseconds=1)
        post_id = str((milliseconds << 22) + self._number % 4096 * 1024 + self._n_posts)
        text, mentions = words.format(n=chance.randrange(10_000)), []
        for user in named:
            if "retweeted" not in refers:
                text = f"@{_handle(user)} {text}"
            start = text.index(f"@{_handle(user)}")
            end = start + 1 + len(_handle(user))
            mentions.append(
                {"start": start, "end": end, "username": _handle(user), "id": str(user)}
            )
        post: Json = {
            "id": post_id,
            "edit_history_tweet_ids": [post_id],
            "author_id": str(author),
            "created_at": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
            "text": text,
            "lang": "en" if " the " in text else "fr",
            "conversation_id": post_id,
            "possibly_sensitive": False,
            "reply_settings": "everyone",
            "edit_controls": {
                "edits_remaining": 5,
                "is_edit_eligible": not refers,
                "editable_until": f"{at + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}.000Z",
            },
            "public_metrics": {
                name: chance.randrange(30)
                for name in (
                    "retweet_count", "reply_count", "like_count", "quote_count", "bookmark_count",
                    "impression_count",
                )
            },
            "entities": {"mentions": mentions} if mentions else {},
        }  # fmt: skip
        if chance.random() < 0.5:
            post["context_annotations"] = chance.sample(_TOPICS, chance.randrange(2, 7))
        if chance.random() < 0.3:
            post["entities"]["annotations"] = [
                {"start": 3, "end": 9, "probability": 0.83, "type": "Place", "normalized_text": "…"}
            ]
        if "https://" in text:
            start = text.index("https://")
            post["entities"]["urls"] = [
                _url(start, text[start:], f"https://ville.example/{post_id}")
            ]
        for kind, other in refers.items():
            post["referenced_tweets"] = [{"type": kind, "id": other["id"]}]
            if kind == "replied_to":
                post["in_reply_to_user_id"] = other["author_id"]
                post["conversation_id"] = other["conversation_id"]
        return post


def _mentions(post: Json) -> list[Json]:
    return list(post["entities"].get("mentions", ()))


def _url(start: int, url: str, meant: str) -> Json:
    return {
        "start": start,
        "end": start + len(url),
        "url": url,
        "expanded_url": meant,
        "display_url": meant.removeprefix("https://"),
    }


def _handle(user: int) -> str:
    return f"Ville{_CITIES[user]}" if user in _CITIES else f"habitant_{user}"


def _user(user: int) -> Json:
    """A user with the fields that twarc2 asks for, drawn from the number."""
    chance = random.Random(user)
    name = _handle(user)
    return {
        "id": str(user),
        "username": name,
        "name": name.replace("_", " ").title(),
        "created_at": f"20{chance.randrange(10, 25)}-05-01T08:00:00.000Z",
        "description": f"Compte de {name}, inventé pour mesurer. " * chance.randrange(1, 4),
        "entities": {
            "url": {"urls": [_url(0, f"https://t.co/user{user}", f"https://{name}.example/")]},
            "description": {"hashtags": [{"start": 0, "end": 7, "tag": "Clairval"}]},
        },
        "location": "Clairval",
        "profile_image_url": f"https://pbs.twimg.example/profile_images/{user}/photo_normal.jpg",
        "protected": False,
        "public_metrics": {
            "followers_count": chance.randrange(5_000),
            "following_count": chance.randrange(900),
            "tweet_count": chance.randrange(20_000),
            "listed_count": chance.randrange(40),
        },
        "url": f"https://t.co/user{user}",
        "verified": False,
        "verified_type": "government" if user in _CITIES else "none",
    }
