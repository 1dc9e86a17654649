"""Golden files: `python -m pytest --renew-golden` writes them anew; read the difference then."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING

import engines
import publications
import pytest
import shell
from hypothesis import settings

from socialscore.language import rulebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden"


# No test needs to outlive a power cut; those of what is synced, and when, note the calls.
os.fsync = lambda _: None  # type: ignore[assignment,misc]

# Each of the processes that tests run in has a core; threads of DuckDB would only wait for each
# other. Those of settings and limits say what they want.
os.environ.setdefault("SOCIALSCORE_THREADS", "1")

# Nearly all that imports and the collection of tests make stays; searching it for garbage over and
# over took a third of their time. It is not searched later either: statsmodels asks for that with
# every call of `multipletests`.
gc.disable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    gc.unfreeze()  # what libraries look for at the end is to be found


# A busy machine is slow, and that is no failure. Half of the usual examples find what there is, in
# half of the time.
settings.register_profile("socialscore", deadline=None, max_examples=50)
settings.load_profile("socialscore")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--renew-golden", action="store_true", help="write the golden files instead of comparing"
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], str]:
    """What a golden file says; the text that we have is written to it when they are renewed."""

    def expected(name: str, text: str) -> str:
        path = GOLDEN / name
        if request.config.getoption("renew_golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()

    return expected


# Stores that no test changes --------------------------------------------------------------------


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the demo."""
    path = tmp_path_factory.mktemp("demo") / "store"
    made = shell.run("demo", "--store", path)
    assert made.code == 0, made.err
    return path


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with settings, a key and the store to publish from."""
    return publications.lay_store(tmp_path_factory.mktemp("project"))


# Engines ----------------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests that are marked run on both engines, the others on the one that is chosen."""
    if metafunc.definition.get_closest_marker("both_engines"):
        on_spark = pytest.param("spark", marks=engines.ON_SPARK)
        metafunc.parametrize("engine_in_use", ["duckdb", on_spark], indirect=True, scope="module")


@pytest.fixture(scope="session")
def java() -> None:
    """What Spark needs; without it, only CI insists on Spark."""
    if not engines.has_java():
        reason = "Spark needs Java 17: apt-get install openjdk-17-jre-headless"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


@pytest.fixture(autouse=True, scope="module")
def engine_in_use(request: pytest.FixtureRequest) -> Iterator[None]:
    """The engine on which worlds are scored."""
    engines.in_use = getattr(request, "param", engines.CHOSEN)
    if engines.in_use == "spark":
        request.getfixturevalue("java")
    yield
    engines.in_use = engines.CHOSEN


# Rules that change --------------------------------------------------------------------------------


@pytest.fixture
def other_rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Called, it lets the language rules be those of another version, which judge alike."""

    def change() -> None:
        monkeypatch.setattr(rulebook, "STATEMENT", rulebook.STATEMENT + 1)
        rulebook.rulebook_digest.cache_clear()

    yield change
    monkeypatch.undo()
    rulebook.rulebook_digest.cache_clear()
