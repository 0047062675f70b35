"""Django's connection to PostgreSQL, whose prepared plans outlive a ROLLBACK.

psycopg gives up all plans of a connection at each ROLLBACK, also to a savepoint: what was prepared might name a table that was
rolled back. Ours are made by migrations alone, so one refused form need not make a connection slow for all that follow.
"""

import re
from typing import Any

from django.db.backends.postgresql import base
from psycopg._preparing import Key, Prepare, PrepareManager
from psycopg._queries import PostgresQuery

ENDS_PLANS = re.compile(rb"\s*(DROP|ALTER|DISCARD ALL|DEALLOCATE ALL)\b", re.IGNORECASE)


class KeptPlans(PrepareManager):
    prepared_max = 250
    """psycopg's own hundred are fewer than the statements of `nanhu.kernel.database.prepared`."""

    def forget(self) -> None:
        """Have each statement planned anew, for instance where a table that it reads is another now."""
        super().clear()

    def get(self, query: PostgresQuery, prepare: bool | None = None) -> tuple[Prepare, bytes]:
        """While all plans wait to be given up none is made: it would be given up with them, after this statement."""
        return (Prepare.NO, b"") if None in self._to_flush else super().get(query, prepare)

    def clear(self) -> bool:
        """What psycopg asks for at each ROLLBACK."""
        return False

    def maybe_add_to_cache(self, query: PostgresQuery, prep: Prepare, name: bytes) -> Key | None:
        """What is not to be planned is not kept either: Django writes values into it, and of a bulk write that is megabytes."""
        if prep is not Prepare.NO:
            return super().maybe_add_to_cache(query, prep, name)
        if ENDS_PLANS.match(query.query):
            self.forget()
        return None

    def validate(self, *_first_run: object) -> None:
        """A statement that was refused at its first run is planned all the same: without its name it would stay in the server for ever."""
        self._rotate()


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        plans = connection._prepared  # noqa: SLF001
        if not isinstance(plans, KeptPlans):
            kept = connection._prepared = KeptPlans()  # noqa: SLF001
            vars(kept).update(vars(plans))
        return connection
