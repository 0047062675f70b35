"""Connections right above libpq in an event loop: what is large goes out whole, and one that breaks leaves the loop as it was."""

import asyncio

import pytest
from django.db import connection

from nanhu.kernel.database.swift import AskDjangoError, Connections
from nanhu.testing.patience import PATIENCE_SECONDS

LENGTH = b"SELECT length($1::text)"
MUCH = 8 * 1024 * 1024
"""More than any socket takes at once."""
pytestmark = pytest.mark.django_db


@pytest.fixture
def connections():
    made = Connections({LENGTH: b"length"}, title="nanhu-test")
    yield made
    for one in made.idle:
        one.close()


def in_loop(story):
    return asyncio.run(asyncio.wait_for(story, PATIENCE_SECONDS))


def test_a_statement_that_the_socket_does_not_take_at_once_is_sent_to_its_end(connections):
    async def story():
        return await asyncio.gather(*[connections.value_soon(LENGTH, ["x" * size]) for size in (MUCH, 3, MUCH + 1)])

    assert in_loop(story()) == [str(size).encode() for size in (MUCH, 3, MUCH + 1)]


def test_the_loop_lets_go_of_a_connection_that_broke(connections):
    """libpq has closed its socket by then, and the next connection has the same number."""

    async def story():
        said = []
        for _turn in range(3):
            said.append(await connections.value_soon(LENGTH, ["abc"]))
            [broken] = connections.idle
            await asyncio.to_thread(end, broken.info.backend_pid)
            with pytest.raises(AskDjangoError):
                await connections.value_soon(LENGTH, ["abc"])
            assert connections.idle == []
        return said

    assert in_loop(story()) == [b"3"] * 3


def end(pid):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    connection.close()
