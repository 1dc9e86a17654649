"""The wheel: built from the files of a clean clone, it works where nothing else of them is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING

import pytest
from shell import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

PROGRAM = "import sys; from socialscore.commands import main; main(sys.argv[1:])"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, alone in its folder."""
    folder = tmp_path_factory.mktemp("wheel")
    kept = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, kept.stdout.split("\0")):
        if (CHECKOUT / name).is_file():
            target = folder / "clone" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(CHECKOUT / name, target)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder],
        cwd=folder / "clone",
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """A folder with the wheel's files, unpacked as an installer would."""
    shutil.unpack_archive(wheel, wheel.parent / "site", "zip")
    return wheel.parent / "site"


def test_the_wheel_installs_no_top_level_module_but_socialscore(installed: Path) -> None:
    names = {path.name for path in installed.iterdir() if path.suffix != ".dist-info"}

    assert names == {"socialscore"}


def test_the_wheel_carries_the_presets_the_calendars_and_the_rules(installed: Path) -> None:
    package = installed / "socialscore"

    assert (package / "rankings/presets/default.toml").is_file()
    assert (package / "calendars/office.toml").is_file()
    assert (package / "language/rules/fr.toml").is_file()
    assert (package / "scoring/sql/addressed.sql").is_file()
    assert (package / "publishing/site/templates/week.html").is_file()
    assert (package / "publishing/site/static/style.css").is_file()


def test_the_wheel_runs_the_demo_elsewhere(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "demo", "--store", "store"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "24 public bodies" in done.stderr
    assert "Tram de Brévanche" in done.stdout


def test_the_command_of_the_wheel_runs_in_an_environment_of_its_own(
    wheel: Path, tmp_path: Path
) -> None:
    """As `pipx install` and `uvx` make it, with the dependencies that the tests have."""
    environment = tmp_path / "environment"
    uv = [sys.executable, "-m", "uv", "--offline"]
    made = [
        [*uv, "venv", "--python", sys.executable, str(environment)],
        [*uv, "pip", "install", "--python", str(environment), "--no-deps", str(wheel)],
    ]
    for step in made:
        subprocess.run(step, check=True, capture_output=True)
    (site,) = environment.glob("lib/*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    done = subprocess.run(
        [environment / "bin" / "socialscore", "demo", "--store", "store"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "Tram de Brévanche" in done.stdout
