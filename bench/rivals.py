"""The same ranking by other means: what an analyst would write in a notebook, for the unit message.

Both read the Parquet files of a world, where each body has one account on one network, and find the
figures of `FIGURES` for each account: those of the default preset with `unit = "message"`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    Figures = dict[str, dict[str, float | None]]  # by account, then by metric

__all__ = ["FIGURES", "by_pandas", "by_polars"]

FIGURES = (
    "n_requests", "n_answered", "response_rate", "median_delay", "p90_delay", "mean_delay",
    "within_1h", "within_4h", "within_24h", "within_72h", "median_wait",
)  # fmt: skip

_COLUMNS = [
    "account_id", "message_id", "author_id", "sent_at", "kind", "reply_to_id", "conversation_id",
    "addressed_ids", "n_addressed", "question", "response_class", "text_digest", "deleted_at",
]  # fmt: skip
_WITHIN = {"within_1h": 1, "within_4h": 4, "within_24h": 24, "within_72h": 72}
_DAYS_WATCHED = 14


def by_pandas(files: Sequence[str], as_of: datetime) -> Figures:
    """With pandas, all in memory.

    Args:
        files: of the messages.
        as_of: where the data end, naive UTC.
    """
    import pandas as pd

    day, week = pd.Timedelta(days=1), pd.Timedelta(days=7)
    watched, minute = pd.Timedelta(days=_DAYS_WATCHED), pd.Timedelta(minutes=1)
    messages = pd.concat(
        [pd.read_parquet(file, columns=_COLUMNS, partitioning=None) for file in files],
        ignore_index=True,
    )
    public = ~messages["kind"].isin(["repost", "direct"])
    by_body = messages["author_id"] == messages["account_id"]
    asked = messages[public & ~by_body].sort_values(["sent_at", "message_id"])
    wrote = messages[public & by_body].copy()
    del messages

    since_last = asked.groupby(["account_id", "author_id", "text_digest"])["sent_at"].diff()
    everyone = asked[["account_id", "message_id", "sent_at"]]
    asked = asked[~(since_last <= day) & (asked["n_addressed"] < 4)]

    usual = wrote[wrote["reply_to_id"].notna()]
    n_alike = usual.groupby(["account_id", "text_digest"])["message_id"].transform("size")
    prompt = usual[n_alike >= 5].merge(
        everyone,
        left_on=["account_id", "reply_to_id"],
        right_on=["account_id", "message_id"],
        suffixes=("", "_asked"),
    )
    prompt = prompt[(prompt["sent_at"] - prompt["sent_at_asked"]).abs() < minute]
    prompt = prompt.sort_values(["sent_at", "message_id"])
    texts = ["account_id", "text_digest"]
    opens = prompt["sent_at"] - prompt.groupby(texts)["sent_at"].shift(-4) >= -day
    among = opens.groupby([prompt[name] for name in texts]).rolling(5, min_periods=1).max()
    machine = prompt.loc[among.droplevel([0, 1]).reindex(prompt.index) == 1, "message_id"]
    counts = (wrote["response_class"] != "automatic") & ~wrote["message_id"].isin(machine)
    response = wrote[counts].assign(person=wrote["addressed_ids"].str[0])
    response = response.rename(columns={"sent_at": "responded_at"})

    ours = ["account_id", "message_id", "sent_at"]
    direct = asked[ours].merge(
        response[["account_id", "reply_to_id", "responded_at"]],
        left_on=["account_id", "message_id"],
        right_on=["account_id", "reply_to_id"],
    )
    direct = direct[direct["responded_at"] - direct["sent_at"] >= -minute]
    spoken = asked[[*ours, "conversation_id", "author_id"]].merge(
        response[["account_id", "conversation_id", "person", "responded_at"]],
        left_on=["account_id", "conversation_id", "author_id"],
        right_on=["account_id", "conversation_id", "person"],
    )
    spoken = spoken[spoken["responded_at"] >= spoken["sent_at"]]
    found = pd.concat([direct, spoken])
    found = found[found["responded_at"] - found["sent_at"] <= watched]
    first = found.groupby(["account_id", "message_id"])["responded_at"].min()
    asked = asked.join(first, on=["account_id", "message_id"])

    deleted = (
        (asked["deleted_at"] < as_of)
        & (asked["deleted_at"] - asked["sent_at"] < week)
        & ~(asked["responded_at"] <= asked["deleted_at"])
    )
    wait = asked[~deleted & asked["question"]].copy()
    seen = (as_of - wait["sent_at"]).clip(upper=week)
    delay = (wait["responded_at"] - wait["sent_at"]).clip(lower=pd.Timedelta(0))
    wait["counted"] = wait["sent_at"] + week <= as_of
    wait["ended"] = delay <= seen
    wait["answered"] = wait["counted"] & wait["ended"]
    wait["elapsed"] = delay.where(wait["ended"], seen).dt.total_seconds()
    wait["delay"] = wait["elapsed"].where(wait["answered"])
    for name, hours in _WITHIN.items():
        wait[name] = wait["delay"] <= 3600 * hours

    of_body = wait[wait["counted"]].groupby("account_id")
    lines = of_body.agg(
        n_requests=("answered", "size"),
        n_answered=("answered", "sum"),
        response_rate=("answered", "mean"),
        median_delay=("delay", "median"),
        mean_delay=("delay", "mean"),
        **{name: (name, "mean") for name in _WITHIN},
    )
    lines["p90_delay"] = of_body["delay"].quantile(0.9)

    step = wait.groupby(["account_id", "elapsed"]).agg(n=("ended", "size"), d=("ended", "sum"))
    waiting = step["n"].groupby(level=0)
    n_waiting = waiting.transform("sum") - waiting.cumsum() + step["n"]
    survival = (1 - step["d"] / n_waiting).groupby(level=0).cumprod()
    over = survival[survival <= 0.5 + 1e-12].reset_index()
    lines["median_wait"] = over.groupby("account_id")["elapsed"].min()
    found = lines.astype(object).where(lines.notna(), None)
    return {account: dict(row) for account, row in found.to_dict("index").items()}


def by_polars(files: Sequence[str], as_of: datetime) -> Figures:
    """With Polars, lazily.

    Args:
        files: of the messages.
        as_of: where the data end, naive UTC.
    """
    import polars as pl

    day, week, minute = pl.duration(days=1), pl.duration(days=7), pl.duration(minutes=1)
    messages = pl.scan_parquet(list(files), hive_partitioning=False).select(_COLUMNS)
    public = ~pl.col("kind").is_in(["repost", "direct"])
    by_body = pl.col("author_id") == pl.col("account_id")
    in_order = messages.filter(public & ~by_body).sort("sent_at", "message_id")
    wrote = messages.filter(public & by_body)
    texts = ["account_id", "text_digest"]

    since_last = pl.col("sent_at").diff().over("account_id", "author_id", "text_digest")
    asked = in_order.filter(~(since_last <= day).fill_null(value=False), pl.col("n_addressed") < 4)

    usual = wrote.filter(pl.col("reply_to_id").is_not_null(), pl.len().over(texts) >= 5)
    prompt = usual.join(
        in_order.select("account_id", "message_id", asked_at="sent_at"),
        left_on=["account_id", "reply_to_id"],
        right_on=["account_id", "message_id"],
    ).filter((pl.col("sent_at") - pl.col("asked_at")).abs() < minute)
    opens = (pl.col("sent_at").shift(-4) - pl.col("sent_at") <= day).fill_null(value=False)
    among = pl.any_horizontal(pl.col("opens").shift(n).fill_null(value=False) for n in range(5))
    machine = (
        prompt.sort("sent_at", "message_id")
        .with_columns(opens=opens.over(texts))
        .filter(among.over(texts))
        .select("account_id", "message_id")
    )
    response = (
        wrote.filter(pl.col("response_class") != "automatic")
        .join(machine, on=["account_id", "message_id"], how="anti")
        .select(
            "account_id", "reply_to_id", "conversation_id",
            person=pl.col("addressed_ids").list.first(), responded_at="sent_at",
        )
    )  # fmt: skip

    early = pl.col("responded_at") - pl.col("sent_at")
    ours = ["account_id", "message_id", "sent_at", "responded_at"]
    direct = asked.join(
        response,
        left_on=["account_id", "message_id"],
        right_on=["account_id", "reply_to_id"],
    ).filter(early >= -minute)
    spoken = asked.join(
        response,
        left_on=["account_id", "conversation_id", "author_id"],
        right_on=["account_id", "conversation_id", "person"],
    ).filter(pl.col("responded_at") >= pl.col("sent_at"))
    first = (
        pl.concat([direct.select(ours), spoken.select(ours)])
        .filter(early <= pl.duration(days=_DAYS_WATCHED))
        .group_by("account_id", "message_id")
        .agg(pl.col("responded_at").min())
    )

    end, nothing = pl.lit(as_of), pl.duration(seconds=0)
    deleted = (
        (pl.col("deleted_at") < end)
        & (pl.col("deleted_at") - pl.col("sent_at") < week)
        & (pl.col("responded_at") > pl.col("deleted_at")).fill_null(value=True)
    ).fill_null(value=False)
    seen = pl.min_horizontal(end - pl.col("sent_at"), week)
    delay = pl.max_horizontal(early, nothing)
    wait = (
        asked.join(first, on=["account_id", "message_id"], how="left")
        .filter(~deleted, pl.col("question"))
        .select(
            "account_id",
            counted=pl.col("sent_at") + week <= end,
            ended=pl.col("responded_at").is_not_null() & (delay <= seen),
            elapsed=pl.when(pl.col("responded_at").is_not_null() & (delay <= seen))
            .then(delay)
            .otherwise(seen)
            .dt.total_microseconds()
            / 1e6,
        )
        .with_columns(answered=pl.col("counted") & pl.col("ended"))
        .with_columns(delay=pl.when("answered").then("elapsed"))
    )
    lines = (
        wait.filter("counted")
        .group_by("account_id")
        .agg(
            n_requests=pl.len(),
            n_answered=pl.col("answered").sum(),
            response_rate=pl.col("answered").mean(),
            median_delay=pl.col("delay").median(),
            mean_delay=pl.col("delay").mean(),
            p90_delay=pl.col("delay").quantile(0.9, "linear"),
            **{
                name: (pl.col("delay") <= 3600 * hours).fill_null(value=False).mean()
                for name, hours in _WITHIN.items()
            },
        )
    )
    survival = (1 - pl.col("d") / pl.col("n").cum_sum(reverse=True)).cum_prod()
    patience = (
        wait.group_by("account_id", "elapsed")
        .agg(n=pl.len(), d=pl.col("ended").sum())
        .sort("elapsed")
        .with_columns(survival=survival.over("account_id"))
        .filter(pl.col("survival") <= 0.5 + 1e-12)
        .group_by("account_id")
        .agg(median_wait=pl.col("elapsed").min())
    )
    found = lines.join(patience, on="account_id", how="left").collect()
    return {row.pop("account_id"): row for row in found.to_dicts()}
