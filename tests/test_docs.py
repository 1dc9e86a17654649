"""Documentation that fails when it lies.

A block between `<!-- name -->` and `<!-- end -->` is printed from the code, or is a session that is
run; `python -m pytest --renew-golden` writes the blocks anew.
"""

from __future__ import annotations

import doctest
import io
import json
import re
import shlex
import tomllib
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import forgeries
import pytest
import town_hall
from exports import complete

import socialscore
from bench import clustered, coverage, language
from bench.measure import PARTS
from bench.report import section
from socialscore.commands import COMMANDS, main
from socialscore.errors import SocialscoreError
from socialscore.importers import X_PAGES
from socialscore.importers.columns import COLUMNS, NEEDED
from socialscore.importers.counts import COUNT_COLUMNS
from socialscore.importers.layout import shipped_layouts
from socialscore.inputs.ranking import Ranking, load_ranking
from socialscore.inputs.shipped import calendar_names, calendar_path, preset_names, preset_path
from socialscore.model.audit import Audit, AuditCell, Draw, DrawnRequest
from socialscore.reporters import columns, formatting
from socialscore.reporters.audit import render_audit
from socialscore.reporters.leaderboard import leaderboard_columns
from socialscore.scoring.auditing.figures import figures
from socialscore.scoring.metrics import metrics_for
from socialscore.scoring.statement import relations
from socialscore.store.schema import ARRIVAL, COVERAGE, ERASURE, MESSAGE, RUN

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "LISEZMOI.md", *sorted((ROOT / "docs").glob("*.md"))]
DAMAGE = ROOT / "fixtures" / "golden" / "damage"
DAMAGE_COLUMNS = (
    "`rank`", "`import`", "`status`", "`forget`", "`publish`", "`verify`", "`store check`",
    "`store repair`", "then `rank`",
)  # fmt: skip
THREE = ["rank", "demo", "--store", "three-presets", "--format", "json"]
SAVED = re.compile(r"(?s)Save it as `([\w.]+)`:\n\n```\w+\n(.*?)```")
BLOCK = re.compile(r"(?s)<!-- ([a-z-]+) -->\n(.*?)<!-- end -->")


SLOW = ("<!-- session -->", "<!-- python -->", "<!-- forgeries -->")


