"""Django's connection to PostgreSQL, whose prepared plans outlive a ROLLBACK.

psycopg gives up all plans of a connection at each ROLLBACK, also to a savepoint: what was prepared might name a table that was
rolled back. Ours are made by migrations alone, so one refused form need not make a connection slow for all that follow.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.db.backends.postgresql import base
from psycopg._preparing import Key, Prepare, PrepareManager
from psycopg.pq.abc import PGresult

ENDS_PLANS = re.compile(rb"DROP|ALTER|DISCARD ALL|DEALLOCATE ALL")


class KeptPlans(PrepareManager):
    prepared_max = 250
    """psycopg's own hundred are fewer than the statements of `nanhu.kernel.database.prepared`."""

    def forget(self) -> None:
        """Have each statement planned anew, for instance where a table that it reads is another now."""
        super().clear()

    def clear(self) -> bool:
        """What psycopg asks for at each ROLLBACK."""
        return False

    def validate(self, key: Key, prep: Prepare, name: bytes, results: Sequence[PGresult]) -> None:
        """A statement that was refused at its first run is planned all the same: without its name it would stay in the server for ever."""
        if any(ENDS_PLANS.match(result.command_status or b"") for result in results):
            self.forget()
        elif prep is Prepare.SHOULD:
            self._rotate()
        else:
            super().validate(key, prep, name, results)


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        plans = connection._prepared  # noqa: SLF001
        if not isinstance(plans, KeptPlans):
            connection._prepared = KeptPlans()  # noqa: SLF001
            connection.prepare_threshold = plans.prepare_threshold
        return connection
