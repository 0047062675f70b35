"""The API of datahub."""

from nanhu.kernel.sheets.errors import FileRefusedError
from nanhu.kernel.sheets.guard import check_workbook
from nanhu.platforms.datahub.batches.rollback import RollbackPreview, roll_back
from nanhu.platforms.datahub.errors import (
    BatchNotFoundError,
    BatchStateError,
    GrantRefusedError,
    PurposeRefusedError,
    RollbackRefusedError,
    RowsRefusedError,
    SourceRefusedError,
    UnknownSourceError,
    WriterRefusedError,
)
from nanhu.platforms.datahub.events import RowsChanged, on_rows
from nanhu.platforms.datahub.models import Grant
from nanhu.platforms.datahub.queries import decisions
from nanhu.platforms.datahub.services.imports import BatchReport, import_file
from nanhu.platforms.datahub.services.mending import replay
from nanhu.platforms.datahub.services.owners import STEWARD, StandIns, stand_ins, units_called
from nanhu.platforms.datahub.shared.declarations import SharedTable, shared_tables
from nanhu.platforms.datahub.shared_rows.reading import Version, changed_at, codes_of, history, rows, sensitive_rows
from nanhu.platforms.datahub.shared_rows.writers import is_ours, supplier, writer_of
from nanhu.platforms.datahub.shared_rows.writing import Changes, put, put_own, remove
from nanhu.platforms.datahub.sharing import grants
from nanhu.platforms.datahub.sharing import said as grant_words
from nanhu.platforms.datahub.sharing.forms import GrantForm, grant_named
from nanhu.platforms.datahub.sharing.forms import as_before as grant_as_before

__all__ = [
    "STEWARD",
    "BatchNotFoundError",
    "BatchReport",
    "BatchStateError",
    "Changes",
    "FileRefusedError",
    "Grant",
    "GrantForm",
    "GrantRefusedError",
    "PurposeRefusedError",
    "RollbackPreview",
    "RollbackRefusedError",
    "RowsChanged",
    "RowsRefusedError",
    "SharedTable",
    "SourceRefusedError",
    "StandIns",
    "UnknownSourceError",
    "Version",
    "WriterRefusedError",
    "changed_at",
    "check_workbook",
    "codes_of",
    "decisions",
    "grant_as_before",
    "grant_named",
    "grant_words",
    "grants",
    "history",
    "import_file",
    "is_ours",
    "on_rows",
    "put",
    "put_own",
    "remove",
    "replay",
    "roll_back",
    "rows",
    "sensitive_rows",
    "shared_tables",
    "stand_ins",
    "supplier",
    "units_called",
    "writer_of",
]
