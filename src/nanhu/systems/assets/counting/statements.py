"""The SQL of counting that is no function: `sql/queries/<name>.sql`."""

from pathlib import Path
from typing import Final

from nanhu.kernel.database.statements import Statements

SQL: Final = Statements(Path(__file__).parent / "sql" / "queries")
run, rows = SQL.run, SQL.rows
