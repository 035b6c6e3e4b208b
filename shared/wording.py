"""What pages say: texts by key, in every language, and times as people write them."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

_ROOT = Path(__file__).resolve().parents[1]


@cache
def catalogue(service: str, language: str) -> Mapping[str, str]:
    """All texts that pages of `service` may use: its own over the kit's."""
    own = texts_of_pages(service) / f"{language}.json"
    kit = Path(__file__).resolve().parent / "texts" / f"{language}.json"
    texts: dict[str, str] = json.loads(kit.read_text(encoding="utf-8"))
    if own.is_file():
        texts |= json.loads(own.read_text(encoding="utf-8"))
    return texts


def texts_of_pages(service: str) -> Path:
    """Where the texts of a service's pages are: in a folder of their own when it has other texts as well."""
    folder = _ROOT / "services" / service / "texts"
    return folder / "pages" if (folder / "pages").is_dir() else folder


def left_to_right(code: str) -> str:
    """A number or code within a sentence that may be Arabic: its parts stay in their order."""
    return f"\u2066{code}\u2069"


def apart(words: str) -> str:
    """What somebody wrote, within a sentence that may run the other way: neither turns the other around."""
    return f"\u2068{words}\u2069"


class Speaker:
    """The texts of one service's pages in one language."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def __call__(self, key: str, **values: Any) -> str:
        """The text of `key` with `values` put in. Raises `KeyError` when there is none.

        The result is plain text: the template escapes it, whatever was put in.
        """
        return self._texts[key].format(**values)

    def says(self, key: str) -> bool:
        """Whether there is wording for `key`."""
        return key in self._texts

    def when(self, moment: datetime, zone: ZoneInfo) -> str:
        """`moment` as it is on the clocks of `zone`, with its weekday."""
        local = moment.astimezone(zone)
        return self("kit.moment", day=self.day(moment, zone), time=f"{local:%H:%M}")

    def day(self, moment: datetime, zone: ZoneInfo) -> str:
        """The date of `moment` in `zone`, with its weekday."""
        local = moment.astimezone(zone)
        return self(
            "kit.day",
            weekday=self(f"kit.weekday.{local.isoweekday()}"),
            day=local.day,
            month=self(f"kit.month.{local.month}"),
            year=local.year,
        )

    def days(self, start: datetime, end: datetime, zone: ZoneInfo) -> str:
        """The dates in `zone` from `start` up to, not including, `end`."""
        first, last = self.day(start, zone), self.day(end - timedelta(microseconds=1), zone)
        return first if first == last else self("kit.days", first=first, last=last)


@cache
def speaker(service: str, language: str) -> Speaker:
    return Speaker(catalogue(service, language))
