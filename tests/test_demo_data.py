"""The shipped demo data is what its generator writes, and holds the situations it promises."""

from __future__ import annotations

import csv
import gzip
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from socialscore.inputs.calendar import read_calendar
from socialscore.inputs.shipped import calendar_path
from socialscore.model.opening_hours import open_intervals

DEMO = Path(__file__).parents[1] / "fixtures" / "demo"
PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 9, 21, tzinfo=PARIS).astimezone(UTC)
UNTIL = datetime(2026, 11, 16, tzinfo=PARIS).astimezone(UTC)
END = datetime(2026, 11, 23, tzinfo=PARIS).astimezone(UTC)

PANEL = list(csv.DictReader((DEMO / "panel.csv").read_text("utf-8").splitlines()))
MESSAGES = list(
    csv.DictReader(gzip.decompress((DEMO / "messages.csv.gz").read_bytes()).decode().splitlines())
)
BY_ID = {(row["network"], row["message_id"]): row for row in MESSAGES}
ROLES = {row["account_id"]: row["role"] for row in PANEL}
HANDLES = {row["handle"] for row in PANEL}
CITIZEN = re.compile(r"[a-z]{3,8}_z\d{5}")
ASKING = re.compile(r"\b(pourquoi|quand|comment|combien|est-ce que|quel)\b", re.IGNORECASE)
ELSEWHERE = re.compile(r"message privé|en MP|en DM|formulaire|01 99 00|contact@")


def sent_at(row):
    return datetime.fromisoformat(row["sent_at"])


def parent(row):
    return BY_ID.get((row["network"], row["reply_to_id"]))


def words(row):
    return re.sub(r"@\w+", "", row["text"]).strip()


def delay(row):
    return sent_at(row) - sent_at(parent(row))


def generated(folder, *options):
    subprocess.run([sys.executable, DEMO / "generate.py", "--out", folder, *options], check=True)
    return (
        (folder / "panel.csv").read_bytes(),
        gzip.decompress((folder / "messages.csv.gz").read_bytes()),
    )


CITIZENS = [row for row in MESSAGES if row["official"] == "false"]
REPLIES = [row for row in MESSAGES if row["reply_to_id"]]
RESPONSES = [row for row in REPLIES if row["official"] == "true"]


def test_the_generator_writes_what_is_shipped(tmp_path):
    panel, messages = generated(tmp_path)

    assert panel == (DEMO / "panel.csv").read_bytes()
    assert messages == gzip.decompress((DEMO / "messages.csv.gz").read_bytes())


def test_another_seed_gives_other_messages_about_the_same_panel(tmp_path):
    panel, messages = generated(tmp_path, "--seed", "7")

    assert panel == (DEMO / "panel.csv").read_bytes()
    assert messages != gzip.decompress((DEMO / "messages.csv.gz").read_bytes())


def test_the_archive_names_neither_a_file_nor_a_time():
    header = (DEMO / "messages.csv.gz").read_bytes()[:8]

    assert header == b"\x1f\x8b\x08\x00\x00\x00\x00\x00"


def test_the_archive_is_small():
    assert (DEMO / "messages.csv.gz").stat().st_size < 1_500_000


def test_the_panel_has_24_bodies_in_three_categories():
    category_of = {row["body_id"]: row["category"] for row in PANEL}

    assert len(category_of) == 24
    assert set(category_of.values()) == {"ville", "transport", "service public"}


def test_no_account_stands_twice_in_the_panel():
    assert len(ROLES) == len(HANDLES) == len(PANEL)


def test_one_body_is_on_facebook_only():
    on_twitter = {row["body_id"] for row in PANEL if row["network"] == "twitter"}

    assert {row["body_id"] for row in PANEL} - on_twitter == {"bibliotheques-valdoine"}


def test_there_are_some_twenty_thousand_messages():
    assert 18_000 <= len(MESSAGES) <= 22_000


def test_the_rows_are_in_order_of_time():
    assert sorted(MESSAGES, key=sent_at) == MESSAGES


def test_no_message_stands_twice():
    assert len(BY_ID) == len(MESSAGES)


def test_citizens_write_in_each_of_eight_full_weeks():
    weeks = Counter(sent_at(row).astimezone(PARIS).isocalendar().week for row in CITIZENS)

    assert sorted(weeks) == list(range(39, 47))
    assert min(weeks.values()) > 1000
    assert all(MONDAY <= sent_at(row) < UNTIL for row in CITIZENS)


def test_bodies_answer_for_one_week_more():
    late = [row for row in RESPONSES if sent_at(row) >= UNTIL]

    assert len(late) > 50
    assert max(map(sent_at, late)) < END
    assert all(sent_at(row) < UNTIL for row in MESSAGES if row["kind"] == "post")


