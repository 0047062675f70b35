"""The terminal gateway: a small ASGI program of its own, `nanhu.systems.card.gateway:application`.

Terminals speak the protocol of docs/protocols/terminal.md to it. No Django request stack: a payment is one signature, one
place in the next batch and one signature. What must hold is held by the database functions in ../sql. Application, frame and
directory are those of the house (platforms/terminals/gateway).
"""

from nanhu.platforms.terminals.gateway import Application
from nanhu.systems.card.gateway.server import Gateway

application = Application(Gateway)

__all__ = ["application"]
