"""The API of datahub."""

from nanhu.kernel.sheets.errors import FileRefusedError
from nanhu.kernel.sheets.guard import check_workbook
from nanhu.platforms.datahub.errors import BatchNotFoundError, BatchStateError, RollbackRefusedError, UnknownSourceError
from nanhu.platforms.datahub.queries import decisions
from nanhu.platforms.datahub.services.imports import BatchReport, import_file
from nanhu.platforms.datahub.services.mending import replay
from nanhu.platforms.datahub.services.rollback import RollbackPreview, roll_back

__all__ = [
    "BatchNotFoundError",
    "BatchReport",
    "BatchStateError",
    "FileRefusedError",
    "RollbackPreview",
    "RollbackRefusedError",
    "UnknownSourceError",
    "check_workbook",
    "decisions",
    "import_file",
    "replay",
    "roll_back",
]
