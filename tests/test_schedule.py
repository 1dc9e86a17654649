"""What `socialscore schedule` prints is read by strict parsers, and run with a stub."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from typing import TYPE_CHECKING

import pytest
from shell import begin, run

if TYPE_CHECKING:
    from pathlib import Path

PANEL = "body_id,body,network,account_id,handle\nplouvenec,Plouvenec,twitter,101,plouvenec\n"
RANKING = 'title = "Who answers?"\npanel = "panel.csv"\n'
TOWN = "it's 100% a town"

STUB = """\
#!/bin/sh
# Says what it was asked, and ends with the code that the file `codes` has for it.
echo "stub: $*"
for word in "$@"; do printf '%s\\n' "$word" >>"$(dirname "$0")/asked"; done
code=$(sed -n "s/^$1 //p" "$(dirname "$0")/codes")
exit "${code:-0}"
"""

EVERY_STEP = ["collect", "publish", "site"]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings, a panel and a ranking, and a stub in the place of the command."""
    monkeypatch.delenv("SOCIALSCORE_THREADS", raising=False)  # of the tests, not of a person
    programs = tmp_path / "bin of Bob's"
    programs.mkdir()
    for name in ("python", "socialscore"):
        (programs / name).write_text(STUB, encoding="utf-8")
        (programs / name).chmod(0o755)
    (programs / "codes").touch()
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    folder = tmp_path / TOWN
    folder.mkdir()
    (folder / "panel.csv").write_text(PANEL, encoding="utf-8")
    (folder / "weekly.toml").write_text(RANKING, encoding="utf-8")
    return begin(folder, monkeypatch)


def printed(part: str, *arguments: object) -> str:
    shown = run("schedule", "weekly.toml", "--format", part, *arguments)
    assert (shown.code, shown.err) == (0, "")
    return shown.out


def perform(town: Path, *arguments: object, **codes: int) -> subprocess.CompletedProcess[str]:
    """Save the printed script, and run it as the printed line does, with a bare environment."""
    (town / "socialscore-weekly.sh").write_text(printed("script", *arguments), encoding="utf-8")
    (line,) = jobs(printed("crontab"))
    plan = "".join(f"{step} {code}\n" for step, code in codes.items())
    (town.parent / "bin of Bob's" / "codes").write_text(plan, encoding="utf-8")
    return subprocess.run(
        ["/bin/sh", "-c", line[1]],
        cwd="/",
        env={},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def asked(town: Path) -> list[str]:
    """Every word that the command was given."""
    path = town.parent / "bin of Bob's" / "asked"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def steps(town: Path) -> list[str]:
    return [word for word in asked(town) if word in EVERY_STEP]


def log(town: Path) -> str:
    return (town / "socialscore-weekly.log").read_text(encoding="utf-8")


def jobs(crontab: str) -> list[tuple[str, str]]:
    """The times and the commands of a crontab, read as cron does."""
    found = []
    for line in crontab.splitlines():
        if line.startswith("#"):
            continue
        job = re.fullmatch(r"((?:(?:\d\d?|\*) ){4}\*) +(\S.*)", line)
        assert job, line
        minute, hour, *days = job[1].split()
        assert (int(minute) < 60, int(hour) < 24, days) == (True, True, ["*", "*", "*"])
        assert not re.search(r"(?<!\\)%", job[2]), "cron would end the command there"
        assert len(line) < 1000, "cron reads no longer lines"
        found.append((job[1], job[2].replace(r"\%", "%")))
    return found


# --- the run


def test_a_run_collects_publishes_and_builds_the_site_and_has_nothing_to_mail(town: Path) -> None:
    done = perform(town)

    assert asked(town) == [
        *("collect", "--panel", str(town / "panel.csv"), "--max-wait", "15m"),
        *("publish", str(town / "weekly.toml")),
        "site",
    ]
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("codes", "performed", "code", "mailed"),
    [
        ({"collect": 75}, EVERY_STEP, 75, False),
        ({"collect": 4}, EVERY_STEP, 4, True),
        ({"collect": 124}, EVERY_STEP, 124, True),
        ({"publish": 6}, EVERY_STEP, 6, True),
        ({"publish": 75}, EVERY_STEP, 75, False),
        ({"site": 3}, EVERY_STEP, 3, True),
        ({"collect": 75, "publish": 6}, EVERY_STEP, 6, True),
        ({"collect": 4, "publish": 6}, EVERY_STEP, 6, True),
        ({"collect": 4, "publish": 75}, EVERY_STEP, 4, True),
        ({"collect": 75, "site": 1}, EVERY_STEP, 1, True),
        ({"collect": 5}, ["collect"], 5, True),
        ({"collect": 130}, ["collect"], 130, True),
        ({"collect": 4, "publish": 3}, ["collect", "publish"], 3, True),
    ],
)
def test_a_run_goes_on_where_nothing_is_lost_and_ends_with_the_most_serious_code(
    town: Path, codes: dict[str, int], performed: list[str], code: int, mailed: bool
) -> None:
    done = perform(town, **codes)

    assert steps(town) == performed
    assert done.returncode == code
    assert bool(done.stderr) == mailed
    assert done.stdout == ""


