"""Forms as programs post them, urlencoded or in parts, into named fields and files. Pure.

Everything has a limit, so that reading costs little whatever is sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import parse_qsl

from multipart import MultipartError, MultipartParser, parse_options_header

FIELDS = 100
FIELD_BYTES = 64 * 1024
"""All fields together; files are apart."""
FILE_BYTES = 6_000_000
_NAME_LETTERS = 200
_FILE_NAME_LETTERS = 1000


class NotAForm(ValueError):
    """What was posted can't be read; says why."""


@dataclass(frozen=True)
class File:
    """A file, with the type and the name that the sender gave it."""

    content: bytes
    said: str
    name: str = ""


@dataclass(frozen=True)
class Form:
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[File]] = field(default_factory=dict)

    def one(self, name: str) -> str | None:
        """The field's text without space around it; None when it is not there or empty. Raises `NotAForm`."""
        values = self.fields.get(name, [])
        if len(values) > 1:
            raise NotAForm(f"{name} is given more than once.")
        return values[0].strip() or None if values else None

    def file(self, name: str) -> File | None:
        """The file; None when there is none, or an empty one without a name as browsers send. Raises `NotAForm`."""
        files = [file for file in self.files.get(name, []) if file.content]
        if len(files) > 1:
            raise NotAForm(f"{name} holds more than one file.")
        return files[0] if files else None


def query(text: str) -> dict[str, list[str]]:
    """A query string as fields. Raises `NotAForm`."""
    return _gathered(_pairs(text))


def form(body: bytes, content_type: str) -> Form:
    """A posted body as fields and files. Raises `NotAForm`."""
    kind, options = parse_options_header(content_type)
    if kind == "multipart/form-data":
        return _in_parts(body, options.get("boundary", ""))
    if kind not in {"application/x-www-form-urlencoded", ""}:
        raise NotAForm("Send application/x-www-form-urlencoded or multipart/form-data.")
    if len(body) > FIELD_BYTES:
        raise NotAForm(f"The form is larger than {FIELD_BYTES // 1024} KiB.")
    try:
        text = body.decode("ascii") if body.isascii() else body.decode()
    except UnicodeDecodeError:
        raise NotAForm("The form is not UTF-8.") from None
    return Form(_gathered(_pairs(text)))


def _pairs(text: str) -> list[tuple[str, str]]:
    if len(text) > FIELD_BYTES:
        raise NotAForm(f"There is more than {FIELD_BYTES // 1024} KiB of parameters.")
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS, errors="strict")
    except UnicodeDecodeError:
        raise NotAForm("The form is not UTF-8.") from None
    except ValueError:
        raise NotAForm(f"There are more than {FIELDS} parameters.") from None


def _gathered(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if len(name) > _NAME_LETTERS:
            raise NotAForm("The name of a parameter is too long.")
        fields.setdefault(name, []).append(value)
    return fields


def _in_parts(body: bytes, boundary: str) -> Form:
    fields: list[tuple[str, str]] = []
    files: dict[str, list[File]] = {}
    try:
        for name, text, file in _parts(body, boundary):
            if file is None:
                fields.append((name, text))
            else:
                files.setdefault(name, []).append(file)
    except UnicodeDecodeError:
        raise NotAForm("The form is not UTF-8.") from None
    except MultipartError:
        raise NotAForm("The parts of the form can't be read, are too many or too large.") from None
    return Form(_gathered(fields), files)


def _parts(body: bytes, boundary: str) -> Iterator[tuple[str, str, File | None]]:
    left = FIELD_BYTES
    parser = MultipartParser(
        BytesIO(body),
        boundary,
        len(body),
        part_limit=FIELDS,
        partsize_limit=FILE_BYTES,
        # Nothing is ever put on disk.
        spool_limit=FILE_BYTES,
        memory_limit=FILE_BYTES + FIELD_BYTES,
    )
    for part in parser:
        content = part.raw
        if part.filename is not None:
            yield part.name or "", "", File(content, part.content_type or "", part.filename[:_FILE_NAME_LETTERS])
            continue
        left -= len(content)
        if left < 0:
            raise NotAForm(f"The fields are larger than {FIELD_BYTES // 1024} KiB.")
        yield part.name or "", content.decode(), None
