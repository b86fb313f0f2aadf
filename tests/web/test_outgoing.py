"""The one way out reaches nothing private, whatever the address looks like."""

import ast
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from continuity.config.places import PROJECT
from continuity.web import outgoing

OWN_NETWORK = ["127.0.0.0/8"]


class Receiver(ThreadingHTTPServer):
    """What must not be reached: counts who came, and answers as it is told."""

    reached = 0
    status = 204
    location = ""
    size = 0


class Answers(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.reached += 1
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("location", self.server.location)
        self.send_header("content-length", str(self.server.size))
        self.end_headers()
        self.wfile.write(b"x" * self.server.size)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def port_of(receiver: Receiver) -> int:
    return int(receiver.server_address[1])


def names(*answers: str):
    """A resolver that gives these addresses, one for each time that it is asked."""
    left = list(answers)

    def resolve(_host, port, *_args, **_options):
        address = left.pop(0) if len(left) > 1 else left[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        place = (address, port, 0, 0) if ":" in address else (address, port)
        return [(family, socket.SOCK_STREAM, 6, "", place)]

    return resolve


ATTACKS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "127.0.0.1.",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - nobody listens there
    "0",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "[fd00:ec2::254]",
    "2852039166",
    "0xa9fea9fe",
    "192.0.0.192",
    "198.18.0.1",
    "192.0.2.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
]


@pytest.mark.parametrize("host", ATTACKS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_address_of_ones_own_is_never_reached(scheme, host, receiver, settings):
    settings.OUTGOING_PORTS = [port_of(receiver)]

    with pytest.raises(outgoing.NoAnswer):
        outgoing.post(f"{scheme}://{host}:{port_of(receiver)}/", b"{}", {})

    assert receiver.reached == 0


@pytest.mark.parametrize(
    "address",
    [
        "https://public.example@127.0.0.1:{port}/",
        "https://127.0.0.1:{port}@public.example/",
        "https://public.example\\@127.0.0.1:{port}/",
        "https://127.0.0.1:{port}#@public.example/",
        "https://public.example:{port}\r\nHost: 127.0.0.1/",
        "https:///127.0.0.1:{port}/",
        "https://xn--/:{port}",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/_x",
        "ftp://127.0.0.1:{port}/",
        "unix:///tmp/socket",
        "//127.0.0.1:{port}/",
        "127.0.0.1:{port}",
        "",
        "https://",
        "https://public.example:22/",
        "https://public.example:6379/",
        "https://public.example:99999/",
        "https://" + "a" * 300 + ".example/",
        "https://public.example/" + "a" * 9000,
    ],
)
def test_an_address_that_hides_where_it_goes_is_refused(address, receiver, settings):
    settings.OUTGOING_PORTS = [port_of(receiver)]
    url = address.format(port=port_of(receiver))

    with pytest.raises(outgoing.NoAnswer):
        outgoing.post(url, b"{}", {}, resolver=names("127.0.0.1"))

    assert receiver.reached == 0


@pytest.mark.parametrize(
    "answer",
    ["127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "::ffff:127.0.0.1", "fd00::1"],
)
def test_a_public_name_of_a_private_address_is_not_followed(answer, receiver, settings):
    settings.OUTGOING_PORTS = [port_of(receiver)]
    url = f"https://public.example:{port_of(receiver)}/"

    outgoing.check(url)  # nothing to be seen in the name alone
    with pytest.raises(outgoing.Forbidden):
        outgoing.post(url, b"{}", {}, resolver=names(answer))

    assert receiver.reached == 0


def test_a_name_that_changes_between_two_looks_is_looked_up_once(receiver, settings):
    """The first answer is public and the second one's own: no second one is asked for."""
    settings.OUTGOING_PORTS = [port_of(receiver)]
    settings.OUTGOING_NETWORKS = ["198.51.100.1/32"]  # what stands for a public address
    asked = []
    rebinding = names("198.51.100.1", "127.0.0.1")

    def resolve(*args, **options):
        asked.append(args[0])
        return rebinding(*args, **options)

    monkey = pytest.MonkeyPatch()
    monkey.setattr(outgoing, "CONNECT_SECONDS", 0.2)
    with monkey.context(), pytest.raises(outgoing.NoAnswer) as failure:
        outgoing.post(
            f"http://public.example:{port_of(receiver)}/", b"{}", {}, resolver=resolve
        )
    monkey.undo()

    assert not isinstance(failure.value, outgoing.Forbidden)
    assert len(asked) == 1
    assert receiver.reached == 0


def test_a_name_with_one_private_address_among_others_is_refused(receiver, settings):
    settings.OUTGOING_PORTS = [port_of(receiver)]

    def resolve(host, port, *args, **options):
        return [
            *names("127.0.0.1")(host, port),
            *names("203.0.113.9")(host, port),
        ]

    with pytest.raises(outgoing.Forbidden):
        outgoing.post(
            f"https://public.example:{port_of(receiver)}/", b"{}", {}, resolver=resolve
        )

    assert receiver.reached == 0


@pytest.mark.parametrize(
    "location",
    ["http://169.254.169.254/latest/meta-data/", "http://[::1]:{port}/", "file:///etc/x"],
)
def test_a_redirect_to_somewhere_private_ends_there(location, receiver, settings):
    settings.OUTGOING_PORTS = [port_of(receiver), 80]
    settings.OUTGOING_NETWORKS = OWN_NETWORK
    receiver.status = 302
    receiver.location = location.format(port=port_of(receiver))
    url = f"http://127.0.0.1:{port_of(receiver)}/"

    posted = outgoing.post(url, b"{}", {})
    assert (posted.status, receiver.reached) == (302, 1)

    with pytest.raises(outgoing.NoAnswer):
        outgoing.get(url)
    assert receiver.reached == 2


def test_redirects_without_end_are_given_up(receiver, settings):
    settings.OUTGOING_PORTS = [port_of(receiver)]
    settings.OUTGOING_NETWORKS = OWN_NETWORK
    receiver.status = 302
    receiver.location = f"http://127.0.0.1:{port_of(receiver)}/again"

    with pytest.raises(outgoing.NoAnswer):
        outgoing.get(f"http://127.0.0.1:{port_of(receiver)}/")

    assert receiver.reached == 1 + outgoing.MOST_REDIRECTS


def test_ones_own_network_is_reached_once_it_is_named(receiver, settings):
    settings.OUTGOING_PORTS = [port_of(receiver)]
    settings.OUTGOING_NETWORKS = OWN_NETWORK

    answer = outgoing.post(f"http://127.0.0.1:{port_of(receiver)}/", b"{}", {})

    assert (answer.status, answer.is_good, receiver.reached) == (204, True, 1)


def test_an_answer_without_end_is_cut_off(receiver, settings):
    settings.OUTGOING_PORTS = [port_of(receiver)]
    settings.OUTGOING_NETWORKS = OWN_NETWORK
    receiver.status, receiver.size = 200, outgoing.MOST_BYTES + 1

    with pytest.raises(outgoing.NoAnswer, match="longer than 65536 bytes"):
        outgoing.post(f"http://127.0.0.1:{port_of(receiver)}/", b"{}", {})


def test_who_says_nothing_is_not_waited_for(settings, monkeypatch):
    monkeypatch.setattr(outgoing, "SILENCE_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings.OUTGOING_PORTS = [port]
        settings.OUTGOING_NETWORKS = OWN_NETWORK

        with pytest.raises(outgoing.NoAnswer, match="ReadTimeout"):
            outgoing.post(f"http://127.0.0.1:{port}/", b"{}", {})


def test_a_proxy_of_the_environment_is_not_asked(receiver, settings, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port_of(receiver)}")
    settings.OUTGOING_PORTS = [443]

    with pytest.raises(outgoing.Forbidden):
        outgoing.post("https://public.example/", b"{}", {}, resolver=names("127.0.0.1"))

    assert receiver.reached == 0


def test_a_refusal_does_not_repeat_an_address_that_is_a_secret():
    with pytest.raises(outgoing.Forbidden) as refusal:
        outgoing.check("https://127.0.0.1/services/T0/B0/secret")

    assert "secret" not in str(refusal.value)


CLIENTS = {"httpx", "ssrfguard", "requests", "urllib3", "http.client", "urllib.request"}


def test_one_module_alone_speaks_to_other_servers():
    found = set()
    for path in sorted((PROJECT / "continuity").rglob("*.py")):
        own = path.relative_to(PROJECT / "continuity").as_posix()
        if own.startswith("local/"):
            continue  # asks its own machine whether it is up
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            if any(
                module in CLIENTS or module.partition(".")[0] in CLIENTS
                for module in modules
            ):
                found.add(own)

    assert found == {"web/outgoing.py"}
