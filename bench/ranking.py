"""The jobs that rank, by `score()` and by other means: see jobs.py."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.worlds import WORLDS, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from socialscore.model.scoreboard import Scoreboard

    Job = Callable[[Path], Callable[[], object]]
    Figures = dict[str, dict[str, float | None]]  # by body, then by metric

__all__ = ["RANKING"]

_SQL = Path(__file__).parent / "sql"
_COUNTING = {
    "unit": "message", "selection": "all", "horizon": "none", "match": "direct", "exclude": "none",
    "exclude_bursts": False, "min_requests": 1, "period": "all",
}  # fmt: skip
_MESSAGES = {"period": "all", "unit": "message"}
_EPISODES = {"period": "all", "unit": "episode"}
_INDEPENDENT = {"icc": 0}  # as queries by hand take requests
# The second week of every world, a week after it ended, which is where the world "dense" ends.
_WEEK = {"period": "2026-W11"}
_AS_OF = "2026-03-23"

_BY_HAND = {
    "counting": (_COUNTING, ("direct",)),
    "message": (_MESSAGES, ("answers", "requests_message", "figures")),
    "episode": (_EPISODES, ("answers", "turns", "requests_episode", "figures")),
    "two-windows": (_EPISODES, ("answers", "turns", "requests_two_windows", "figures")),
}
"""For each query that is written by hand, the options that it answers and its parts in `sql/`."""


def rank(
    store: Path,
    options: Mapping[str, object],
    *,
    as_of: str | None = None,
    memory: str | None = None,
) -> Callable[[], Scoreboard]:
    """A ranking of what a store holds, as `score()` makes it."""
    import socialscore
    from socialscore.inputs.ranking import load_ranking
    from socialscore.scoring import MessageSource, score
    from socialscore.store.lake import Store

    if memory:
        socialscore.limit(memory_limit=memory)
    opened = Store.open(store)
    source, ranking = MessageSource(opened), load_ranking(None, options)
    return partial(score, source, opened.panel(), ranking, as_of=as_of)


def ten_messages(*, n_times: int = 1) -> Callable[[], None]:
    """Rankings of five questions and their answers in memory, by the default preset.

    Args:
        n_times: how often the clock sees it; where more than once, it was done before.
    """
    from datetime import datetime, timedelta

    import pyarrow as pa

    from socialscore.inputs.panel import Panel
    from socialscore.inputs.ranking import load_ranking
    from socialscore.model.messages import Account, Body
    from socialscore.scoring import MessageSource, MessageTable, score
    from socialscore.store.schema import COVERAGE, MESSAGE

    start = datetime(2026, 9, 7)  # noqa: DTZ001, as in a store
    panel = Panel("ten", (Body("ville", "Ville", "", (Account("twitter", "1", "ville"),)),))
    said = {
        "network": "twitter", "account_id": "1", "n_addressed": 1, "question_mark": False,
        "question": False, "request": False, "bot": False, "n_edits": 0,
    }  # fmt: skip
    asked = {"author_id": "citizen", "kind": "mention", "question": True, "request": True}
    answered = {"author_id": "1", "kind": "reply", "response_class": "answer"}
    answered |= {"reply_to_author_id": "citizen", "addressed_ids": ["citizen"]}
    rows = []
    for n in range(5):
        when = start + timedelta(days=n)
        rows.append(said | asked | {"message_id": f"q{n}", "sent_at": when})
        reply = {"message_id": f"a{n}", "reply_to_id": f"q{n}"}
        rows.append(said | answered | reply | {"sent_at": when + timedelta(hours=2)})
    in_view = {
        "network": "twitter", "account_id": "1",
        "covered_from": start, "covered_until": start + timedelta(days=60),
    }  # fmt: skip
    covered = [in_view | {"stream": stream} for stream in ("inbound", "outbound")]
    messages = MessageTable(
        pa.Table.from_pylist(rows, schema=MESSAGE), pa.Table.from_pylist(covered, schema=COVERAGE)
    )
    source, ranking = MessageSource(messages), load_ranking(None, {"period": "all"})

    def run() -> None:
        for _ in range(n_times):
            [line] = score(source, panel, ranking).scores
            assert line.values["n_answered"] == 5

    if n_times > 1:
        run()
    return run


def by_hand(
    store: Path, name: str, over: Mapping[str, object] | None = None, *, as_of: str | None = None
) -> Callable[[], Figures]:
    """The figures of a ranking, by a query of its own over the same Parquet files.

    Args:
        store: the folder.
        name: of the query.
        over: options beside those that it answers.
        as_of: where the data are taken to end.
    """
    import duckdb
    import pyarrow as pa

    from socialscore.inputs.ranking import load_ranking
    from socialscore.scoring import ask
    from socialscore.store.lake import Store

    options, parts = _BY_HAND[name]
    opened = Store.open(store)
    panel = opened.panel()
    ranking = load_ranking(None, options | (over or {}))
    question = ask(opened.coverage(), panel, ranking, as_of=as_of)
    files = opened.messages(question.read_from, question.read_until)
    pairs = [(body.body_id, account.account_id) for body, account in panel.accounts()]
    accounts = pa.table(list(zip(*pairs, strict=True)), names=["body_id", "account_id"])
    statement = "".join((_SQL / f"{part}.sql").read_text(encoding="utf-8") for part in parts)
    names = ("since", "until", "as_of", "asked_until", "read_from", "read_until")
    instants = {each: question.parameters.get(each) for each in names if f"${each}" in statement}

    def run() -> Figures:
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.execute("SET preserve_insertion_order = false")
            connection.register("account", accounts)
            connection.read_parquet(files, hive_partitioning=True).create_view("message")
            found = connection.execute(statement, instants)
            columns = [column[0] for column in found.description]
            rows = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
        return {row.pop("body_id"): row for row in rows}

    return run


def in_a_frame(store: Path, library: str) -> Callable[[], Figures]:
    """The figures of unit message, by pandas or Polars over the same files; by account."""
    import importlib

    from bench import rivals
    from socialscore.inputs.ranking import load_ranking
    from socialscore.scoring import ask
    from socialscore.store.lake import Store

    importlib.import_module(library)
    opened = Store.open(store)
    question = ask(opened.coverage(), opened.panel(), load_ranking(None, _MESSAGES))
    files = opened.messages(question.read_from, question.read_until)
    return partial(getattr(rivals, f"by_{library}"), files, question.as_of.replace(tzinfo=None))


def compare(store: Path, name: str) -> Callable[[], None]:
    """Stops the benchmark unless a query by hand and `score()` find the same figures."""
    ranked, counted = rank(store, _BY_HAND[name][0] | _INDEPENDENT), by_hand(store, name)

    def run() -> None:
        board, found = ranked(), counted()
        if {score.body.body_id for score in board.scores} != set(found):
            sys.exit("the two ways of ranking do not find the same bodies")
        for score in board.scores:
            _equal_or_exit(score.body.body_id, score.values, found[score.body.body_id])

    return run


def compare_frames(store: Path) -> Callable[[], None]:
    """The same for pandas and Polars."""
    ranked = rank(store, _MESSAGES | _INDEPENDENT)
    counted = [in_a_frame(store, library) for library in ("pandas", "polars")]

    def run() -> None:
        board = ranked()
        for found in (each() for each in counted):
            for score in board.scores:
                account = score.body.accounts[0].account_id
                if account not in found and score.values["n_requests"]:
                    sys.exit(f"{score.body.body_id}: has requests, and none in a frame")
                _equal_or_exit(score.body.body_id, score.values, found.get(account, {}))

    return run


def _equal_or_exit(
    body_id: str, ours: Mapping[str, float | None], theirs: Mapping[str, float | None]
) -> None:
    for name, value in theirs.items():
        if not _same(ours[name], value):
            sys.exit(f"{body_id}: {name} is {ours[name]}, and otherwise {value}")


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 1e-9 * max(1.0, abs(other))


def _in_store(job: Callable[..., Callable[[], object]], *details: object, **more: object) -> Job:
    """A job on the store of the file that is imported."""
    return lambda folder: job(folder / "store", *details, **more)


def _in_world(
    world: str, job: Callable[..., Callable[[], object]], *details: object, **more: object
) -> Job:
    """A job on the store of a world."""
    return lambda folder: job(place_of(folder, world), *details, **more)


RANKING: dict[str, Job] = {
    "rank": _in_store(rank, _COUNTING),
    "rank-message": _in_store(rank, _MESSAGES),
    "rank-episode": _in_store(rank, _EPISODES),
    "rank-author": _in_store(rank, {"period": "all", "unit": "author"}),
    "rank-loose": _in_store(rank, {"period": "all", "match": "loose"}),
    "rank-business": _in_store(rank, {"period": "all", "clock": "business", "calendar": "office"}),
    "rank-by-hand": _in_store(by_hand, "counting"),
    "compare": _in_store(compare, "counting"),
    "ten-messages": lambda _folder: ten_messages(),
    "ten-messages-20-times": lambda _folder: ten_messages(n_times=20),
}
"""By name."""

for _world in WORLDS:
    RANKING |= {f"{_world}-compare-{name}": _in_world(_world, compare, name) for name in _BY_HAND}
    RANKING |= {f"{_world}-by-hand-{name}": _in_world(_world, by_hand, name) for name in _BY_HAND}
    RANKING |= {
        f"{_world}-counting": _in_world(_world, rank, _COUNTING),
        f"{_world}-message": _in_world(_world, rank, _MESSAGES),
        f"{_world}-episode": _in_world(_world, rank, _EPISODES),
        f"{_world}-message-in-1-gb": _in_world(_world, rank, _MESSAGES, memory="1 GB"),
        f"{_world}-episode-in-1-gb": _in_world(_world, rank, _EPISODES, memory="1 GB"),
        f"{_world}-pandas": _in_world(_world, in_a_frame, "pandas"),
        f"{_world}-polars": _in_world(_world, in_a_frame, "polars"),
        f"{_world}-compare-frames": _in_world(_world, compare_frames),
        f"{_world}-week-message": _in_world(
            _world, rank, _WEEK | {"unit": "message"}, as_of=_AS_OF
        ),
        f"{_world}-week-episode": _in_world(_world, rank, _WEEK, as_of=_AS_OF),
        f"{_world}-week-by-hand": _in_world(_world, by_hand, "message", _WEEK, as_of=_AS_OF),
    }
