from nanhu.platforms.campus.models.imports import RoomImport, RoomImportRow, RoomRollback
from nanhu.platforms.campus.models.occupancy import Occupancy
from nanhu.platforms.campus.models.places import Place, Room
from nanhu.platforms.campus.models.rollover import StepRun
from nanhu.platforms.campus.models.terms import MovedDay, PeriodTable, Term

__all__ = [
    "MovedDay",
    "Occupancy",
    "PeriodTable",
    "Place",
    "Room",
    "RoomImport",
    "RoomImportRow",
    "RoomRollback",
    "StepRun",
    "Term",
]
