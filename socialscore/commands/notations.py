"""A schedule in the notations of those who keep it: a shell, cron and systemd."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PARTS", "Schedule", "destination"]

_OF_GAP = 45  # seconds of every minute between two runs for collecting; the rest is for publishing


@dataclass(frozen=True)
class Schedule:
    """A schedule, before it is written in anybody's notation."""

    name: str  # of its files, after the first ranking
    folder: Path  # of the settings, where it runs
    program: str  # the path of socialscore
    collecting: list[list[str]]  # arguments, command by command; none: files are imported
    publishing: list[list[str]]  # and building the site
    digests: list[list[str]]  # what is mailed once a week; none: nothing
    times: list[int]  # minutes since midnight, in order

    @property
    def script(self) -> str:
        """The path of the script."""
        return str(self.folder / f"{self.name}.sh")

    @property
    def does(self) -> str:
        """What a run does, for people."""
        return (
            "collect, publish and build the site"
            if self.collecting
            else "publish and build the site"
        )

    @property
    def gap(self) -> int:
        """The fewest minutes from one run to the next."""
        following = [*self.times[1:], self.times[0] + 24 * 60]
        return min(b - a for a, b in zip(self.times, following, strict=True))


_SCRIPT = """\
#!/bin/sh
# To @DOES@. Printed by `socialscore schedule`: print it anew when
# socialscore or this folder moves. Times are UTC.
#
# All that is said goes to a log. What somebody must read is said on stderr too, which cron mails: a
# failure, once a day@AND@. The exit code is that of the last step that went wrong; 75 (later)
# counts least.

export PATH=/usr/local/bin:/usr/bin:/bin LC_ALL=C PYTHONUTF8=1
cd @FOLDER@ || exit 5
exec 3>&2 >>@LOG@ 2>&1

begun=$(wc -l <@LOG@)
worst=0

now() { date -u +%Y-%m-%dT%H:%M:%SZ; }

say() { printf '%s %s\\n' "$(now)" "$*" >&2; }

step() {
    case $worst in 0 | 4 | 6 | 75 | 124) ;; *) return ;; esac # after any other, nothing is sure
    say "$@"
    "$@" 3>&- && return
    code=$?
    say "exit code $code"
    [ "$code" -eq 75 ] && [ "$worst" -ne 0 ] || worst=$code
}

# Two runs never overlap.
exec 9>>@LOCK@
if command -v flock >/dev/null && ! flock -n 9; then
    say "the run before is not over yet"
    exit 75
fi
@LIMIT@
@STEPS@
@DIGEST@
advice() {
    case $1 in
    2 | 3) echo "mend what the last lines name; until then nothing more is published" ;;
    4) echo "socialscore auth check; what was fetched is kept, and the next run goes on" ;;
    5) echo "socialscore store check; is the disk full?" ;;
    6) echo "collect or import more, or ask for less in [assert] of the ranking" ;;
    124) echo "collecting took too long: run it more often, or for fewer accounts" ;;
    *) echo "run it by hand; if it was not interrupted, it is a bug: report it with these lines" ;;
    esac
}

# A failure is told once a day, with when it began.
today=$(date +%Y-%m-%d)
case $worst in
0) rm -f @FAILING@ ;;
75) ;;
*)
    since=$(sed -n 1p @FAILING@ 2>/dev/null)
    told=$(sed -n 2p @FAILING@ 2>/dev/null)
    printf '%s\\n%s\\n' "${since:=$(now)}" "$today" >@FAILING@
    if [ "$told" != "$today" ]; then
        {
            echo "@NAME@ failed with exit code $worst. Since $since, no run did all of its work."
            echo "What to do: $(advice "$worst")"
            echo
            tail -n "+$((begun + 1))" @LOG@
        } >&3
    fi
    ;;
esac
exit "$worst"
"""

