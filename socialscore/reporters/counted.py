"""What a ranking counts, in the word that people have for it: `36 of 37 questions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from socialscore.model.scoreboard import Scoreboard
    from socialscore.reporters.locale import Locale

    Noun = Literal["question", "request", "message", "person"]

__all__ = ["answered", "in_ten", "noun", "number", "part", "share_of"]


def noun(board: Scoreboard) -> Noun:
    """What the ranking counts, in the word that people have for it."""
    selection = board.options.get("selection")
    if board.options.get("unit") == "author":
        return "person"
    if selection in ("question-mark", "questions"):
        return "question"
    # Of everything that was written, one request may be several messages.
    is_message = selection == "all" and board.options.get("unit") == "message"
    return "message" if is_message else "request"


def number(board: Scoreboard, locale: Locale, n: float) -> str:
    """`37 questions`."""
    ngettext = locale.ngettext
    texts = {
        "question": ngettext("%(n)s question", "%(n)s questions", n),
        "request": ngettext("%(n)s request", "%(n)s requests", n),
        "message": ngettext("%(n)s message", "%(n)s messages", n),
        "person": ngettext("%(n)s person", "%(n)s people", n),
    }
    return texts[noun(board)] % {"n": locale.count(n)}


def part(board: Scoreboard, locale: Locale, k: float, n: float) -> str:
    """`36 of 37 questions`, `36 questions sur 37`."""
    _, ngettext = locale.gettext, locale.ngettext
    if n == 1:
        texts = {
            "question": _("%(k)s of 1 question"),
            "request": _("%(k)s of 1 request"),
            "message": _("%(k)s of 1 message"),
            "person": _("%(k)s of 1 person"),
        }
    else:  # English counts the whole, French the part
        texts = {
            "question": ngettext("%(k)s of %(n)s questions", "%(k)s of %(n)s questions", k),
            "request": ngettext("%(k)s of %(n)s requests", "%(k)s of %(n)s requests", k),
            "message": ngettext("%(k)s of %(n)s messages", "%(k)s of %(n)s messages", k),
            "person": ngettext("%(k)s of %(n)s people", "%(k)s of %(n)s people", k),
        }
    return texts[noun(board)] % {"k": locale.count(k), "n": locale.count(n)}


def share_of(board: Scoreboard, locale: Locale, share: str) -> str:
    """`62 % of the questions`."""
    _ = locale.gettext
    texts = {
        "question": _("%(share)s of the questions"),
        "request": _("%(share)s of the requests"),
        "message": _("%(share)s of the messages"),
        "person": _("%(share)s of the people"),
    }
    return texts[noun(board)] % {"share": share}


def in_ten(board: Scoreboard, locale: Locale, n: int) -> str:
    """`six questions in ten`."""
    _, ngettext = locale.gettext, locale.ngettext
    texts = {
        "question": ngettext("one question in ten", "%(n)s questions in ten", n),
        "request": ngettext("one request in ten", "%(n)s requests in ten", n),
        "message": ngettext("one message in ten", "%(n)s messages in ten", n),
        "person": ngettext("one person in ten", "%(n)s people in ten", n),
    }
    words = (
        *("", "", _("two"), _("three"), _("four"), _("five"), _("six"), _("seven"), _("eight")),
        _("nine"),
    )
    return texts[noun(board)] % {"n": words[n]}


def answered(board: Scoreboard, locale: Locale, k: float, n: float) -> str:
    """`Answered 36 of 37 questions`, `Answered none of the 12 questions`."""
    if k and k < n:
        return locale.gettext("Answered %(part)s") % {"part": part(board, locale, k, n)}
    texts = _all(locale, n) if k else _none(locale, n)
    return texts[noun(board)] % {"n": locale.count(n)}


def _none(locale: Locale, n: float) -> dict[Noun, str]:
    ngettext = locale.ngettext
    return {
        "question": ngettext(
            "Did not answer the only question", "Answered none of the %(n)s questions", n
        ),
        "request": ngettext(
            "Did not answer the only request", "Answered none of the %(n)s requests", n
        ),
        "message": ngettext(
            "Did not answer the only message", "Answered none of the %(n)s messages", n
        ),
        "person": ngettext(
            "Did not answer the only person", "Answered none of the %(n)s people", n
        ),
    }


def _all(locale: Locale, n: float) -> dict[Noun, str]:
    ngettext = locale.ngettext
    return {
        "question": ngettext(
            "Answered the only question", "Answered all of the %(n)s questions", n
        ),
        "request": ngettext("Answered the only request", "Answered all of the %(n)s requests", n),
        "message": ngettext("Answered the only message", "Answered all of the %(n)s messages", n),
        "person": ngettext("Answered the only person", "Answered all of the %(n)s people", n),
    }
