"""The capport API before Django: every device asks it again and again. It answers of IPv4 addresses; the rest, and all that is odd, is Django's.

What it says is what the view says: tests/test_capport_front.py.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.db import Error as DatabaseError
from django.db import connection

from nanhu.kernel.database import away
from nanhu.kernel.database.swift import AskDjangoError
from nanhu.kernel.proxies import visitor_of
from nanhu.services.network import api as network
from nanhu.services.network.portal.middleware import CAPPORT
from nanhu.services.network.portal.views.plain import CAPTIVE_JSON, NOT_KEPT, capport_answer

log = logging.getLogger(__name__)
type Wsgi = Callable[[Any, Any], Iterable[bytes]]
HEADERS: Final = (("Content-Type", CAPTIVE_JSON), ("Cache-Control", NOT_KEPT))


class CapportFront:
    """A WSGI application around Django's. It answers what it is sure of and hands on everything else as it came."""

    def __init__(self, django: Wsgi) -> None:
        self.django = django

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer = answer_to(environ) if environ["PATH_INFO"] == CAPPORT else None
        if answer is None:
            return self.django(environ, start_response)
        start_response("200 OK", [*HEADERS, ("Content-Length", str(len(answer)))])
        return [answer]


def answer_to(environ: dict[str, Any]) -> bytes | None:
    address = network.address_of(visitor_of(environ))
    is_plain = environ["REQUEST_METHOD"] == "GET" and not environ.get("SCRIPT_NAME") and not away.noticed.is_set()
    if not is_plain or not address or ":" in address:
        return None
    try:
        found = network.presence_swiftly(address)
        seconds, can_extend = (found or "").removesuffix("+"), (found or "").endswith("+")
        return capport_answer(
            address, is_on_line=found is not None, seconds=int(seconds) if seconds else None, can_extend=can_extend
        ).encode()
    except (AskDjangoError, DatabaseError) as error:
        log.warning("the database did not answer the front of capport: %s", type(error).__name__)
        return None
    finally:
        if not connection.in_atomic_block:  # by which the networks of gateways were read anew
            connection.close()
