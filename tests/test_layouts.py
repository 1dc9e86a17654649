"""Files of many tools are read as messages; a case is a pair of files in fixtures/layouts.

`NAME.messages.json` says what `NAME.<ending>` is read as: the layout for which it is taken, options
that somebody must give, the notices in it, and the messages that concern the panel beside it. An
archive is a folder.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shell import CHECKOUT, begin, run

from socialscore.errors import InputError, SeveralProblems, UnknownName
from socialscore.importers import FileOptions, read, x_jsonl
from socialscore.importers.columns import NEEDED
from socialscore.importers.layout import LayoutSettings, read_layout, shipped_layouts
from socialscore.importers.source import Source
from socialscore.importers.staged import Clock
from socialscore.importers.staging import Stage
from socialscore.importers.tabular import tabular
from socialscore.inputs.panel_file import read_panel
from socialscore.inputs.shipped import layout_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Rows = list[dict[str, str]]

PAIRS = CHECKOUT / "fixtures" / "layouts"
PANEL = read_panel(PAIRS / "panel.csv")
CASES = sorted(path.name.removesuffix(".messages.json") for path in PAIRS.glob("*.messages.json"))


@dataclass(frozen=True)
class Reading:
    """What became of a file."""

    layout: str
    notices: dict[str, int]
    refused: list[str]
    messages: list[dict[str, Any]]


def expected(case: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((PAIRS / f"{case}.messages.json").read_text("utf-8"))
    return said


def file_of(case: str) -> Path:
    """The file of a case, or the one of the archive that has the posts."""
    [found] = [
        path
        for path in (*PAIRS.glob(f"{case}.*"), *PAIRS.glob(f"{case}/tweet*.js"))
        if not path.name.endswith(".messages.json")
    ]
    return found


def reading(path: Path, timezone: str | None = None, layout: str | None = None) -> Reading:
    """A file as `import` reads it, with the messages in order of identifier and account."""
    options = FileOptions(layout, clock=Clock(timezone=ZoneInfo(timezone) if timezone else None))
    with Source(path) as source, Stage() as stage:
        opened = read(source, options)
        stage.read(opened.rows, path)
        stage.address(PANEL)
        rows = [told(row) for part in stage.messages() for row in part.to_pylist()]
        return Reading(
            opened.layout.name,
            stage.notices,
            [each.reason for each in stage.refusals()],
            sorted(rows, key=lambda row: (row["message_id"], row["account_id"])),
        )


def told(row: dict[str, Any]) -> dict[str, Any]:
    """What a row says, as JSON has it; the order of those whom it addresses is that of the file."""
    content = {name: value for name, value in row.items() if value not in (None, False, 0, [])}
    if "addressed_ids" in content:
        content["addressed_ids"].sort()
    return content | {"sent_at": row["sent_at"].replace(tzinfo=UTC).isoformat()}


@pytest.mark.parametrize("case", CASES)
def test_a_file_is_read_as_the_messages_beside_it(case: str) -> None:
    said = expected(case)

    found = reading(file_of(case), **said.get("options", {}))

    assert found.layout == said["layout"]
    assert found.notices == said.get("notices", {})
    assert found.refused == []
    assert found.messages == said["messages"]


def test_every_shipped_layout_has_a_pair_a_source_and_a_date() -> None:
    tried = {expected(case)["layout"] for case in CASES}

    for name, layout in shipped_layouts().items():
        assert name in tried
        assert layout.source.startswith("https://")
        assert layout.described
        assert layout.described <= datetime.now(UTC).date()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return begin(tmp_path, monkeypatch)


# --- which layout --------------------------------------------------------------------------------


def columns_of(path: Path) -> tuple[str, ...]:
    with Source(path) as source:
        return tabular(source, is_header=lambda names: len(names) > 1).columns


@pytest.mark.parametrize("case", CASES)
def test_a_file_is_claimed_by_its_own_layout_alone(case: str) -> None:
    path = file_of(case)

    with Source(path) as source:
        claimed = ["x-jsonl"] if x_jsonl.claims(source.head()) else []
    claimed += [each.name for each in shipped_layouts().values() if each.claims(columns_of(path))]

    assert claimed == [expected(case)["layout"]]


def test_no_layout_claims_pages_of_x() -> None:
    for path in sorted((CHECKOUT / "fixtures" / "twitter").glob("*.json")):
        if not path.name.endswith(".message.json"):
            columns = columns_of(path)
            assert not [each for each in shipped_layouts().values() if each.claims(columns)]


# --- variants ------------------------------------------------------------------------------------


def with_index(rows: Rows, name: str) -> Rows:
    return [{name: str(number)} | row for number, row in enumerate(rows)]


def changed(rows: Rows, column: str, change: Callable[[str], str]) -> Rows:
    return [row | {column: change(row[column])} for row in rows]


def iso(time: str) -> str:
    return datetime.strptime(time, "%a %b %d %H:%M:%S %z %Y").isoformat(sep=" ")


MADE_OF_THE_SAMPLE: dict[str, Callable[[Rows], Rows]] = {
    "an unnamed index": lambda rows: with_index(rows, ""),
    "a named index": lambda rows: with_index(rows, "Unnamed: 0"),
    "another order": lambda rows: [dict(reversed(row.items())) for row in rows],
    "ISO dates": lambda rows: changed(rows, "created_at", iso),
    "capitals": lambda rows: changed(rows, "inbound", str.upper),
    "small letters": lambda rows: changed(rows, "inbound", str.lower),
    "ones and zeros": lambda rows: changed(rows, "inbound", lambda it: str(int(it == "True"))),
    "no announced replies": lambda rows: [
        {name: value for name, value in row.items() if name != "response_tweet_id"} for row in rows
    ],
}


@pytest.fixture
def sample() -> Rows:
    with (PAIRS / "care.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("variant", MADE_OF_THE_SAMPLE)
def test_what_was_made_of_the_sample_is_read_like_the_sample(
    variant: str, sample: Rows, tmp_path: Path
) -> None:
    rows = MADE_OF_THE_SAMPLE[variant](sample)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    (tmp_path / "care.csv").write_text(text.getvalue(), encoding="utf-8", newline="")

    found = reading(tmp_path / "care.csv")

    assert (found.layout, found.messages) == ("care", expected("care")["messages"])


def test_the_sample_may_be_parquet_or_json_with_types(sample: Rows, tmp_path: Path) -> None:
    typed = [
        row | {"inbound": row["inbound"] == "True", "created_at": iso(row["created_at"])}
        for row in sample
    ]
    pq.write_table(pa.Table.from_pylist(typed), tmp_path / "care.parquet")
    lines = "".join(f"{json.dumps(row)}\n" for row in typed)
    (tmp_path / "care.jsonl").write_text(lines, encoding="utf-8")

    for path in sorted(tmp_path.iterdir()):
        found = reading(path)
        assert (found.layout, found.messages) == ("care", expected("care")["messages"])


def test_parents_that_pandas_made_decimal_are_found_again(sample: Rows, tmp_path: Path) -> None:
    frame = pa.Table.from_pylist(changed(sample, "in_response_to_tweet_id", decimal)).to_pandas()
    frame.to_csv(tmp_path / "care.csv")

    found = reading(tmp_path / "care.csv")

    assert found.messages == expected("care")["messages"]


def decimal(identifier: str) -> str:
    return str(float(identifier)) if identifier else ""


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("folder", ["", "data/"])
def test_an_archive_may_stay_in_its_zip(folder: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        for path in sorted((PAIRS / "x-archive").iterdir()):
            archive.write(path, f"{folder}{path.name}")
        archive.writestr(f"{folder}like.js", "window.YTD.like.part0 = [ ]")
        archive.writestr("Your archive.html", "<html></html>")

    taken = run("import", tmp_path / "archive.zip", "--panel", PAIRS / "panel.csv")

    assert taken.code == 0, taken.err
    assert "2 rows read, 1 of them replies; 2 messages kept" in taken.err


@pytest.mark.usefixtures("here")
def test_a_layout_of_which_one_column_is_missing_is_suggested(tmp_path: Path) -> None:
    path = tmp_path / "tweets.csv"
    text = file_of("twarc-csv").read_text(encoding="utf-8")
    path.write_text(text.replace("author.username", "username", 1), encoding="utf-8")
    arguments = ("import", path, "--panel", PAIRS / "panel.csv")

    said = run(*arguments)
    shown = run(*arguments, "--preview")

    remark = "it has the columns of twarc-csv except author.username; if that is what wrote it, "
    assert f"  {remark}add --layout twarc-csv\n" in said.err
    assert remark.strip() in " ".join(shown.out.split())
    assert reading(path, layout="twarc-csv").layout == "twarc-csv"


@pytest.mark.parametrize(
    "said",
    ["[ ]", "nonsense", '[{"account": {"accountId": null}}]', '[{"account": {"accountId": {}}}]'],
)
def test_an_archive_whose_owner_is_not_said_is_an_error(said: str, tmp_path: Path) -> None:
    posts = file_of("x-archive").read_text(encoding="utf-8")
    (tmp_path / "tweets.js").write_text(posts, encoding="utf-8")
    (tmp_path / "account.js").write_text(f"window.YTD.account.part0 = {said}", encoding="utf-8")

    with pytest.raises(InputError, match=r"account\.js: does not say account\.accountId"):
        reading(tmp_path / "tweets.js")


# --- what is said at an import -------------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_rows_of_a_stream_that_are_no_messages_are_counted_and_not_refused() -> None:
    taken = run("import", file_of("x-v1-stream"), "--panel", PAIRS / "panel.csv")

    assert taken.code == 0, taken.err
    assert "7 rows read" in taken.err
    assert "0 refused" in taken.err
    assert "2 rows are no messages: 1 × deletion, 1 × limit (X withheld posts)" in taken.err


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("case", "remark"),
    [
        ("4cat", "replies are matched by conversation"),
        ("twarc-csv", "longer than 280 characters"),
        ("x-archive", "import what people wrote to it as well"),
    ],
)
def test_what_a_layout_cannot_say_is_said_at_the_import(case: str, remark: str) -> None:
    taken = run("import", file_of(case), "--panel", PAIRS / "panel.csv")

    assert taken.code == 0, taken.err
    assert remark in taken.err


# --- rules for all -------------------------------------------------------------------------------

HEADER = "message_id,author_id,sent_at,text"
TWEET = {
    "id_str": "1", "created_at": "Mon Nov 09 10:00:00 +0000 2026", "full_text": "@VilleClairval ?",
    "user": {"id_str": "2", "screen_name": "anna"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("repost_of_id", "7", "repost"),
        ("is_repost", "yes", "repost"),
        ("is_repost", "no", "mention"),
        ("kind", "repost", "repost"),
        ("quote_of_id", "7", "quote"),
        ("is_quote", "true", "quote"),
        ("is_reply", "1", "reply"),
    ],
)
def test_a_repost_a_quote_and_a_reply_are_known_by_what_a_column_says(
    column: str, value: str, kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    row = f"1,2,2026-11-09T10:00:00Z,@VilleClairval pourquoi ?,{value}"
    path.write_text(f"{HEADER},{column}\n{row}\n", encoding="utf-8")

    [message] = reading(path).messages

    assert message["kind"] == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("RT @anna: @VilleClairval pourquoi ?", "repost"),
        ("Je RT @VilleClairval", "mention"),
        ("RT : @VilleClairval", "mention"),
    ],
)
def test_a_text_that_begins_as_a_repost_is_one_in_every_layout(
    text: str, kind: str, tmp_path: Path
) -> None:
    of_x = {"id": "1", "author_id": "2", "created_at": "2026-11-09T10:00:00.000Z", "text": text}
    of_x["entities"] = {"mentions": [{"username": "VilleClairval"}]}  # type: ignore[assignment]
    files = {
        "table.csv": f"{HEADER}\n1,2,2026-11-09T10:00:00Z,{text}\n",
        "posts.jsonl": json.dumps(of_x),
        "v1.jsonl": json.dumps(TWEET | {"full_text": text}),
    }

    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
        [message] = reading(tmp_path / name).messages
        assert message["kind"] == kind, name


def test_an_object_is_no_identifier(tmp_path: Path) -> None:
    lines = [TWEET, TWEET | {"id_str": {"low": 3, "high": 0}}, TWEET | {"id_str": ["4"]}]
    path = tmp_path / "v1.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    found = reading(path)

    assert [each["message_id"] for each in found.messages] == ["1"]
    assert found.refused == ["id_str holds an object", "id_str holds a list"]


def test_columns_that_nobody_needs_may_hold_anything(tmp_path: Path) -> None:
    path = tmp_path / "v1.jsonl"
    path.write_text(json.dumps(TWEET | {"place": {"id": [1]}, "": None}), encoding="utf-8")

    assert len(reading(path).messages) == 1


def test_whom_a_text_begins_with_is_not_answered_without_a_parent(tmp_path: Path) -> None:
    path, mine = tmp_path / "v1.jsonl", tmp_path / "mine.toml"
    path.write_text(json.dumps(TWEET | {"in_reply_to_user_id_str": "77"}), encoding="utf-8")
    mine.write_text(layout_path("x-v1").read_text(encoding="utf-8"), encoding="utf-8")

    for layout in (None, str(mine)):
        [message] = reading(path, layout=layout).messages
        assert "reply_to_author_id" not in message


def test_our_own_name_says_whom_a_message_answers_even_without_a_parent(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    row = "1,2,2026-11-09T10:00:00Z,@VilleClairval pourquoi ?,,77"
    path.write_text(f"{HEADER},reply_to_id,reply_to_author_id\n{row}\n", encoding="utf-8")

    [message] = reading(path).messages

    assert message["reply_to_author_id"] == "77"


# --- a layout of one's own -----------------------------------------------------------------------

MINE = """\
message_id = "Nr"
author_id = "Von"
sent_at = { join = ["Tag", "Zeit"] }
text = ["Langtext", "Text"]
network = "facebook"
account = "An"

