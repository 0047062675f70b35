"""One request, asked of the front and of Django in the same state of the world; each leaves the world as it was."""

from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.test import RequestFactory
from django.test.client import ClientHandler

from nanhu.platforms.identity.front import Front
from nanhu.platforms.identity.front.database import AskDjangoError
from nanhu.platforms.identity.models import ServiceTicket, SsoGrant, SsoSession

NEGOTIATED = {"Vary", "Content-Language", "Expires", "Content-Length", "Location"}


class SameConnection:
    """The front's statements on the test's own connection, so that they see the test's transaction."""

    def value(self, statement, parameters):
        text = statement.decode()
        for number in range(len(parameters), 0, -1):
            text = text.replace(f"${number}", "%s")
        inner = text.removeprefix("SELECT ").split(" FROM ")
        query = " FROM ".join([f"SELECT ({inner[0]})::text", *inner[1:]])
        given = [one if isinstance(one, bytes) else str(one) for one in parameters]
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(query, given)
                found = cursor.fetchone()[0]
        except Exception as error:
            raise AskDjangoError from error
        return None if found is None else found.encode()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    effects: tuple

    @property
    def location(self) -> str:
        """Without the ticket, which is another one each time."""
        return self.headers.get("Location", "").split("ticket=")[0]


def effects() -> tuple:
    """All that a request may leave behind, but for what is random."""
    tickets = ServiceTicket.objects.order_by("created_at", "service").values_list(
        "application_id", "session_id", "service", "is_primary", "created_at", "expires_at"
    )
    grants = [
        (
            one.session_id,
            one.application_id,
            one.protocol,
            one.service,
            one.user_name,
            one.facts,
            one.ticket,
            one.logout,
            one.logout_attempts,
            one.logout_error,
            one.logout_at,
            one.created_at,
        )
        for one in SsoGrant.objects.order_by("pk")
    ]
    seen = SsoSession.objects.order_by("pk").values_list("pk", "last_seen_at", "ended_at", "ended_how")
    return list(tickets), grants, list(seen)


@contextmanager
def as_it_was():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Both:
    """`front` answers None where the request was handed on to Django."""

    def __init__(self) -> None:
        self.handed_on = False
        self.door = Front(self.note, database=SameConnection())

    def note(self, _environ, _start_response):
        self.handed_on = True
        return []

    def front(self, environ) -> Answer | None:
        told = []
        self.handed_on = False
        with as_it_was():
            before = effects()
            body = b"".join(self.door(dict(environ), lambda status, headers: told.append((status, headers))))
            after = effects()
        if self.handed_on:
            assert after == before, "what is handed on must be as it was"
            return None
        status, headers = told[0]
        assert len({name for name, _ in headers}) == len(headers), "a header twice"
        return Answer(int(status.split()[0]), dict(headers), body, after)

    def django(self, environ) -> Answer:
        with as_it_was():
            response = ClientHandler(enforce_csrf_checks=True)(dict(environ))
            after = effects()
        return Answer(response.status_code, dict(response.items()), response.content, after)

    def compare(self, environ) -> Answer | None:
        """What the front said; it must be what Django says."""
        mine = self.front(environ)
        if mine is None:
            return None
        theirs = self.django(environ)
        assert (mine.status, mine.location, mine.body) == (theirs.status, theirs.location, theirs.body)
        kept = [{k: v for k, v in one.headers.items() if k not in NEGOTIATED} for one in (mine, theirs)]
        assert kept[0] == kept[1]
        assert mine.effects == theirs.effects
        return mine


def request(path, query="", *, cookie="", method="GET", host="localhost", **more):
    environ = RequestFactory().generic(method, path, **more).environ
    environ |= {"QUERY_STRING": query, "HTTP_HOST": host}
    environ.pop("HTTP_COOKIE", None)
    if cookie:
        environ["HTTP_COOKIE"] = cookie
    return environ


def cookie_of(client) -> str:
    return f"nanhu_session={client.cookies['nanhu_session'].value}"
