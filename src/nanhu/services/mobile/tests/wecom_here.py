"""The emulated 企业微信 in the test's own process, on a port of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from nanhu.emulators.wecom import sealing
from nanhu.emulators.wecom.company import Company
from nanhu.emulators.wecom.store import Store
from nanhu.emulators.wecom.web import Campus, WecomApplication

__all__ = ["Campus", "Company", "WecomApplication", "company_of", "sealing", "served"]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        return


def company_of(facts: dict[str, Any]) -> WecomApplication:
    company = Company(
        Store(),
        corp_id=facts["corp_id"],
        agent_id=facts["agent_id"],
        secrets_of={"app": facts["secret"], "contacts": facts["contacts_secret"]},
    )
    campus = Campus(
        callback="http://testserver/mobile/wecom/callback",
        home="http://testserver/mobile/enter",
        token=facts["callback_token"],
        key=facts["callback_key"],
    )
    return WecomApplication(company, campus)


@contextmanager
def served(application: WecomApplication) -> Iterator[int]:
    with make_server("127.0.0.1", 0, application, server_class=Server, handler_class=Silent) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
