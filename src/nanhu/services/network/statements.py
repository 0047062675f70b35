"""The room's SQL that is no function of the database."""

from pathlib import Path
from typing import Final

from nanhu.kernel.database.statements import Statements

QUERIES: Final = Statements(Path(__file__).parent / "sql" / "queries")