def is_slow(page: Path) -> bool:
    text = page.read_text(encoding="utf-8")
    return any(block in text for block in SLOW)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like a fresh checkout, for what sessions leave behind."""
    for name in ("calendars", "fixtures", "rankings"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOCIALSCORE_KEY_FILE", str(tmp_path / "pseudonym.key"))
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.name, marks=[pytest.mark.slow] if is_slow(page) else [])
        for page in PAGES
    ],
)
def test_a_page_says_what_the_code_says(
    page: Path,
    request: pytest.FixtureRequest,
) -> None:
    text = page.read_text(encoding="utf-8")
    save_files(page, text)
    names: dict[str, Any] = {}  # what one block of Python defines, the next ones know

    def printed(block: re.Match[str]) -> str:
        name, content = block.groups()
        if name == "python":
            fresh = python(content, names)
        else:
            fresh = session(content) if name == "session" else TABLES[name]()
        return f"<!-- {name} -->\n{fresh}\n<!-- end -->"

    fresh = BLOCK.sub(printed, text)

    if request.config.getoption("renew_golden"):
        page.write_text(fresh, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == fresh


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_no_page_says_a_paragraph_twice() -> None:
    for page in PAGES:
        paragraphs = page.read_text(encoding="utf-8").split("\n\n")
        long = [it for it in paragraphs if len(it) > 200]  # options of commands may be alike
        assert len(set(long)) == len(long), page.name


def test_every_decision_is_numbered_and_none_is_missing() -> None:
    notes = sorted(path.name for path in (ROOT / "docs/decisions").glob("0*.md"))

    assert [int(name[:4]) for name in notes] == list(range(1, len(notes) + 1))


def test_every_function_of_the_package_is_documented() -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")

    assert [it for it in socialscore.__all__[1:] if f"| `socialscore.{it}(" not in page] == []


# --- what the blocks are printed from


def save_files(page: Path, text: str) -> None:
    """What a page tells its readers to save, and the export that they are to have."""
    for name, content in SAVED.findall(text):
        Path(name).write_text(content, encoding="utf-8")
    if page.name == "first-ranking.md":
        town_hall.write_export(Path("export.xlsx"))
    if page.name in ("topics.md", "town-halls.md"):
        run(["demo", "--store", "demo-store"])


def session(content: str) -> str:
    """The commands of a session with what they print today."""
    lines = ["```console"]
    for command in re.findall(r"^\$ socialscore (.*)$", content, re.MULTILINE):
        shown = run(shlex.split(command)).replace(str(Path.cwd()), "/home/you/towns")
        lines += [f"$ socialscore {command}", *(line.rstrip() for line in shown.splitlines())]
    return "\n".join([*lines, "```"])


def python(content: str, names: dict[str, Any]) -> str:
    """The statements of a session with what a console of Python shows today."""
    lines = ["```pycon"]
    for example in doctest.DocTestParser().get_examples(content):
        first, *more = example.source.splitlines()
        lines += [f">>> {first}", *(f"... {line}" for line in more)]
        with redirect_stdout(io.StringIO()) as screen:
            try:
                exec(compile(example.source, "session", "single"), names)  # noqa: S102 a page of ours
            except SocialscoreError as error:
                print(f"{type(error).__module__}.{type(error).__name__}: {error}")
        lines += [line.rstrip() for line in screen.getvalue().splitlines()]
    return "\n".join([*lines, "```"])


def run(arguments: list[str]) -> str:
    """What a command prints, to stdout and to stderr, in order."""
    screen = io.StringIO()
    with redirect_stdout(screen), redirect_stderr(screen), pytest.raises(SystemExit) as ended:
        main(arguments)
    assert not ended.value.code
    return screen.getvalue()


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def of_schema(schema: pa.Schema) -> Callable[[], str]:
    rows = [
        (f"`{column.name}`", str(column.type), column.metadata[b"description"].decode())
        for column in schema
    ]
    return lambda: table(("column", "type", "meaning"), rows)


def of_metrics() -> str:
    rows = [
        (f"`{metric.name}`", metric.unit, metric.better or "", metric.description)
        for metric in metrics_for(load_ranking(None, {"clock": "business"}))
    ]
    return table(("metric", "unit", "better", "definition"), rows)


def of_presets() -> str:
    rows = []
    for name in preset_names():
        preset = load_ranking(None, {"preset": name})
        horizon = formatting.span(preset.horizon) if preset.horizon else "none"
        ways = f"{preset.selection}, {preset.unit}, {preset.match}"
        rows.append(
            (f"`{name}`", ways, horizon, f"`{preset.by}`", str(preset.min_requests), preset.source)
        )
    return table(("preset", "counts", "horizon", "ranks by", "min", "source"), rows)


def of_three_presets() -> str:
    """What three presets make of the demo, in the order of the first."""
    run(["demo", "--store", "three-presets"])
    presets = ("default", "socially-devoted", "zendesk")
    boards = [json.loads(run([*THREE, "--preset", preset])) for preset in presets]
    ranks = [{score["body"]: score["rank"] for score in board["scores"]} for board in boards]
    rows = [
        (body, *(str(of_preset[body] or "–") for of_preset in ranks))
        for body in ranks[0]
        if any(of_preset[body] for of_preset in ranks)
    ]
    return table(("rank by preset", *(f"`{preset}`" for preset in presets)), rows)


def of_results(title: str) -> Callable[[], str]:
    """As the benchmark found them: simulations take too long for a test."""
    results = ROOT / "bench" / "RESULTS.md"
    return lambda: section(results.read_text(encoding="utf-8"), title)


def of_forgeries() -> str:
    return table(forgeries.HEADER, forgeries.rows())


def of_language_figures() -> str:
    return table(language.HEADER, language.table(language.invented("held-out")))


def of_real_language_figures() -> str:
    """As the benchmark found them: a test of the rules holds the results against the data."""
    results = (ROOT / "bench" / "RESULTS.md").read_text(encoding="utf-8")
    head, _, *lines = section(results, language.TITLE).splitlines()
    held_out = "| real, held-out: "
    rows = [line.replace(held_out, "| ") for line in lines if line.startswith(held_out)]
    return "\n".join((head, "| --- " * len(language.HEADER) + "|", *rows))


def of_calendars() -> str:
    rows = []
    for name in calendar_names():
        said = tomllib.loads(calendar_path(name).read_text(encoding="utf-8"))
        hours = "; ".join(f"{days} {', '.join(times)}" for days, times in said["hours"].items())
        country = said.get("holidays", {}).get("country", "")
        rows.append((f"`{name}`", said["title"], hours, said["timezone"], country))
    return table(("calendar", "title", "hours", "timezone", "holidays"), rows)


def of_ranking_keys() -> str:
    rows = [
        (f"`{field.alias or name}`", field.description or "", _as_toml(name, field.default))
        for name, field in Ranking.model_fields.items()
    ]
    return table(("key", "meaning", "default"), rows)


def _as_toml(name: str, value: object) -> str:
    """A default as a file would say it; nothing where no file needs to."""
    match value:
        case bool():
            return f"`{str(value).lower()}`"
        case tuple():
            return f"`{json.dumps(value)}`"
        case str() | float():
            return f"`{json.dumps(value)}`"
        case int():
            return (
                f'`"{formatting.span(value)}"`'.replace(" ", "")
                if name == "horizon"
                else f"`{value}`"
            )
    return ""


def of_export_columns() -> str:
    """Of a row per body, with all that it may have."""
    ranking = load_ranking(None, {"clock": "business"})
    board = replace(complete(), metrics=metrics_for(ranking))
    rows = [
        (f"`{it.name}`", it.label, it.label_fr, it.type, it.unit, it.description)
        for it in columns.of_bodies(board)
    ]
    return table(("column", "label", "label in French", "type", "unit", "meaning"), rows)


def of_long_form_columns() -> str:
    rows = [(f"`{it.name}`", it.type, it.description) for it in columns.of_long_form()]
    return table(("column", "type", "meaning"), rows)


def of_details(kind: str) -> Callable[[], str]:
    rows = [
        (f"`{it.name}`", it.label_fr, it.type, it.unit, it.description)
        for it in columns.OF_DETAILS[kind]
    ]
    return lambda: table(("column", "label in French", "type", "unit", "meaning"), rows)


def of_leaderboard_columns() -> str:
    rows = [
        (f"`{it.name}`", it.label, it.label_fr, it.description)
        for it in leaderboard_columns(complete())
    ]
    return table(("column", "label", "label in French", "meaning"), rows)


def of_table_columns() -> str:
    rows = [
        (f"`{name}`", says + ("; required" if name in NEEDED else ""))
        for name, says in COLUMNS.items()
    ]
    return table(("column", "meaning"), rows)


def of_layouts() -> str:
    """Those that are shipped, and the one that is code."""
    of_x = (f"`{X_PAGES.name}`", X_PAGES.title, "what only the API writes", "")
    rows = [
        (
            f"`{name}`",
            f"[{layout.title}]({layout.source}), {layout.described}",
            ", ".join(f"`{column}`" for column in sorted(layout.recognised_by)),
            layout.remark,
        )
        for name, layout in shipped_layouts().items()
    ]
    return table(
        ("layout", "files", "recognised by", "what to know"),
        sorted([*rows, of_x], key=lambda row: row[0].strip("`")),
    )


def of_count_columns() -> str:
    return table(
        ("column", "meaning"), [(f"`{name}`", says) for name, says in COUNT_COLUMNS.items()]
    )


def of_relations() -> str:
    return table(("relation", "what a row is"), [(f"`{n}`", says) for n, says in relations()])


def of_commands() -> str:
    parts = []
    for command in ([], *([name] for name in COMMANDS)):
        title = " ".join(["socialscore", *command])
        lines = (line.rstrip() for line in run([*command, "--help"]).strip().splitlines())
        parts.append("\n".join([f"## {title}", "", "```", *lines, "```"]))
    return "\n\n".join(parts)


def of_damage() -> str:
    """As test_damage_matrix.py, which damages files one by one, has found it."""
    header = ("file", "damage", *DAMAGE_COLUMNS)
    rows = "".join(path.read_text(encoding="utf-8") for path in sorted(DAMAGE.glob("*.md")))
    return f"{table(header, [])}\n{rows}".rstrip()


def of_audit_example() -> str:
    """What an audit says whose strata are those of the golden figure."""
    kinds = [  # selection, answered, requests, labelled, genuine
        ("question-mark", True, 249, 36, 26),
        ("questions", True, 30, 4, 2),
        ("question-mark", False, 281, 35, 14),
        ("questions", False, 40, 5, 3),
        ("all", True, 400, 30, 1),
        ("all", False, 1000, 30, 1),
    ]
    drawn = {
        f"{kind}-{n}": DrawnRequest(f"{kind}-{n}", "", kinds[kind][0], kinds[kind][1])
        for kind, row in enumerate(kinds)
        for n in range(row[3])
    }
    draw = Draw(
        title="Who answers citizens?",
        period="2026-W46",
        as_of=datetime(2026, 11, 23, tzinfo=UTC),
        selection="questions",
        by="",
        n=140,
        seed=1,
        options={},
        panel="",
        rulebook="",
        method="",
        cells=tuple(AuditCell("", *row[:3], 0) for row in kinds),
        requests=tuple(drawn.values()),
    )
    genuine = {row: (int(row.split("-")[1]) < kinds[int(row[0])][4],) for row in drawn}
    audit = Audit(draw, date(2026, 12, 1), genuine)
    return f"```\n{render_audit(audit, figures(audit))}```"


TABLES: dict[str, Callable[[], str]] = {
    "audit-example": of_audit_example,
    "forgeries": of_forgeries,
    "calendars": of_calendars,
    "commands": of_commands,
    "clustered-arrows": of_results(clustered.ARROWS),
    "clustered-ranks": of_results(clustered.RANKS),
    "clustered-rates": of_results(clustered.RATES),
    "count-columns": of_count_columns,
    "damage": of_damage,
    "coverage-figures": of_results(coverage.TITLE),
    "coverage-columns": of_schema(COVERAGE),
    "export-columns": of_export_columns,
    **{f"details-{kind}": of_details(kind) for kind in columns.OF_DETAILS},
    "erasure-columns": of_schema(ERASURE),
    "run-columns": of_schema(RUN),
    "arrival-columns": of_schema(ARRIVAL),
    "language-figures": of_language_figures,
    "layouts": of_layouts,
    "leaderboard-columns": of_leaderboard_columns,
    "long-form-columns": of_long_form_columns,
    "message-columns": of_schema(MESSAGE),
    "metrics": of_metrics,
    "presets": of_presets,
    "ranking-keys": of_ranking_keys,
    "real-language-figures": of_real_language_figures,
    "relations": of_relations,
    "site-figures": of_results(PARTS["site"].title),
    "table-columns": of_table_columns,
    "three-presets": of_three_presets,
}


def test_every_shipped_ranking_says_where_its_way_of_counting_comes_from() -> None:
    for name in preset_names():
        assert tomllib.loads(preset_path(name).read_text(encoding="utf-8"))["source"]