def test_every_reply_comes_after_the_message_that_it_answers():
    assert all(parent(row) for row in REPLIES)
    assert all(delay(row) > timedelta() for row in REPLIES)


def test_every_reply_says_who_wrote_the_message_that_it_answers():
    assert all(row["reply_to_author_id"] == parent(row)["author_id"] for row in REPLIES)


def test_every_reply_stands_in_the_conversation_of_the_message_that_it_answers():
    assert all(row["conversation_id"] == parent(row)["conversation_id"] for row in REPLIES)


def test_every_other_message_begins_its_own_conversation():
    others = [row for row in MESSAGES if not row["reply_to_id"]]

    assert all(row["conversation_id"] == row["message_id"] for row in others)


def test_only_accounts_of_the_panel_are_official():
    official = {row["author_id"] for row in MESSAGES if row["official"] == "true"}

    assert official == set(ROLES)
    assert not official & {row["author_id"] for row in CITIZENS}


def test_an_account_is_silent_before_it_is_the_bodys():
    [opened] = [row for row in PANEL if row["valid_from"]]
    since = datetime.fromisoformat(opened["valid_from"]).replace(tzinfo=PARIS)
    concerned = [
        row
        for row in MESSAGES
        if row["author_id"] == opened["account_id"] or opened["handle"] in row["text"]
    ]

    assert min(map(sent_at, concerned)) >= since


def test_every_handle_is_of_the_panel_or_of_an_invented_citizen():
    named = {row["author_handle"] for row in MESSAGES}
    for row in MESSAGES:
        named.update(row["mentioned_handles"].split())
        named.update(re.findall(r"@(\w+)", row["text"].replace("contact@accueil.example", "")))

    assert [name for name in named - HANDLES if not CITIZEN.fullmatch(name)] == []


def test_twitter_has_handles_in_its_texts_and_facebook_an_account():
    for row in MESSAGES:
        if row["network"] == "twitter":
            assert not row["account"]
            assert all(f"@{handle}" in row["text"] for handle in row["mentioned_handles"].split())
        else:
            assert row["account"] in ROLES
            assert not row["mentioned_handles"]


def test_twitter_texts_are_as_long_as_twitter_allows():
    assert max(len(row["text"]) for row in MESSAGES if row["network"] == "twitter") <= 280


def test_one_body_never_replies_to_anybody():
    silent = {row["account_id"] for row in PANEL if row["body_id"] == "ville-corvaize"}
    own = [row for row in MESSAGES if row["author_id"] in silent]

    assert len(own) > 30
    assert [row for row in own if row["reply_to_id"]] == []


def test_hardly_anybody_writes_to_one_body():
    alone = [row for row in CITIZENS if row["mentioned_handles"] == "NavetteAmbrelle"]

    assert 3 <= sum(row["kind"] in ("mention", "reply") for row in alone) < 10


def test_bodies_answer_in_their_opening_hours_and_on_holidays_too():
    calendar_of = {row["account_id"]: row["calendar"] for row in PANEL}
    hours = {
        name: list(open_intervals(replace(calendar_named(name), country=""), MONDAY, END))
        for name in set(calendar_of.values())
    }
    outside = [
        row
        for row in RESPONSES
        if "bien reçu" not in row["text"]  # automatic
        and delay(row).days < 7  # the few that come days after the answer was due
        and not any(a <= sent_at(row) < b for a, b in hours[calendar_of[row["author_id"]]])
    ]

    assert outside == []


def test_weekday_bodies_are_closed_on_armistice_day_and_answer_nevertheless():
    closed = {row["account_id"] for row in PANEL if calendar_named(row["calendar"]).country}
    on_the_day = [
        row
        for row in RESPONSES
        if row["author_id"] in closed
        and sent_at(row).astimezone(PARIS).date() == date(2026, 11, 11)
    ]

    assert len(on_the_day) > 20


def calendar_named(name):
    return read_calendar(calendar_path(name))


def test_nights_and_weekends_are_quiet():
    hours = Counter(sent_at(row).astimezone(PARIS).hour for row in CITIZENS)
    days = Counter(sent_at(row).astimezone(PARIS).weekday() for row in RESPONSES)

    assert sum(hours[hour] for hour in range(5)) < 0.05 * len(CITIZENS)
    assert days[5] + days[6] < 0.15 * len(RESPONSES)


