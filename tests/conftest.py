"""Golden files: `python -m pytest --renew-golden` writes them anew; read the difference then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden"


# A busy machine is slow, and that is no failure.
settings.register_profile("socialscore", deadline=None)
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
