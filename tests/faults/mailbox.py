"""A mail server of one's own that remembers what it said yes to, and can be asked to do
something at the very moment of a yes."""

import re
import socketserver
from collections.abc import Callable
from threading import Lock
from typing import ClassVar

MESSAGE_ID = re.compile(rb"^Message-ID: *(<[^>]+>)", re.IGNORECASE | re.MULTILINE)


class Mailbox(socketserver.ThreadingTCPServer):
    """`taken`: recipient and Message-ID of each mail in the order of the yeses.

    `before_yes` and `after_yes` are called with how many there are then.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Dialogue)
        self.taken: list[tuple[str, str]] = []
        self.lock = Lock()
        self.before_yes: Callable[[int], None] = lambda _number: None
        self.after_yes: Callable[[int], None] = lambda _number: None

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Dialogue(socketserver.StreamRequestHandler):
    server: Mailbox
    disable_nagle_algorithm = True
    ANSWERS: ClassVar = {b"EHLO": "250 hello", b"QUIT": "221 bye", b"DATA": "354 go on"}

    def handle(self) -> None:
        self.say("220 mailbox")
        recipient = ""
        try:
            while line := self.rfile.readline():
                verb = line[:4].upper()
                self.say(self.ANSWERS.get(verb, "250 ok"))
                if verb == b"RCPT":
                    recipient = line.decode().partition("<")[2].partition(">")[0]
                elif verb == b"DATA":
                    self.take(recipient)
                elif verb == b"QUIT":
                    return
        except OSError:
            return  # the other side was killed in the middle of a word

    def take(self, recipient: str) -> None:
        """Read a mail to its end and say yes to it."""
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        if not line:
            return  # cut off before its end: never said yes to
        found = MESSAGE_ID.search(b"".join(lines))
        assert found is not None
        with self.server.lock:
            self.server.taken.append((recipient, found[1].decode()))
            number = len(self.server.taken)
        self.server.before_yes(number)
        self.say("250 taken")
        self.server.after_yes(number)

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