SITUATIONS = {
    "questions with a question mark": (
        3000,
        [row for row in CITIZENS if "?" in row["text"]],
    ),
    "questions without": (
        700,
        [row for row in CITIZENS if ASKING.search(row["text"]) and "?" not in row["text"]],
    ),
    "texts without accents": (
        50,
        [row for row in CITIZENS if re.search(r"\ba quelle heure|ou en est|repond", row["text"])],
    ),
    "reports of a fault": (
        300,
        [row for row in CITIZENS if re.search(r"en panne|ne marche|fonctionne", row["text"])],
    ),
    "asks": (
        300,
        [row for row in CITIZENS if re.search(r"besoin|pourriez-vous|aidez|svp", row["text"])],
    ),
    "thanks alone": (
        200,
        [row for row in CITIZENS if re.fullmatch(r"merci\W*|ok merci, .*", words(row).lower())],
    ),
    "praise": (100, [row for row in CITIZENS if "bravo" in row["text"].lower()]),
    "insults": (
        100,
        [row for row in CITIZENS if re.search("clowns|nuls|honte|minables", row["text"])],
    ),
    "emoji alone": (50, [row for row in CITIZENS if not re.search(r"\w", words(row))]),
    "English": (300, [row for row in CITIZENS if row["language"] == "en"]),
    "unknown language": (200, [row for row in MESSAGES if not row["language"]]),
    "several messages before an answer": (
        500,
        [row for row in CITIZENS if row["author_id"] == row["reply_to_author_id"]],
    ),
    "follow-ups after an answer": (
        200,
        [
            row
            for row in CITIZENS
            if row["reply_to_author_id"] in ROLES
            and parent(row)["reply_to_id"]
            and "?" in row["text"]
        ],
    ),
    "two accounts named": (
        80,
        [row for row in CITIZENS if len(row["mentioned_handles"].split()) == 2],
    ),
    "mass mentions": (60, [row for row in CITIZENS if len(row["mentioned_handles"].split()) >= 4]),
    "reposts": (300, [row for row in MESSAGES if row["kind"] == "repost"]),
    "quotes": (100, [row for row in MESSAGES if row["kind"] == "quote"]),
    "comments on a body's own posts": (
        500,
        [row for row in CITIZENS if row["reply_to_id"] and parent(row)["kind"] == "post"],
    ),
    "automatic replies": (
        300,
        [
            row
            for row in RESPONSES
            if "bien reçu" in row["text"] and delay(row) < timedelta(minutes=1)
        ],
    ),
    "redirects": (500, [row for row in RESPONSES if ELSEWHERE.search(row["text"])]),
    "answers by a sister account": (
        100,
        [
            row
            for row in RESPONSES
            if ROLES[row["author_id"]] == "care"
            and row["author_handle"] not in parent(row)["mentioned_handles"].split()
        ],
    ),
    "posts by an alert account": (
        40,
        [row for row in MESSAGES if ROLES.get(row["author_id"]) == "alert"],
    ),
    "institutions": (
        60,
        [row for row in MESSAGES if (row["official"], row["kind"]) == ("true", "mention")],
    ),
    "replies by a third party": (
        200,
        [
            row
            for row in CITIZENS
            if row["reply_to_id"] and row["reply_to_author_id"] not in {*ROLES, row["author_id"]}
        ],
    ),
    "responses under somebody else's message": (
        50,
        [
            row
            for row in RESPONSES
            if row["network"] == "twitter"
            and row["mentioned_handles"].split()[0] != parent(row)["author_handle"]
        ],
    ),
    "responses after the horizon": (60, [row for row in RESPONSES if delay(row).days >= 7]),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_situation_occurs_often_enough(situation):
    at_least, rows = SITUATIONS[situation]

    assert len(rows) >= at_least


def test_duplicates_occur():
    first_at = {}
    n_duplicates = 0
    for row in CITIZENS:
        key = row["author_id"], row["text"]
        again = key in first_at and sent_at(row) - first_at[key] < timedelta(days=1)
        n_duplicates += again
        first_at[key] = sent_at(row)

    assert n_duplicates >= 80


@pytest.mark.parametrize(
    ("handle", "begins"),
    [
        ("ValdoineMobil", "2026-10-08T05:30+02:00"),
        ("TrainsOrvanie", "2026-10-08T05:00+02:00"),
        ("VilleMontsabran", "2026-10-24T20:00+02:00"),
        ("Energie_Sorg", "2026-11-10T17:10+01:00"),
    ],
)
def test_hundreds_write_at_once_and_fewer_are_answered(handle, begins):
    since = datetime.fromisoformat(begins)
    asked = [row for row in CITIZENS if handle in row["mentioned_handles"].split()]
    burst = [row for row in asked if since <= sent_at(row) < since + timedelta(hours=15)]
    answered = {row["reply_to_id"] for row in RESPONSES}

    assert len(burst) >= 100
    assert answered_share(burst, answered) < 0.7 * answered_share(asked, answered)


def answered_share(rows, answered):
    return sum(row["message_id"] in answered for row in rows) / len(rows)


def test_texts_vary():
    assert len({words(row) for row in CITIZENS}) > 6000
    assert len({words(row) for row in RESPONSES}) > 2000
