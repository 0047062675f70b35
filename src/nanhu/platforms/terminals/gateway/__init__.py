"""What a gateway of terminals is made of (decisions 5 and 15): an HTTP application, the frame of a signed request, terminals by their keys,
what is written beside their requests. Without Django: a process of its own imports it, with the operations of the room above."""

from nanhu.platforms.terminals.gateway.activity import ActivityLog
from nanhu.platforms.terminals.gateway.application import Application
from nanhu.platforms.terminals.gateway.database import Database, OutcomeUnknownError, write_all
from nanhu.platforms.terminals.gateway.directory import Directory
from nanhu.platforms.terminals.gateway.frames import Response, SignedRequest, is_signed_by
from nanhu.platforms.terminals.gateway.repeats import Repeats
from nanhu.platforms.terminals.rates import FormerKeyUses, Rate

__all__ = [
    "ActivityLog",
    "Application",
    "Database",
    "Directory",
    "FormerKeyUses",
    "OutcomeUnknownError",
    "Rate",
    "Repeats",
    "Response",
    "SignedRequest",
    "is_signed_by",
    "write_all",
]
