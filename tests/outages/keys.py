"""Idempotency keys that a test can name."""

from uuid import UUID


def key(number: int) -> UUID:
    return UUID(int=number)
