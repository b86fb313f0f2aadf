"""The one way out: every request to an address that somebody typed in goes through here.

The library resolves a name once, refuses private and special addresses, and connects to
the very address it looked at; see decisions/0009.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

import httpx
from django.conf import settings
from ssrfguard import Policy, Resolver, SSRFGuardError
from ssrfguard.httpx import Client

CONNECT_SECONDS: Final = 5.0
SILENCE_SECONDS: Final = 15.0
"""How long the other side may say nothing: the standard for webhooks names 15 to 30."""
TOTAL_SECONDS: Final = 20.0
"""How long an answer may take to come in, drop by drop."""
MOST_BYTES: Final = 64 * 1024
MOST_REDIRECTS: Final = 3
AGENT: Final = "Continuity"


class NoAnswer(Exception):
    """There was no answer that counts. The message is for the log and the administrator."""


class Forbidden(NoAnswer):
    """The address is one that nobody may be sent to from here."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


def check(url: str) -> None:
    """Raise Forbidden if nothing may be sent to `url`, as far as it can be seen without
    asking for the address of its name: that is looked at when it is connected to."""
    try:
        _policy().check_url(url)
        httpx.URL(url)
    except (SSRFGuardError, httpx.InvalidURL, ValueError) as refusal:
        raise Forbidden(_reason(refusal)) from refusal


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    resolver: Resolver | None = None,
) -> Answer:
    """Return the answer to a POST; a redirect is an answer and is not followed.

    `resolver` takes the place of the system's. Raises NoAnswer if there is none in time
    or it is longer than `MOST_BYTES`, Forbidden if the address may not be reached.
    """
    return _request("POST", url, body, headers, follow=False, resolver=resolver)


def get(
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    resolver: Resolver | None = None,
) -> Answer:
    """Return the answer to a GET. Up to `MOST_REDIRECTS` redirects are followed, each
    address looked at as the first was. Raises as `post` does."""
    return _request("GET", url, b"", headers or {}, follow=True, resolver=resolver)


def _request(
    method: str,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    follow: bool,
    resolver: Resolver | None,
) -> Answer:
    deadline = time.monotonic() + TOTAL_SECONDS
    try:
        with (
            _client(resolver) as client,
            client.stream(
                method, url, content=body, headers=dict(headers), follow_redirects=follow
            ) as response,
        ):
            return Answer(
                response.status_code, dict(response.headers), _read(response, deadline)
            )
    except SSRFGuardError as refusal:
        raise Forbidden(_reason(refusal)) from refusal
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise NoAnswer(_reason(error)) from error


def _read(response: httpx.Response, deadline: float) -> bytes:
    found = bytearray()
    for piece in response.iter_raw():
        found += piece
        if len(found) > MOST_BYTES:
            raise NoAnswer(f"The answer is longer than {MOST_BYTES} bytes.")
        if time.monotonic() > deadline:
            raise NoAnswer(f"The answer took longer than {TOTAL_SECONDS:.0f} s.")
    return bytes(found)


def _client(resolver: Resolver | None) -> Client:
    # No proxy and no certificates from the environment: a proxy would look the name up
    # by itself, and what was looked at here would say nothing about where it goes.
    return Client(
        policy=_policy(),
        resolver=resolver,
        trust_env=False,
        timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
        headers={"user-agent": AGENT, "accept-encoding": "identity"},
    )


def _policy() -> Policy:
    own = tuple(ip_network(each) for each in settings.OUTGOING_NETWORKS)
    return Policy(
        # Within one's own network a receiver may have no certificate; elsewhere it must.
        allowed_schemes=frozenset({"https", "http"} if own else {"https"}),
        allowed_networks=own,
        allowed_ports=frozenset(settings.OUTGOING_PORTS),
        max_redirects=MOST_REDIRECTS,
        max_connection_attempts=2,
    )


def _reason(error: Exception) -> str:
    # A refusal names the whole address, which may be a secret; its reason does not.
    said = getattr(error, "reason", None) or error
    return f"{type(error).__name__}: {said}"[:300]
