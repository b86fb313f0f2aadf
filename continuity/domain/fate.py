"""Shared fate: what falls with a tool, and what an alternative rides on with it."""

from enum import StrEnum


class FateAnswer(StrEnum):
    """Whether a tool and its alternative can fall together. Never "independent"."""

    SHARES = "shares"
    NONE_KNOWN = "none_known"
    UNKNOWN = "unknown"
