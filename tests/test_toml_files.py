"""TOML that nobody means is refused at once, with its line: neither a traceback nor a long wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from socialscore.errors import InputError
from socialscore.inputs.toml_files import read_toml

DEEP = "is nested more than 100 deep; write fewer brackets or dots"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("\na = " + "[" * 5_000 + "]" * 5_000, f":2: the file {DEEP}"),
        ("\na = " + "[" * 900_000, f":2: the file {DEEP}"),
        ("a = 1\nb = " + "{b = " * 200 + "1" + "}" * 200, f":2: the file {DEEP}"),
        (".".join("a" * 20_000) + " = 1", f":1: the file {DEEP}"),
        (".".join(['"a"'] * 20_000) + " = 1", f":1: the file {DEEP}"),
        ("a = {" + " . ".join("a" * 20_000) + " = 1}", f":1: the file {DEEP}"),
        ("\n\n[" + ".".join("a" * 20_000) + "]", f":3: the file {DEEP}"),
        ("a = 1\nb = " + "9" * 5_000, ":2: the file has a number of more than 4,000 digits"),
        ("#" * 1_000_001, ": the file is larger than 1 MB; is it another file?"),
    ],
    ids=lambda value: value[:20],
)
def test_what_nobody_means_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(text)

    with pytest.raises(InputError) as caught:
        read_toml(path, "the file")

    assert str(caught.value) == f"{path}{problem}"


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/dev/zero", "the file is larger than 1 MB; is it another file?"),
        ("/", "the file cannot be read (Is a directory)"),
        ("a\0b", "the file cannot be read (embedded null byte)"),
        ("x" * 300, "the file cannot be read (File name too long)"),
    ],
)
def test_what_is_no_file_is_refused(path: str, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        read_toml(Path(path), "the file")

    assert str(caught.value) == f"{path}: {problem}"


def test_dots_and_brackets_in_texts_and_comments_are_no_depth(tmp_path: Path) -> None:
    path = tmp_path / "fine.toml"
    path.write_text(f'a = "{"[." * 200}" # {"[." * 200}\nb = [{"1.5, " * 200}]\n')

    assert set(read_toml(path, "the file")) == {"a", "b"}
