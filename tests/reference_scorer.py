"""The rules of docs/method.md in plain Python: no SQL, `not-covered`, `ignore` or `latest`."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import numpy as np
from reference_uncertainty import Request

from socialscore.store.schema import MESSAGE

NOW, SKEW, DAY, EVER = timedelta(), timedelta(seconds=60), timedelta(days=1), timedelta(days=36500)
TICK = timedelta(microseconds=1)  # the shortest time there is
NAMES = [name for name in MESSAGE.names if name.endswith("_id") and name != "rule_id"]
LEVELS = {"question_mark": "question_mark", "questions": "question", "requests": "request"}
SECONDS = {"m": 60, "h": 3600, "d": 86400}


def keyed(row):
    """The row with all columns, with identifiers and texts that no two networks share."""
    row, network = dict.fromkeys(MESSAGE.names) | row, row["network"]
    to, text = row["addressed_ids"] or (), row["text_digest"] or ("none", row["message_id"])
    row |= {name: row[name] and (network, row[name]) for name in NAMES}
    row |= {"accounts": [], "aside": [], "text": (network, text)}
    return row | {"to": [(network, name) for name in to]}


def reference(rows, panel, body, ranking, period, as_of, opening, views=None, promise=None):
    """The metrics of a body; those without a value are left out. `opening`: when it is open.

    `promise`: the seconds in which it promises an answer, and the intervals in which they count.
    `views`: by network and account, the intervals in which what it wrote was in view; None: all of
    them always were. Its `requests` are what `reference_uncertainty` needs of it; of its
    `unanswered`, by network and message_id: pending, not in view, and the age on the clock.
    """
    since, until, horizon = *period, timedelta(seconds=ranking.horizon or 0) or EVER
    known = [keyed(r) for r in rows if r["sent_at"] < as_of and r["network"] in ranking.networks]
    inbound, sent, units, counts = {}, [], {}, Counter()

    def owner(key, row):
        day = row["sent_at"].astimezone(ranking.zone).date()
        for candidate, account in panel.accounts():
            valid = (account.valid_from or day) <= day < (account.valid_until or date.max)
            if valid and (account.network, account.account_id) == key:
                return candidate
        return None

    def others(r):
        """Whom a message of the body addresses, besides the body itself."""
        return [key for key in r["to"] if owner(key, r) != body]

    def may_respond(r):
        """Whether it is neither automatic, by itself or in a burst, nor otherwise ruled out."""
        equal = [h["sent_at"] for h in fast if r in fast and h["text"] == r["text"]]
        fives = (ab for ab in zip(equal, equal[4:], strict=False) if ab[1] - ab[0] <= DAY)
        is_burst = ranking.exclude_bursts and any(a <= r["sent_at"] <= b for a, b in fives)
        mute = r["response_class"] in ("automatic", "redirect" if ranking.strict else "automatic")
        return not (r["bot"] or is_burst or mute) and (
            ranking.replies_to_several or len(others(r)) < 2
        )

    def delays(m):
        """How long after an inbound message the responses to it came, and if each redirects."""
        for r in said:
            delay, match, thread = r["sent_at"] - m["sent_at"], ranking.match, m["conversation_id"]
            in_thread = match != "direct" and thread and thread == r["conversation_id"]
            loose = match == "loose" and others(r) == [m["author_id"]] and delay <= horizon
            spoken = delay >= NOW and (loose or (in_thread and m["author_id"] in r["to"]))
            may = ranking.responders == "group" or r["account_id"] in m["accounts"]
            if may and delay >= -DAY and (spoken or r["reply_to_id"] == m["message_id"]):
                yield delay, r["response_class"] == "redirect"

    def reason(m, before):
        """Why a message does not count, after those of its author that do; None: it does."""
        writer, sent_at = owner(m["author_id"], m), m["sent_at"]
        end = min([horizon, as_of - sent_at, *(d for d, _ in delays(m) if d >= -SKEW)])
        recent = [e for e in before if e["sent_at"] >= max(sent_at - DAY, since - 2 * DAY)]
        gone = m["deleted_at"] and m["deleted_at"].replace(tzinfo=UTC) - sent_at
        holds = {
            "own-group": writer == body, "third-party": all(m["aside"]),
            "institution": writer not in (None, body) and not ranking.include_institutions,
            "private": m["kind"] == "direct", "repost": m["kind"] == "repost",
            "mass-mention": m["n_addressed"] >= 4, "deleted": gone is not None and gone < end,
            "duplicate": m["text"] in [e["text"] for e in recent],
        }  # fmt: skip
        chosen = {"own-group", "institution", "private", *ranking.exclude}
        return next((name for name, true in holds.items() if true and name in chosen), None)

    def continues(m, last):
        """Whether a message belongs to the same request as its author's last one."""
        if ranking.unit != "episode":
            return ranking.unit == "author" and last["sent_at"] >= since and m["sent_at"] < until
        turns = [r for r in said if last["sent_at"] <= r["sent_at"] < m["sent_at"]]
        to = [[r["reply_to_author_id"]] if ranking.match == "direct" else r["to"] for r in turns]
        return m["sent_at"] - last["sent_at"] <= DAY and not any(m["author_id"] in t for t in to)

    def in_view(network, moment):
        """Until when all accounts of the body were in view without a gap; None: one was not."""
        mine = [a for a in body.accounts if views and a.network == network]
        midnights = [datetime.combine(d, time(), ranking.zone).astimezone(UTC)
                     for a in mine for d in (a.valid_from, a.valid_until) if d]  # fmt: skip
        edges = {e for a in mine for seen in views[network, a.account_id] for e in seen}
        for edge in sorted({as_of, moment, *edges, *midnights}):
            held = [a for a in mine if owner((network, a.account_id), {"sent_at": edge}) == body]
            seen = (views[network, a.account_id] for a in held)
            if edge >= moment and not all(any(b <= edge < e for b, e in each) for each in seen):
                enough = as_of if ranking.horizon else as_of - DAY
                return (as_of if edge >= enough else edge) if edge > moment else None
        return as_of

    def request(unit):
        """What `numbers` needs of it, its first moment first."""
        asked = unit[0]["sent_at"]
        unit = [m for m in unit if m["sent_at"] <= asked + horizon]
        levels = {level for level, flag in LEVELS.items() if any(m[flag] for m in unit)} | {"all"}
        start = unit[-(ranking.unit == "episode" and ranking.clock_start == "last")]["sent_at"]
        came = [(m["sent_at"] + d, moved, d < -SKEW) for m in unit for d, moved in delays(m)]
        first = min((c for c in came if not c[2]), default=(start + 3 * EVER, None))
        seen_until = in_view(unit[0]["network"], asked)
        ident = (unit[0]["network"], unit[0]["message_id"][1])
        return ident, asked, seen_until, start, levels, *first[:2], sum(c[2] for c in came)

    for row in sorted(known, key=lambda row: (row["sent_at"], row["message_id"])):
        if owner(row["account_id"], row) == body and row["author_id"] != row["account_id"]:
            first = inbound.setdefault(row["message_id"], row)
            first["accounts"].append(row["account_id"])
            first["aside"].append(row["third_party"])
        elif owner(row["account_id"], row) == body and row["kind"] not in ("repost", "direct"):
            sent.append(row)
            counts["n_replies"] += bool(row["reply_to_id"]) and since <= row["sent_at"] < until
    times = {key: m["sent_at"] for key, m in inbound.items()}
    fast = [r for r in sent if abs(r["sent_at"] - times.get(r["reply_to_id"], until + EVER)) < SKEW]
    said = [r for r in sent if may_respond(r)]
    kept = [m for m in inbound.values() if m["kind"] in ranking.kinds]
    for m in kept:
        mine = units.setdefault(m["author_id"], [])
        if why := reason(m, [m for unit in mine for m in unit]):
            counts[f"n_excluded_{why.replace('-', '_')}"] += since <= m["sent_at"] < until
        elif mine and continues(m, mine[-1][-1]):
            mine[-1].append(m)
        else:
            mine.append([m])
    asked = [u for mine in units.values() for u in mine if since <= u[0]["sent_at"] < until]
    return numbers(map(request, asked), counts, ranking, horizon, as_of, opening, promise)


