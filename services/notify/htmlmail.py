"""A mail as HTML: the same words as its text, the way round that its language reads, links that can be pressed. Pure.

It is made of the text when it is sent, so the two never say different things and only one is kept. No pictures,
nothing fetched: opening a mail tells nobody.
"""

import re
from html import escape
from string import Template

from shared.packs import RIGHT_TO_LEFT

_PAGE = Template("""<!doctype html>
<html lang="$language" dir="$direction">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>$title</title></head>
<body style="margin:0;padding:0">
<div dir="$direction" style="max-width:36rem;margin:0 auto;padding:1rem;font:1.125rem/1.6 system-ui,sans-serif">
$paragraphs
</div>
</body>
</html>
""")
_PARAGRAPH = '<p style="margin:0 0 1.25rem">{}</p>'
_ASIDE = re.compile(r"(?<![\w-])[A-Z0-9]{2,}(?:-[A-Z0-9]{2,})+(?![\w-])|\+\d{6,15}")
"""Numbers of cases and telephones. They read from left to right inside Arabic, too."""


def html(subject: str, text: str, language: str, home: str) -> str:
    """`home` is the desk's own address: links to it can be pressed, others are words."""
    paragraphs = (part for part in re.split(r"\n{2,}", text.strip("\n")) if part.strip())
    return _PAGE.substitute(
        language=escape(language),
        direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
        title=escape(subject),
        paragraphs="\n".join(_PARAGRAPH.format(_marked(part, home)) for part in paragraphs),
    )


def _marked(paragraph: str, home: str) -> str:
    return "<br>\n".join(_line(line, home) for line in paragraph.split("\n"))


def _line(line: str, home: str) -> str:
    """A link is shown in full: whoever reads it sees where it leads before they press it."""
    parts = re.split(rf"({re.escape(home)}/[^\s<>\"']*)", line)
    return "".join(_link(part) if place % 2 else _words(part) for place, part in enumerate(parts))


def _link(address: str) -> str:
    shown = escape(address)
    return f'<a href="{shown}" dir="ltr" style="word-break:break-all">{shown}</a>'


def _words(said: str) -> str:
    """Isolated, so that a hyphen at its end does not jump to its beginning."""
    return _ASIDE.sub(lambda found: f'<bdi dir="ltr">{found[0]}</bdi>', escape(said))
