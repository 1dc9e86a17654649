"""Pages out of templates, in a language; whatever names and texts hold, they are no markup."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from socialscore.publishing.site import cells, urls
from socialscore.reporters import formatting
from socialscore.reporters.charts import raster
from socialscore.reporters.locale import LOCALES
from socialscore.version import __version__

if TYPE_CHECKING:
    from socialscore.reporters.locale import Locale

__all__ = ["About", "render"]


@dataclass(frozen=True)
class About:
    """What the pages say of the site itself."""

    name: str | None = None  # None: the usual one, in the language of the page
    url: str | None = None  # under which it is served, with a slash at its end
    contact: str | None = None  # an e-mail address or a page: where a number can be disputed
    licence: str | None = None  # of the data: the address of its text

    @property
    def contact_link(self) -> str | None:
        """The contact as a link."""
        if self.contact is None or self.contact.startswith("http"):
            return self.contact
        return f"mailto:{self.contact}"


def render(template: str, path: str, locale: Locale, about: About, **values: object) -> bytes:
    """A page.

    Args:
        template: its file's name.
        path: where the page will lie, from which its links lead.
        locale: its language.
        about: what it says of the site.
        values: what it shows.
    """
    text = (
        _environment(locale.code)
        .get_template(template)
        .render(values, about=about, here=path, link=partial(urls.link, path))
    )
    return text.encode()


@cache
def _environment(code: str) -> Environment:
    locale = LOCALES[code]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined] # of the extension
        locale.gettext, locale.ngettext, newstyle=True
    )
    environment.globals |= cells.helpers(locale) | {
        "has_pictures": raster.is_available(),
        "lang": code,
        "locale": locale,
        "locales": LOCALES,
        "urls": urls,
        "version": __version__,
    }
    environment.filters |= {
        "count": locale.count,
        "duration": locale.duration,
        "exported": cells.exported,
        "line": formatting.one_line,
        "ordinal": locale.ordinal,
        "points": locale.points,
        "share": locale.share,
        "span": locale.span,
    }
    return environment