[notices]
"automatic note" = { column = "Art", value = "Info" }
"""


def test_what_json_has_only_now_and_then_need_not_be_there(tmp_path: Path) -> None:
    path, mine = tmp_path / "v1.jsonl", tmp_path / "mine.toml"
    path.write_text(json.dumps(TWEET), encoding="utf-8")
    mine.write_text(layout_path("x-v1").read_text(encoding="utf-8"), encoding="utf-8")

    with Source(path) as source:
        remarks = read(source, FileOptions(str(mine))).remarks

    [remark] = [each for each in remarks if "retweeted_status.id_str" in each]
    assert remark.startswith("nothing at its beginning is called in_reply_to_status_id_str, ")
    assert "extended_tweet.full_text" not in remark
    mine.write_text(MINE, encoding="utf-8")
    with pytest.raises(SeveralProblems, match=r"mine\.toml:1, key message_id: unknown column"):
        reading(path, layout=str(mine))


def test_a_layout_of_ones_own_reads_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINE, encoding="utf-8")
    path = tmp_path / "tickets.csv"
    path.write_text(
        "Nr;Von;An;Tag;Zeit;Art;Text;Langtext\n"
        "1;301;ville.clairval;2026-11-09;10:00:00;Frage;Warum;Warum ist zu?\n"
        "2;302;ville.clairval;2026-11-09;11:00:00;Frage;Wann?;\n"
        "3;;;;;Info;Wartung;\n",
        encoding="utf-8",
    )

    found = reading(path, "UTC", layout=str(tmp_path / "mine.toml"))

    assert found.layout == "mine"
    assert [message["text"] for message in found.messages] == ["Warum ist zu?", "Wann?"]
    assert found.notices == {"automatic note": 1}
    assert found.refused == []


def test_the_documented_example_of_a_layout_is_one(tmp_path: Path) -> None:
    page = (CHECKOUT / "docs" / "import.md").read_text(encoding="utf-8")
    [example] = re.findall(r"(?s)```toml\n(.*?)```", page)
    (tmp_path / "tickets.toml").write_text(example, encoding="utf-8")

    layout = read_layout(tmp_path / "tickets.toml")

    assert set(layout.columns) >= set(NEEDED)
    assert layout.columns["sent_at"] == (("Day", "Time"),)


def test_every_setting_of_a_layout_is_documented() -> None:
    page = (CHECKOUT / "docs" / "import.md").read_text(encoding="utf-8")

    assert [name for name in LayoutSettings.model_fields if f"`{name}`" not in page] == []


def test_everything_wrong_with_a_layout_file_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'timezone = "Europe/Pari"\n'
        'mesage_id = "ID"\n'
        "author_id = []\n"
        "sent_at = 3\n"
        'text = { joined = ["a"] }\n'
        'text_escapes = ["htm"]\n'
        "[notices]\n"
        'a = { colum = "t", value = "x" }\n',
        encoding="utf-8",
    )

    with pytest.raises(SeveralProblems) as caught:
        read_layout(path)

    column = 'write a column in quotation marks, {join = ["Date", "Time"]}, or a list of these'
    assert [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems] == [
        "1, key timezone: 'Europe/Pari' is not a timezone such as Europe/Paris",
        "2, key mesage_id: unknown key 'mesage_id'; did you mean 'message_id'?",
        "3, key author_id: write at least one",
        f"4, key sent_at: {column}",
        f"5, key text: {column}",
        "6, key text_escapes: unknown text_escape 'htm'; did you mean 'html'?",
        '8, key notices.a: write a column in quotation marks, or {column = "type", value = '
        '"deletion"}',
    ]


def test_columns_that_the_file_lacks_are_told_with_the_line_of_the_layout(tmp_path: Path) -> None:
    layout, path = tmp_path / "mine.toml", tmp_path / "table.csv"
    layout.write_text('message_id = "Nr"\nauthor_id = "Fron"\ntext = "Texte"\n', encoding="utf-8")
    path.write_text("Nr,From,sent_at,Text\n1,2,2026-11-09T10:00:00Z,Quand ?\n", encoding="utf-8")

    with pytest.raises(SeveralProblems) as caught:
        reading(path, layout=str(layout))

    assert [str(problem) for problem in caught.value.problems] == [
        f"{layout}:2, key author_id: unknown column (for author_id) 'Fron'; did you mean 'From'?",
        f"{layout}:3, key text: unknown column (for text) 'Texte'; did you mean 'Text'?",
    ]


def test_a_layout_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownName, match=r"unknown layout .*'twarc'; did you mean 'twarc-csv'"):
        reading(PAIRS / "care.csv", layout="twarc")
