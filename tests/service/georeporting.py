"""Open311 as its clients speak it: straight to the function, or over a real socket for clients that others wrote."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, fromstring

from tests.service.world import OPEN311_KEY, World

ROOT = "/open311/v2"
FORM = "application/x-www-form-urlencoded"
REPORT = {
    "api_key": OPEN311_KEY,
    "service_code": "S1",
    "lat": "25.204849",
    "long": "55.270783",
    "address_string": "Flat 12, 34 Harbour Street, Dubai",
    "description": "It smells of rotten eggs behind the market.",
}

Fields = dict[str, Any] | list[tuple[str, str]]


def get(world: World, path: str, **asked: Any) -> Any:
    """What is answered in JSON; the status has to be 200."""
    status, headers, body = read(world, f"{path}.json", **asked)
    assert (status, headers["Content-Type"]) == (200, "application/json"), body
    return json.loads(body)


def get_xml(world: World, path: str, **asked: Any) -> Element:
    """The same in XML."""
    status, headers, body = read(world, f"{path}.xml", **asked)
    assert (status, headers["Content-Type"]) == (200, "text/xml; charset=utf-8"), body
    assert body.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    return fromstring(body)


def read(world: World, path: str, **asked: Any) -> tuple[int, dict[str, str], bytes]:
    query = urlencode(asked, doseq=True)
    return world.answer("intake.open311", "GET", f"{ROOT}/{path}{'?' if query else ''}{query}", {}, b"")


def send(world: World, fields: Fields, form: str = "json", **how: Any) -> tuple[int, Any]:
    """Post a report; status and answer."""
    return post(world, urlencode(fields, doseq=True).encode(), FORM, form, **how)


def post(
    world: World, body: bytes, kind: str, form: str = "json", key: str | None = None, query: str = ""
) -> tuple[int, Any]:
    headers = {"Content-Type": kind, **({"Idempotency-Key": key} if key else {})}
    status, _, answer = world.answer("intake.open311", "POST", f"{ROOT}/requests.{form}{query}", headers, body)
    return status, json.loads(answer) if form == "json" else fromstring(answer)


def reported(world: World, **changed: Any) -> str:
    """Send a report that is taken; its id."""
    status, (answer,) = send(world, {**REPORT, **changed})
    assert status == 201, answer
    return str(answer["service_request_id"])


def in_parts(fields: Fields, *files: tuple[str, str, str, bytes]) -> tuple[bytes, str]:
    """A form in parts, and its content type. A file is its field, name, type and bytes."""
    boundary = "- - boundary - -"
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, value in (fields.items() if isinstance(fields, dict) else fields)
    ]
    parts += [
        f'Content-Disposition: form-data; name="{name}"; filename="{file}"\r\nContent-Type: {kind}\r\n\r\n'.encode()
        + content
        for name, file, kind, content in files
    ]
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return body + b"--" + boundary.encode() + b"--\r\n", f'multipart/form-data; boundary="{boundary}"'


@contextmanager
def served(world: World) -> Iterator[str]:
    """The desk's Open311 on a port of this machine; its address."""
    turn = Lock()

    class Bridge(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with turn:
                status, headers, content = world.answer(
                    "intake.open311", self.command, self.path, dict(self.headers), body
                )
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _answer  # noqa: N815  the names that the server calls

        def log_message(self, *_words: object) -> None:
            """Nothing: the test says what went wrong."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bridge)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{ROOT}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