_DIGEST = """
# The digest, with the first run of a week that went well, or left the rest to the next one.
week=$(date +%G-W%V)
case $worst in 0 | 75) went_well=yes ;; *) went_well= ;; esac
if [ "$went_well" ] && [ "$(cat @DIGESTED@ 2>/dev/null)" != "$week" ]; then
    later=$worst
    worst=0
    {
@STEPS@
    } >@DIGESTED@.txt
    [ "$worst" -eq 0 ] && cat @DIGESTED@.txt >&3 && echo "$week" >@DIGESTED@
    [ "$worst" -eq 0 ] && worst=$later
fi
"""

_LIMIT = """
# Collecting ends in good order before the next run, with code 124.
limit=
command -v timeout >/dev/null && limit="timeout -k 600 {seconds}"
"""


def _script(plan: Schedule) -> str:
    steps = [
        f"step {limit}{shlex.join([plan.program, *arguments])}"
        for limit, commands in (("$limit ", plan.collecting), ("", plan.publishing))
        for arguments in commands
    ]
    words = {
        "@NAME@": plan.name,
        "@AND@": ", and a digest, once a week" if plan.digests else "",
        "@FAILING@": f"{plan.name}.failing",
        "@DIGEST@": _digest(plan) if plan.digests else "",
        "@FOLDER@": shlex.quote(str(plan.folder)),
        "@LOG@": f"{plan.name}.log",
        "@LOCK@": f"{plan.name}.lock",
        "@DOES@": plan.does,
        "@LIMIT@": _LIMIT.format(seconds=plan.gap * _OF_GAP) if plan.collecting else "",
        "@STEPS@": "\n".join(steps),
    }
    return re.sub("@[A-Z]+@", lambda match: words[match[0]], _SCRIPT)


def _digest(plan: Schedule) -> str:
    steps = (f"        step {shlex.join([plan.program, *each])}" for each in plan.digests)
    words = {"@DIGESTED@": f"{plan.name}.digested", "@STEPS@": "\n".join(steps)}
    return re.sub("@[A-Z]+@", lambda match: words[match[0]], _DIGEST)


_CRONTAB = """\
# For `crontab -e`. What a run says on stderr is mailed to you, or to whom a line above says:
# MAILTO=name@example.org
"""


def _crontab(plan: Schedule) -> str:
    """A line per time; cron takes a bare percent sign for the end of the command."""
    run = shlex.join(["/bin/sh", plan.script]).replace("%", r"\%")
    lines = (f"{time % 60} {time // 60} * * *  {run}\n" for time in plan.times)
    return _CRONTAB + "".join(lines)


_SERVICE = """\
[Unit]
Description=socialscore: {does}
Wants=network-online.target
After=network-online.target
# To be told when a run fails, name a unit of yours that tells you:
# OnFailure=tell-me.service

[Service]
Type=oneshot
User={user}
ExecStart=/bin/sh {script}
# Try again later: the next run goes on.
SuccessExitStatus=75
Nice=10
NoNewPrivileges=yes
"""


def _service(plan: Schedule) -> str:
    return _SERVICE.format(does=plan.does, user=_user(), script=_for_systemd(plan.script))


def _for_systemd(word: str) -> str:
    """One word of ExecStart, in which % and $ begin something and a backslash escapes."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def _user() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


_TIMER = """\
[Unit]
Description=socialscore, every day

[Timer]
{times}
# A run that was missed because the machine was off is made up for.
Persistent=true

[Install]
WantedBy=timers.target
"""


def _timer(plan: Schedule) -> str:
    lines = (f"OnCalendar=*-*-* {time // 60:02}:{time % 60:02}:00" for time in plan.times)
    return _TIMER.format(times="\n".join(lines))


PARTS: dict[str, Callable[[Schedule], str]] = {
    "script": _script,
    "crontab": _crontab,
    "service": _service,
    "timer": _timer,
}


def destination(plan: Schedule, part: str) -> str:
    """Where a part belongs."""
    if part == "script":
        return plan.script
    return "crontab -e" if part == "crontab" else f"/etc/systemd/system/{plan.name}.{part}"
