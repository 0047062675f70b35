"""The door of terminals."""

from nanhu.platforms.terminals.bodies import moment_in, read_object, text_in, truth_in, whole_in
from nanhu.platforms.terminals.errors import (
    MalformedError,
    NotForThisTerminalError,
    PlaceMissingError,
    TerminalKnownError,
    TerminalLimitError,
    TerminalNotFoundError,
    TerminalRetiredError,
)
from nanhu.platforms.terminals.guards import GUARDS, Guard
from nanhu.platforms.terminals.models import (
    KIOSKS,
    Address,
    Incident,
    Kiosk,
    KioskAlarm,
    LoggedRequest,
    NextKey,
    Terminal,
)
from nanhu.platforms.terminals.operations import OPERATIONS, Request, operation
from nanhu.platforms.terminals.parts import PARTS, Device, Part, Problem, Seen, Unsent
from nanhu.platforms.terminals.policies import CLERK, REGISTRAR
from nanhu.platforms.terminals.rules import INCIDENT_DAYS, ONLINE
from nanhu.platforms.terminals.services.answering import next_sequence
from nanhu.platforms.terminals.services.incidents import INCIDENTS
from nanhu.platforms.terminals.services.keys import begin_rotation
from nanhu.platforms.terminals.services.keys import new_key as new_terminal_key
from nanhu.platforms.terminals.services.keys import renew_key as renew_terminal_key
from nanhu.platforms.terminals.services.registering import Entry
from nanhu.platforms.terminals.services.registering import register as register_terminal
from nanhu.platforms.terminals.services.registering import retire as retire_terminal
from nanhu.platforms.terminals.services.states import held as held_terminal
from nanhu.platforms.terminals.services.states import switch as switch_terminal

__all__ = [
    "CLERK",
    "GUARDS",
    "INCIDENTS",
    "INCIDENT_DAYS",
    "KIOSKS",
    "ONLINE",
    "OPERATIONS",
    "PARTS",
    "REGISTRAR",
    "Address",
    "Device",
    "Entry",
    "Guard",
    "Incident",
    "Kiosk",
    "KioskAlarm",
    "LoggedRequest",
    "MalformedError",
    "NextKey",
    "NotForThisTerminalError",
    "Part",
    "PlaceMissingError",
    "Problem",
    "Request",
    "Seen",
    "Terminal",
    "TerminalKnownError",
    "TerminalLimitError",
    "TerminalNotFoundError",
    "TerminalRetiredError",
    "Unsent",
    "begin_rotation",
    "held_terminal",
    "moment_in",
    "new_terminal_key",
    "next_sequence",
    "operation",
    "read_object",
    "register_terminal",
    "renew_terminal_key",
    "retire_terminal",
    "switch_terminal",
    "text_in",
    "truth_in",
    "whole_in",
]
