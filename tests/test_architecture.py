"""The architecture: who may import whom, and where each library stays."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from shell import run

from socialscore.commands import COMMANDS
from socialscore.model.network import BY_NAME, COLLECTED, NETWORKS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "socialscore"

LAYERS = (  # from the ground up; parts of one layer do not know each other
    {"errors", "version"},
    {"model", "runtime"},
    {"inputs", "payloads"},
    {"language"},
    {"collectors", "engines", "importers", "reporters", "store"},
    {"intake", "previewing", "scoring"},
    {"topics"},
    {"collecting", "publishing"},
    {"api"},
    {"socialscore"},  # whose names are those of the API
    {"commands"},
)

LIBRARIES = {  # where each may be imported; folders end in a slash
    "deltalake": ["store/"],
    "duckdb": ["runtime/duckdb.py", "engines/duckdb.py", "importers/", "language/", "store/"],
    "facebook": ["collectors/facebook/api.py"],
    "filelock": ["collectors/", "publishing/", "store/"],
    "fsspec": ["runtime/object_storage.py"],
    "holidays": ["inputs/calendar.py", "model/opening_hours.py"],
    "babel": ["reporters/"],
    "jinja2": ["publishing/site/", "reporters/charts/"],
    "vl_convert": ["reporters/charts/raster.py"],
    "keyring": ["inputs/credentials.py"],
    "msgspec": ["importers/x_jsonl.py"],
    "numpy": [
        "importers/records.py",
        "importers/repeated_hours.py",
        "language/",
        "scoring/uncertainty.py",
        "topics/",
    ],
    "obstore": ["runtime/object_storage.py", "store/bucket.py"],
    "pandas": ["api/results.py"],
    "platformdirs": ["commands/", "store/bucket.py"],
    "polars": ["api/results.py"],
    "pyarrow": [""],
    "pydantic": ["importers/layout.py", "inputs/", "language/rulebook.py"],
    "pyspark": ["engines/spark.py"],
    "python_calamine": ["importers/workbook.py"],
    "requests": ["collectors/"],
    "rich": ["commands/", "reporters/console.py"],
    "sklearn": ["topics/"],
    "sqlglot": ["engines/spark_sql.py"],
    "threadpoolctl": ["topics/"],
    "tweepy": ["collectors/twitter/api.py"],
    "typer": ["commands/"],
    "xlsxwriter": ["reporters/sheets.py"],
    "yaml": ["importers/registers/opened.py"],
}

OF_COMMANDS_ONLY = {  # the clock, the environment, the terminal
    "breakpoint", "date.today", "datetime.now", "datetime.today", "datetime.utcnow", "input",
    "os.environ", "os.getcwd", "os.get_terminal_size", "os.getenv", "Path.cwd", "Path.home",
    "print", "shutil.get_terminal_size", "sys.argv", "sys.exit", "sys.stderr", "sys.stdin",
    "sys.stdout", "time.monotonic", "time.sleep", "time.time",
}  # fmt: skip
SHARED = {
    "__init__",
    "access",
    "common",
    "completion",
    "confirmation",
    "counts",
    "estimates",
    "hints",
    "import_preview",
    "notations",
    "streams",
    "outcomes",
    "output",
    "panel_import",
    "ranking_options",
    "run_list",
    "screens",
    "waiting",
}
EXTRAS = ("charts", "spark", "keyring", "polars", "s3", "topics")
NETWORK_MODULES = {"asyncio", "ftplib", "http", "smtplib", "socket", "ssl", "urllib.request"}

NAMES = re.compile("|".join(NETWORKS), re.IGNORECASE)
OF_A_NETWORK = (  # where a network may be named
    "model/network.py",
    *(f"{folder}/{name}" for folder in ("collectors", "payloads") for name in NETWORKS),
    "importers/x_jsonl.py",  # the lines are answers of the X API, mapped as those of its collector
)

MODULES = sorted(PACKAGE.rglob("*.py"))
BELOW_COMMANDS = [path for path in MODULES if path.parent.name != "commands"]


class Import(NamedTuple):
    """One name of one import statement."""

    module: str
    in_function: bool
    for_types: bool  # under `if TYPE_CHECKING`


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> list[Import]:
    return list(_imports(tree_of(path), False, False))


def _imports(node: ast.AST, in_function: bool, for_types: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, in_function, for_types) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        for alias in node.names:
            yield Import(f"{node.module}.{alias.name}", in_function, for_types)
    in_function |= isinstance(node, ast.FunctionDef)
    for_types |= isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    for child in ast.iter_child_nodes(node):
        yield from _imports(child, in_function, for_types)


def part_of(module: str) -> str:
    """The name in LAYERS of a module of ours; the package itself is its Python API."""
    names = module.split(".")
    known = set().union(*LAYERS)
    return names[1] if len(names) > 1 and names[1] in known else "socialscore"


def layer_of(part: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if part in layer)


def inside(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def name_of(path: Path) -> str:
    return f"socialscore.{inside(path).removesuffix('.py').replace('/', '.')}"


def imported() -> Iterator[tuple[str, Import]]:
    """Every import of the package, with the path of the module that has it."""
    yield from ((inside(path), found) for path in MODULES for found in imports(path))


def test_imports_point_downwards() -> None:
    upwards = [
        (inside(path), found.module)
        for path in MODULES
        for found in imports(path)
        if found.module.split(".")[0] == "socialscore"
        and not is_below(part_of(found.module), part_of(name_of(path)))
    ]

    assert not upwards


def is_below(other: str, part: str) -> bool:
    return other == part or layer_of(other) < layer_of(part)


def test_no_modules_import_each_other_in_a_circle() -> None:
    names = {name_of(path).removesuffix(".__init__") for path in MODULES}
    knows = {
        name_of(path).removesuffix(".__init__"): {
            found.module if found.module in names else found.module.rpartition(".")[0]
            for found in imports(path)
            if found.module.startswith("socialscore.")
        }
        for path in MODULES
    }

    TopologicalSorter({name: others - {name} for name, others in knows.items()}).prepare()


def test_no_two_classes_have_one_name() -> None:
    classes = Counter(
        node.name
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
    )

    assert not [name for name, n in classes.items() if n > 1]


def test_every_module_has_its_layer() -> None:
    parts = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in MODULES}

    assert parts - {"__init__"} <= set().union(*LAYERS)


def test_libraries_stay_where_they_belong() -> None:
    ours = sys.stdlib_module_names | {"socialscore"}
    used = {(path, found.module.split(".")[0]) for path, found in imported()}

    astray = [
        (path, library)
        for path, library in used
        if library not in ours and not path.startswith(tuple(LIBRARIES.get(library, ())))
    ]

    assert not astray, "say in LIBRARIES where it may be imported"


def test_pandas_is_imported_by_the_function_that_hands_it_over() -> None:
    at_once = [
        path
        for path, found in imported()
        if found.module.startswith("pandas") and not (found.in_function or found.for_types)
    ]

    assert not at_once


def test_only_commands_know_the_clock_the_environment_and_the_terminal() -> None:
    known = [(inside(path), name) for path in BELOW_COMMANDS for name in sorted(names_in(path))]

    assert not [(path, name) for path, name in known if name in OF_COMMANDS_ONLY]
    assert not [(path, name) for path, name in known if name.endswith(".isatty")]


def names_in(path: Path) -> set[str]:
    """What a module calls by a name, with the modules before it, and what it imports."""
    nodes = list(ast.walk(tree_of(path)))
    used = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    used |= {node.id for node in nodes if isinstance(node, ast.Name)}
    return used | {found.module for found in imports(path)}


def test_only_collectors_ask_the_network() -> None:
    used = {(path, found.module.split(".")[0]) for path, found in imported()}

    others = [
        (path, module)
        for path, module in used
        if module in NETWORK_MODULES
        # A site is shown to this machine alone.
        and not path.startswith("collectors/")
        and path != "commands/serve.py"
    ]

    assert not others


def named(path: Path) -> Iterator[str]:
    """What of a module names a network; in Python, comments and docstrings aside."""
    if path.suffix == ".sql":
        lines = path.read_text(encoding="utf-8").splitlines()
        yield from (line for line in lines if NAMES.search(line.partition("--")[0]))
        return
    tree = tree_of(path)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    nodes = [node for node in ast.walk(tree) if isinstance(node, documented)]
    said = {id(node.body[0].value) for node in nodes if ast.get_docstring(node) is not None}  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        for _, value in ast.iter_fields(node):
            words = value if isinstance(value, list) else [value]
            if id(node) not in said:
                yield from (word for word in words if isinstance(word, str) and NAMES.search(word))


def test_a_network_is_named_where_it_is_declared_asked_or_mapped_and_nowhere_else() -> None:
    elsewhere = [
        (inside(path), name)
        for path in [*MODULES, *sorted(PACKAGE.rglob("*.sql"))]
        if not inside(path).startswith(OF_A_NETWORK)
        for name in [inside(path), *named(path)]
        if NAMES.search(name)
    ]

    assert not elsewhere


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_collected_if_it_has_a_folder_with_a_collector(name: str) -> None:
    folder = PACKAGE / "collectors" / name

    assert (name in COLLECTED) == folder.is_dir()
    if BY_NAME[name].collected:
        assert (PACKAGE / "payloads" / f"{name}.py").is_file()
        assert hasattr(import_module(f"socialscore.collectors.{name}"), "COLLECTOR")


def test_every_library_is_imported_somewhere() -> None:
    used = {found.module.split(".")[0] for _, found in imported()}

    assert not LIBRARIES.keys() - used


def test_every_library_that_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = {
        re.split(r"[\[>]", line)[0].lower()
        for line in (*project["dependencies"], *chain(*(extras[it] for it in EXTRAS)))
    }
    packages = packages_distributions()
    used = {found.module.split(".")[0] for _, found in imported()}

    undeclared = {
        library
        for library in used - set(sys.stdlib_module_names) - {"socialscore"}
        if not {name.lower() for name in packages.get(library, [library])} & declared
    }

    assert not undeclared


def test_every_command_is_a_module_of_its_own() -> None:
    modules = {path.stem for path in (PACKAGE / "commands").glob("*.py")}

    assert modules - SHARED == set(COMMANDS.values())


def test_the_list_of_commands_has_the_first_sentence_of_each() -> None:
    listed = " ".join(run("--help").out.split())

    for name in COMMANDS:
        about = run(name, "--help").out.split("\n\n")[1]
        assert f" {name} {' '.join(about.split())}" in listed


HELP = """
import contextlib, io, sys
from socialscore.commands import COMMANDS, main

for arguments in [["--help"], *([name, "--help"] for name in COMMANDS)]:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        main(arguments)
    assert "Usage: socialscore" in out.getvalue(), arguments
assert "socialscore.inputs.settings" not in sys.modules, "it builds a model"
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""


def test_help_imports_no_engine_and_no_library_that_takes_its_time() -> None:
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True)

    slow = {
        *("deltalake", "duckdb", "facebook", "holidays", "numpy", "pandas", "pyarrow"),
        *("requests", "sklearn", "tweepy"),
    }
    assert not slow & set(done.stdout.split())


def test_a_ranking_is_made_without_libraries_that_take_their_time(demo: Path) -> None:
    program = (
        "import sys; from socialscore.commands import main\n"
        f"try: main(['rank', 'demo', '--store', {str(demo)!r}, '--format', 'csv'])\n"
        "except SystemExit: sys.exit(bool({'pandas', 'pyarrow.compute'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)

    assert done.stdout.startswith(b"rank,")
    assert done.returncode == 0
