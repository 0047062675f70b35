"""Attempts: a write in one transaction, of which a refusal may leave what it wrote."""

from collections.abc import Callable

from django.db import transaction

from nanhu.kernel.errors import CampusError


def attempt[Made](write: Callable[[], Made]) -> Made:
    """What was written before a refusal is undone with it, unless its class says `keeps_writes`: an attempt that counts."""
    refusal: CampusError
    with transaction.atomic():
        try:
            return write()
        except CampusError as error:
            if not error.keeps_writes:
                raise
            refusal = error
    raise refusal
