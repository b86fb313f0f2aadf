"""Processes that may not outlive the one that started them."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
# Loaded here and not in the child: between fork and exec only simple calls are safe.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dies_with_us(farewell: signal.Signals) -> Callable[[], None]:
    """Return a `preexec_fn` after which the child gets `farewell` when we are gone.

    The kernel sends it however we ended, `kill -9` included. It watches the *thread*
    that started the child, so start children from the main thread. Linux only; other
    systems rely on the supervisor's guardian.
    """
    parent = os.getpid()

    def prepare() -> None:
        if _libc is None:
            return
        _libc.prctl(PR_SET_PDEATHSIG, int(farewell))
        if os.getppid() != parent:  # we died between the fork and the line above
            os._exit(1)

    return prepare