def numbers(requests, counts, ranking, horizon, as_of, opening, promise):
    """The metrics of the requests to a body, beside what was counted already."""

    def clock(start, stop, is_response):
        """The seconds between two moments; on the business clock, those of opening hours."""
        is_away = not any(begin <= stop and start < end for begin, end in opening)
        if is_response and is_away and ranking.off_hours_reply == "elapsed":
            return (stop - start).total_seconds()
        return passed(start, stop, opening)

    def passed(start, stop, intervals):
        parts = (min(stop, end) - max(start, begin) for begin, end in intervals)
        return sum(max(part, NOW).total_seconds() for part in parts)

    def is_kept(start, came, seen):
        """Whether a promise was kept; None: nothing is promised, or it was not over when seen."""
        promised, intervals = promise or (0, [])
        if promise is None or passed(start, seen + TICK, intervals) <= promised:
            return None
        return passed(start, came, intervals) <= promised

    waits, answered, waiting, found, selected, silent = [], [], Fraction(1), {}, [], {}
    for ident, asked, seen_until, start, levels, first, redirected, early in requests:
        age, end = timedelta(seconds=ranking.horizon or ranking.min_age or 0), asked + horizon
        due, watched = asked + age <= as_of, (seen_until or asked) >= min(end, as_of)
        counts.update(f"n_selected_{level}" for level in levels if due and watched)
        in_time = (
            due and watched and max(start, first) <= max(min(end, as_of, seen_until or end), start)
        )
        counts.update(f"n_answered_{level}" for level in levels if in_time)
        if ranking.selection.replace("-", "_") in levels:
            counts.update(n_pending=not due, n_unwatched=due and not watched)
            if first > as_of:  # an answer may come after the horizon
                silent[ident] = (not due, not watched, clock(start, as_of, is_response=False))
        if ranking.selection.replace("-", "_") in levels and seen_until:
            seen, came = max(min(end, as_of, seen_until), start), max(start, first)
            waits.append((clock(start, min(came, seen), came <= seen), came <= seen))
            is_answered = due and watched and came <= seen
            answered += [(waits[-1][0], redirected)] if is_answered else []
            day = asked.astimezone(ranking.zone).date()
            kept = is_kept(start, came, seen) if due and watched else None
            selected.append(Request(day, *waits[-1], due and watched, is_answered, kept))
            counts["n_too_early"] += early
            counts["n_late"] += due and watched and end < first <= end + horizon
    for length in sorted({wait for wait, _ in waits}):
        at_risk = sum(wait >= length for wait, _ in waits)
        waiting *= 1 - Fraction(waits.count((length, True)), at_risk)
        if waiting <= Fraction(1, 2):
            found.setdefault("median_wait", length)
    n, k = sum(it.matured for it in selected), len(answered)
    delays = sorted(d for d, _ in answered)
    hits = {t: sum(d <= int(t[:-1]) * SECONDS[t[-1]] for d in delays) for t in ranking.within}
    rates = {f"within_{t}": hit for t, hit in hits.items()} | {"response_rate": k}
    found |= {name: hit / n for name, hit in rates.items() if n}
    promised = [it.kept for it in selected if it.kept is not None]
    found |= {"within_promise": sum(promised) / len(promised)} if promised else {}
    if k:
        found |= {
            "median_delay": np.quantile(delays, 0.5), "p90_delay": np.quantile(delays, 0.9),
            "mean_delay": np.mean(delays), "redirect_rate": sum(r for _, r in answered) / k,
            "trimmed_delay": np.mean(delays[: k - int(Fraction(str(ranking.trim)) * k)]),
        }  # fmt: skip
    found |= {"n_requests": n, "n_answered": k, "devoted_index": k - (n - k)}
    return counts | found | {"requests": selected, "unanswered": silent}
