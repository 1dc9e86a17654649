"""What MkDocs needs to know of a repository whose pages also read well as plain files.

The README is the first page, and what pages link to outside of `docs/` is part of the site, under
`repository/`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_ROOT = Path(__file__).parents[1]
_START = {"README.md": "index.md", "LISEZMOI.md": "LISEZMOI.md"}
_LINK = re.compile(r"(\]\()([^)#\s]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the first pages, and all that pages link to outside."""
    for name, page in _START.items():
        files.append(File.generated(config, page, abs_src_path=str(_ROOT / name)))
    pages = [Path(file.abs_src_path or "") for file in files.documentation_pages()]
    for page in pages:
        for _, target in _LINK.findall(page.read_text(encoding="utf-8")):
            path = (page.parent / target).resolve()
            outside = path.is_file() and _is_outside(path)
            if outside and not files.get_file_from_path(_placed(path)):
                files.append(File.generated(config, _placed(path), abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Let links lead to where a file lies in the site."""
    source = Path(page.file.abs_src_path or "")

    def moved(found: re.Match[str]) -> str:
        path = (source.parent / found[2]).resolve()
        if "://" in found[2] or not path.exists():
            return found[0]
        if path.is_dir():
            path /= "README.md"
        up = "../" * page.file.src_uri.count("/")
        return f"{found[1]}{up}{_placed(path)}"

    return _LINK.sub(moved, markdown)


def _is_outside(path: Path) -> bool:
    relative = path.relative_to(_ROOT).as_posix()
    return not relative.startswith("docs/") and relative not in _START


def _placed(path: Path) -> str:
    """Where a file of the repository lies in the site."""
    relative = path.relative_to(_ROOT).as_posix()
    if relative in _START:
        return _START[relative]
    return (
        relative.removeprefix("docs/") if relative.startswith("docs/") else f"repository/{relative}"
    )
