"""A person with a browser that runs no JavaScript: follows links and redirects, keeps cookies, fills in forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Protocol
from urllib.parse import urlencode, urljoin, urlsplit

_VOID = frozenset({"br", "circle", "hr", "img", "input", "link", "meta", "path"})


class Desk(Protocol):
    """Whatever answers a browser."""

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> dict[str, Any]: ...


@dataclass
class Element:
    """One element of a page, with its attributes, the text in it, and the elements it is in."""

    tag: str
    attributes: dict[str, str]
    inside: tuple["Element", ...]
    parts: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")

    def __contains__(self, name: str) -> bool:
        return name in self.attributes

    @property
    def text(self) -> str:
        return " ".join("".join(self.parts).split())

    @property
    def raw(self) -> str:
        return "".join(self.parts)


class Page(HTMLParser):
    """What came back: status, headers, and the elements of the page in order."""

    def __init__(self, status: int, headers: dict[str, str], body: str, path: str) -> None:
        super().__init__()
        self.status, self.headers, self.body, self.path = status, headers, body, path
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open))
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.parts.append(data)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.elements
            if element.tag == tag and all(element[name] == value for name, value in wanted.items())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} elements {tag} {attributes} on {self.path}"
        return found[0]

    def by_id(self, identity: str) -> Element | None:
        return next((element for element in self.elements if element["id"] == identity), None)

    @property
    def heading(self) -> str:
        return self.one("h1").text

    @property
    def faults(self) -> dict[str, str]:
        """The error summary: the id each entry leads to, and what it says."""
        return {
            link["href"].removeprefix("#"): link.text
            for link in self.all("a")
            if any("govuk-error-summary" in around["class"] for around in link.inside)
        }

    def fields(self, form: Element) -> list[Element]:
        """Inputs, text areas and buttons that are sent with `form`."""
        return [
            element
            for element in self.elements
            if element.tag in {"input", "textarea", "button"}
            and (element["form"] == form["id"] if "form" in element else form in element.inside)
        ]


class Citizen:
    """Keeps cookies, and the page last shown."""

    def __init__(self, desk: Desk, **headers: str) -> None:
        self._desk = desk
        self._headers = {"accept": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
        self._jar: dict[tuple[str, str], str] = {}
        self.page: Page

    def goes_to(self, path: str) -> Page:
        return self._ask("GET", path, {})

    def follows(self, text: str) -> Page:
        """Click the link in the page's main part that says `text`."""
        links = [link for link in self.page.all("a") if link.text == text]
        assert links, f"no link says {text!r}"
        return self.goes_to(urljoin(self.page.path, links[-1]["href"]))

    def sends(self, *, press: tuple[str, str] | None = None, **answers: str) -> Page:
        """Fill in the page's form and send it with its first button, or the one named by `press`.

        Answers are by field name, `fact_` for `fact-`; every one has to be a field of the form.
        """
        form = max(self.page.all("form"), key=lambda one: len(self.page.fields(one)))
        given = {name.replace("fact_", "fact-", 1): value for name, value in answers.items()}
        sent: dict[str, str] = {}
        buttons = [one for one in self.page.fields(form) if one.tag == "button"]
        for element in self.page.fields(form):
            name, kind = element["name"], element["type"]
            if element.tag == "textarea":
                sent[name] = given.get(name, element.raw)
            elif kind in {"radio", "checkbox"}:
                chosen = given[name] == element["value"] if name in given else "checked" in element
                sent |= {name: element["value"]} if chosen else {}
            elif element.tag == "input":
                sent[name] = given.get(name, element["value"])
        unknown = set(given) - {element["name"] for element in self.page.fields(form)}
        assert not unknown, f"the form does not ask for {sorted(unknown)}"
        pressed = press or (buttons[0]["name"], buttons[0]["value"])
        assert pressed in {(one["name"], one["value"]) for one in buttons}, f"there is no button {pressed}"
        if pressed[0]:
            sent[pressed[0]] = pressed[1]
        return self._ask("POST", form["action"], sent)

    def posts(self, path: str, answers: dict[str, str], **headers: str) -> Page:
        """Send a form that no page of the desk showed."""
        return self._ask("POST", path, answers, headers)

    def _ask(self, method: str, path: str, answers: dict[str, str], more: dict[str, str] | None = None) -> Page:
        for _ in range(5):
            headers = {**self._headers, "cookie": self._cookies(urlsplit(path).path)}
            if method == "POST":
                headers |= {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
            headers |= {name.replace("_", "-"): value for name, value in (more or {}).items()}
            answer = self._desk.answer(method, path, headers, urlencode(answers).encode() if answers else b"")
            self._keep(answer.get("cookies", []))
            lower = {name.lower(): value for name, value in answer["headers"].items()}
            if answer["statusCode"] != 303:
                self.page = Page(answer["statusCode"], lower, answer["body"], urlsplit(path).path)
                return self.page
            method, path, answers = "GET", lower["location"], {}
        raise AssertionError("the desk sends this browser round in circles")

    def _cookies(self, path: str) -> str:
        return "; ".join(
            f"{name}={value}"
            for (name, scope), value in self._jar.items()
            if path == scope or path.startswith(scope.rstrip("/") + "/")
        )

    def _keep(self, cookies: list[str]) -> None:
        for cookie in cookies:
            pair, *attributes = [part.strip() for part in cookie.split(";")]
            name, _, value = pair.partition("=")
            path = next(one.removeprefix("Path=") for one in attributes if one.startswith("Path="))
            self._jar[name, path] = value
            if "Max-Age=0" in attributes:
                del self._jar[name, path]
