"""A person at a browser without JavaScript: cookies, forms, tokens, and nothing else."""

import re
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class _Form:
    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    """The forms of a page with the values that a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[_Form] = []
        self._select: str | None = None
        self._first: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(_Form(said.get("action", "")))
        if not self.found:
            return
        name = said.get("name", "")
        match tag:
            case "input" if name and said.get("type") not in {"submit", "file"}:
                ticked = said.get("type") not in {"checkbox", "radio"} or "checked" in said
                if ticked:
                    self._put(name, said.get("value", "on"))
            case "select" if name:
                self._select, self._first = name, None
            case "option" if self._select:
                self._first = said.get("value", "") if self._first is None else self._first
                if "selected" in said:
                    self._put(self._select, said.get("value", ""))
            case "textarea" if name:
                self._area = name
                self._put(name, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            if self._select not in self.found[-1].fields and self._first is not None:
                self._put(self._select, self._first)
            self._select = None
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[-1].fields[self._area] = [data]

    def _put(self, name: str, value: str) -> None:
        self.found[-1].fields.setdefault(name, []).append(value)


class Browser:
    """Speaks HTTP to a running server as a person would; follows redirects.

    `url`, `status` and `body` are those of the last page.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.token = self.url = ""
        self.status = 0
        self.body = b""

    @property
    def text(self) -> str:
        return self.body.decode()

    def sign_in(self, email: str, password: str) -> None:
        self.get("/account/login/")
        self.post("/account/login/", {"login": email, "password": password})
        assert "/account/" not in self.url, self.text

    def get(self, path: str) -> "Browser":
        return self._open(Request(self.address + path))

    def post(self, path: str, fields: dict[str, Any]) -> "Browser":
        body = urlencode({"csrfmiddlewaretoken": self.token, **fields}, doseq=True)
        return self._open(Request(self.address + path, body.encode()))

    def submit(self, action: str, **more: Any) -> "Browser":
        """Send the form of the last page that goes to `action`, as it stands there."""
        forms = _Forms()
        forms.feed(self.text)
        own = self.url.removeprefix(self.address)
        found = next((form for form in forms.found if (form.action or own) == action), None)
        assert found is not None, f"no form goes to {action}"
        return self.post(action, {**found.fields, **more})

    def upload(self, path: str, part: str, name: str, content: bytes) -> "Browser":
        edge = uuid.uuid4().hex
        parts = [
            f"--{edge}\r\nContent-Disposition: form-data; "
            f'name="csrfmiddlewaretoken"\r\n\r\n{self.token}\r\n'.encode(),
            f'--{edge}\r\nContent-Disposition: form-data; name="{part}"; '
            f'filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'.encode(),
            content,
            f"\r\n--{edge}--\r\n".encode(),
        ]
        request = Request(self.address + path, b"".join(parts))
        request.add_header("Content-Type", f"multipart/form-data; boundary={edge}")
        return self._open(request)

    def _open(self, request: Request) -> "Browser":
        request.add_header("Referer", self.address)
        try:
            answer = self.opener.open(request, timeout=60)
        except HTTPError as refusal:
            answer = refusal
        with answer:
            self.status, self.url, self.body = answer.status, answer.url, answer.read()
        if found := TOKEN.search(self.body.decode("utf-8", "replace")):
            self.token = found[1]
        return self