def test_what_is_mailed_says_what_failed_since_when_and_what_to_do(town: Path) -> None:
    perform(town)
    before = log(town)

    done = perform(town, publish=6)

    first, second, empty, *said = done.stderr.splitlines(keepends=True)
    began = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    failed = r"socialscore-weekly failed with exit code 6\."
    assert re.fullmatch(rf"{failed} Since {began}, no run did all of its work\.\n", first)
    assert second.startswith("What to do: collect or import more")
    assert empty == "\n"
    assert "".join(said) == log(town).removeprefix(before)


def test_a_failure_is_mailed_once_a_day_with_when_it_began(town: Path) -> None:
    first = perform(town, publish=6).stderr
    began = re.search(r"Since (\S+),", first)
    assert began

    assert perform(town, publish=6).stderr == perform(town, collect=4).stderr == ""
    failing = town / "socialscore-weekly.failing"
    failing.write_text(f"{began[1]}\n2026-01-01\n", encoding="utf-8")  # told on another day
    assert f"Since {began[1]}," in perform(town, publish=6).stderr


def test_after_a_run_that_went_well_a_failure_is_a_new_one(town: Path) -> None:
    perform(town, publish=6)
    perform(town, collect=75)
    assert perform(town, publish=6).stderr == ""

    perform(town)

    assert "exit code 6" in perform(town, publish=6).stderr


def test_a_digest_is_mailed_once_a_week_with_the_first_run_that_goes_well(town: Path) -> None:
    options = ("--digest", "weekly.toml", "--digest", "plouvenec", "--labels", "fr")
    failed = perform(town, *options, publish=6)
    assert "digest" not in asked(town)

    mailed, again = perform(town, *options), perform(town, *options)

    weekly = str(town / "weekly.toml")
    assert failed.stderr.startswith("socialscore-weekly failed")
    assert mailed.stderr == (
        f"stub: digest {weekly} --labels fr\n"
        f"stub: digest plouvenec --ranking {weekly} --labels fr\n"
    )
    assert (mailed.returncode, again.returncode, again.stderr) == (0, 0, "")
    (town / "socialscore-weekly.digested").write_text("2026-W01\n", encoding="utf-8")
    later = perform(town, *options, collect=75)
    assert (later.returncode, later.stderr) == (75, mailed.stderr)


def test_a_digest_that_fails_is_a_failure_and_comes_with_the_next_run(town: Path) -> None:
    failed = perform(town, "--digest", "weekly.toml", digest=5)

    assert (failed.returncode, failed.stderr.count("exit code 5")) == (5, 2)
    assert perform(town, "--digest", "weekly.toml").stderr.startswith("stub: digest")


@pytest.mark.usefixtures("town")
def test_a_digest_of_nobody_is_refused() -> None:
    shown = run("schedule", "weekly.toml", "--digest", "plouvenek")

    assert (shown.code, shown.out) == (2, "")
    assert "did you mean 'plouvenec'" in shown.err
    other = run("schedule", "weekly.toml", "--digest", "daily.toml")
    assert (other.code, other.out) == (2, "")
    assert "--digest daily.toml: is none of the rankings" in other.err


def test_the_log_has_the_time_of_every_step_and_every_code_that_is_not_0(town: Path) -> None:
    perform(town, collect=75)

    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    said = re.findall(rf"(?m)^{time} (?:.*/socialscore (?=\w)|(?=exit))(\w+)(.*)$", log(town))
    assert [word for word, _ in said] == ["collect", "exit", "publish", "site"]
    assert said[1] == ("exit", " code 75")


def test_the_log_goes_on_from_run_to_run(town: Path) -> None:
    perform(town)
    first = log(town)
    perform(town)

    assert log(town).startswith(first)
    assert steps(town) == EVERY_STEP * 2


