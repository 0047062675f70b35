from nanhu.platforms.flows.models.announcing import Announcement
from nanhu.platforms.flows.models.moving import Move, MoveRow
from nanhu.platforms.flows.models.outside import OutsideSource, OutsideTodo
from nanhu.platforms.flows.models.papers import PaperEntry
from nanhu.platforms.flows.models.processes import Case, Definition, Delegation, Draft, Entry, Task, Token, Version
from nanhu.platforms.flows.models.standing import StoodStill

__all__ = [
    "Announcement",
    "Case",
    "Definition",
    "Delegation",
    "Draft",
    "Entry",
    "Move",
    "MoveRow",
    "OutsideSource",
    "OutsideTodo",
    "PaperEntry",
    "StoodStill",
    "Task",
    "Token",
    "Version",
]
