from nanhu.platforms.flows.models.moving import Move, MoveRow
from nanhu.platforms.flows.models.outside import OutsideSource, OutsideTodo
from nanhu.platforms.flows.models.processes import Case, Definition, Delegation, Entry, Task, Token, Version

__all__ = [
    "Case",
    "Definition",
    "Delegation",
    "Entry",
    "Move",
    "MoveRow",
    "OutsideSource",
    "OutsideTodo",
    "Task",
    "Token",
    "Version",
]