@pytest.mark.skipif(
    not shutil.which("flock"), reason="the commands' own locks are tested elsewhere"
)
def test_two_runs_never_overlap_and_the_second_ends_with_75(town: Path) -> None:
    lock = town / "socialscore-weekly.lock"
    with subprocess.Popen(
        ["flock", lock, "sh", "-c", "echo held; read over"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as first:
        assert first.stdout.readline() == b"held\n"

        second = perform(town)

        first.communicate(b"\n")
    assert (second.returncode, second.stderr, asked(town)) == (75, "", [])
    assert "the run before is not over yet" in log(town)


def test_a_folder_that_is_gone_is_said(town: Path) -> None:
    script = printed("script").replace(shlex.quote(str(town)), "/no/such/folder")

    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode == 5
    assert "/no/such/folder" in done.stderr


def test_every_shell_can_read_the_script(town: Path) -> None:
    (town / "script.sh").write_text(printed("script"), encoding="utf-8")

    for shell in filter(shutil.which, ("sh", "bash", "dash")):
        subprocess.run([shell, "-n", town / "script.sh"], check=True)


# --- what is run


def test_publications_and_the_site_go_where_the_options_say(town: Path) -> None:
    perform(town, "--out", "for all", "--site", "/srv/www/it's")

    out = str(town / "for all")
    assert asked(town)[-6:] == ["--out", out, "site", out, "--out", "/srv/www/it's"]


def test_a_run_may_be_given_a_budget(town: Path) -> None:
    perform(town, "--budget", "2.50")

    assert asked(town)[:7][-4:] == ["--max-wait", "15m", "--budget", "2.5"]


def test_a_budget_is_no_larger_than_the_one_that_was_given(town: Path) -> None:
    perform(town, "--budget", "1234567.89")

    assert asked(town)[:7][-2:] == ["--budget", "1234567.89"]


@pytest.mark.usefixtures("town")
def test_a_key_that_is_no_file_is_named() -> None:
    shown = run("schedule", "weekly.toml", "--sign", "nowhere")

    problem = "socialscore: nowhere: is not the file of a key\n"
    assert (shown.code, shown.out, shown.err) == (3, "", problem)


def test_what_is_published_may_be_signed(town: Path) -> None:
    (town / "key of Bob's").touch()
    perform(town, "--sign", "key of Bob's")

    said = asked(town)
    at = said.index("publish")
    assert said[at : at + 4] == [
        "publish",
        str(town / "weekly.toml"),
        "--sign",
        str(town / "key of Bob's"),
    ]


def test_without_collecting_a_run_publishes_and_builds_the_site(town: Path) -> None:
    done = perform(town, "--no-collect")

    script, service = (printed(part, "--no-collect") for part in ("script", "service"))
    assert (done.returncode, done.stderr, steps(town)) == (0, "", ["publish", "site"])
    assert "To publish and build the site. Printed by" in script
    assert "limit" not in script
    assert "Description=socialscore: publish and build the site\n" in service


@pytest.mark.usefixtures("town")
def test_a_budget_for_no_collecting_is_refused() -> None:
    result = run("schedule", "weekly.toml", "--no-collect", "--budget", "5")

    assert result.code == 2
    assert "--budget is for collecting, which --no-collect leaves out; give one" in result.err


def test_several_rankings_are_collected_once_and_each_is_published(town: Path) -> None:
    (town / "monthly.toml").write_text(RANKING, encoding="utf-8")

    perform(town, "monthly.toml")

    assert steps(town) == ["collect", "publish", "publish", "site"]


def test_rankings_of_two_panels_have_both_collected(town: Path) -> None:
    (town / "other.csv").write_text(PANEL, encoding="utf-8")
    (town / "other.toml").write_text('panel = "other.csv"\n', encoding="utf-8")

    perform(town, "other.toml")

    words = asked(town)
    panels = [words[place + 1] for place, word in enumerate(words) if word == "--panel"]
    assert panels == [str(town / "panel.csv"), str(town / "other.csv")]


def test_the_panel_of_the_settings_need_not_be_named(town: Path) -> None:
    with (town / "socialscore.toml").open("a", encoding="utf-8") as settings:
        settings.write('panel = "panel.csv"\n')

    perform(town)

    assert asked(town)[:3] == ["collect", "--max-wait", "15m"]


def test_from_a_folder_below_it_runs_in_that_of_the_settings(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (town / "rankings").mkdir()
    shutil.move(town / "weekly.toml", town / "rankings")
    shutil.copy(town / "panel.csv", town / "rankings")
    monkeypatch.chdir(town / "rankings")

    done = perform(town)

    assert done.returncode == 0
    assert str(town / "rankings" / "weekly.toml") in asked(town)
    assert log(town)


def test_a_shipped_ranking_goes_by_its_name(town: Path) -> None:
    script = run("schedule", "demo", "--format", "script").out

    assert re.search(r"socialscore'? publish demo$", script, re.MULTILINE), town


# --- the notations


@pytest.mark.usefixtures("town")
def test_collecting_has_three_quarters_of_the_time_until_the_next_run() -> None:
    assert "timeout -k 600 64800" in printed("script")
    assert "timeout -k 600 32400" in printed("script", "--at", "06:00", "--at", "18:00")
    assert "timeout -k 600 2700" in printed("script", "--at", "06:00", "--at", "07:00")


def test_cron_has_a_line_for_every_time(town: Path) -> None:
    script = shlex.quote(str(town / "socialscore-weekly.sh"))

    found = jobs(printed("crontab", "--at", "18:05", "--at", "6:30"))

    assert found == [
        ("30 6 * * *", f"/bin/sh {script}"),
        ("5 18 * * *", f"/bin/sh {script}"),
    ]


def test_systemd_runs_the_script_and_takes_75_for_success(town: Path) -> None:
    service, timer = ConfigParser(interpolation=None), ConfigParser(interpolation=None)
    service.optionxform = timer.optionxform = str

    service.read_string(printed("service"))
    timer.read_string(printed("timer"))

    script = str(town / "socialscore-weekly.sh").replace("%", "%%")
    assert service["Service"]["ExecStart"] == f'/bin/sh "{script}"'
    assert service["Service"]["SuccessExitStatus"] == "75"
    assert timer["Timer"]["OnCalendar"] == "*-*-* 06:00:00"


@pytest.mark.usefixtures("town")
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="a machine without systemd")
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    units = tmp_path / "units"
    units.mkdir()
    for part in ("service", "timer"):
        unit = units / f"socialscore-weekly.{part}"
        unit.write_text(printed(part, "--at", "06:00", "--at", "18:30"), encoding="utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units.iterdir()],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, "socialscore" in done.stderr) == (0, False), done.stderr


def test_all_of_it_says_where_each_part_belongs(town: Path) -> None:
    places = re.findall(r"(?m)^# ===== (.*)$", printed("all"))

    assert places == [
        str(town / "socialscore-weekly.sh"),
        "crontab -e",
        "/etc/systemd/system/socialscore-weekly.service",
        "/etc/systemd/system/socialscore-weekly.timer",
    ]
    assert printed("systemd").count("# =====") == 2


def test_a_name_that_is_no_name_for_a_unit_is_made_one(town: Path) -> None:
    shutil.move(town / "weekly.toml", town / "Île & mer 2.toml")

    shown = run("schedule", "Île & mer 2.toml")

    assert "/system/socialscore-le-mer-2.timer" in shown.out


# --- what is refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('unit = "epsode"\npanel = "panel.csv"\n', "unit"),
        ("title = \n", "TOML"),
        ('panel = "nowhere.csv"\n', "nowhere.csv"),
    ],
)
def test_a_wrong_ranking_or_panel_is_no_schedule_for_nothing(
    town: Path, text: str, said: str
) -> None:
    (town / "weekly.toml").write_text(text, encoding="utf-8")

    shown = run("schedule", "weekly.toml")

    assert (shown.code, shown.out) == (3, "")
    assert said in shown.err


@pytest.mark.usefixtures("town")
def test_a_language_without_a_digest_is_refused() -> None:
    shown = run("schedule", "weekly.toml", "--labels", "fr")

    assert (shown.code, shown.out) == (2, "")
    assert "--labels is for what --digest mails" in shown.err


@pytest.mark.parametrize("time", ["6", "24:00", "06:60", "noon", "٠٦:٠٠", ""])
def test_a_time_that_is_none_is_refused(town: Path, time: str) -> None:
    shown = run("schedule", "weekly.toml", "--at", time)

    assert (shown.code, shown.out) == (2, ""), town
    assert "such as 06:00" in shown.err


@pytest.mark.parametrize("times", [("06:00", "06:59"), ("00:10", "23:50")])
def test_times_closer_than_an_hour_are_refused(town: Path, times: tuple[str, str]) -> None:
    shown = run("schedule", "weekly.toml", "--at", times[0], "--at", times[1])

    assert (shown.code, shown.out) == (2, ""), town
    assert "an hour apart" in shown.err


def test_a_path_that_no_crontab_can_hold_is_refused(town: Path) -> None:
    shown = run("schedule", "weekly.toml", "--out", "two\nlines")

    assert (shown.code, shown.out) == (2, ""), town


def test_an_unknown_format_is_refused(town: Path) -> None:
    shown = run("schedule", "weekly.toml", "--format", "crontap")

    assert shown.code == 2, town
    assert "crontab" in shown.err


def test_a_variable_that_cron_will_not_know_is_said(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOCIALSCORE_STORE", "elsewhere")

    shown = run("schedule", "weekly.toml", "--format", "crontab")

    assert shown.code == 0, town
    assert "SOCIALSCORE_STORE" in shown.err
    assert "elsewhere" not in shown.err
