"""Attempts: a write in one transaction, of which a refusal may leave what it wrote, and which the database may refuse."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from django.db import IntegrityError, connection, transaction

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


@contextmanager
def joining() -> Iterator[None]:
    """In the caller's transaction, without a savepoint: for what refuses before it writes anything. In one of its own where there is none."""
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        yield


@contextmanager
def refused_as(refusal: CampusError | type[CampusError], *, by: str = "") -> Iterator[None]:
    """In one transaction, of which the database refuses what it knows better, of two at once who was first. `by`: the name of the
    constraint, or its beginning, where not each of them is this refusal."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if by not in str(error).partition("\n")[0]:  # below stands what somebody typed
            raise
        raise refusal from error
