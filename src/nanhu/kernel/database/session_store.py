"""Django's session engine in the database, read and written by one prepared statement: every request asks for its session."""

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.db.models import DateTimeField, TextField
from django.utils import timezone

from nanhu.kernel.database.prepared import Given, Prepared, planned_cursor

LIVING = Prepared(
    lambda: Session.objects.filter(
        session_key=Given("key", TextField()), expire_date__gt=Given("moment", DateTimeField())
    )
)
CHANGE = "UPDATE django_session SET session_data = %s, expire_date = %s WHERE session_key = %s"


class SessionStore(DatabaseSessions):
    def _get_session_from_db(self) -> Session | None:
        found = LIVING.first(key=self.session_key, moment=timezone.now())
        if found is None:
            self._session_key = None
        return found

    def save(self, must_create: bool = False) -> None:
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        changed = self.create_model_instance(self._get_session())  # type: ignore[attr-defined]
        try:
            with planned_cursor() as cursor:
                cursor.execute(CHANGE, [changed.session_data, changed.expire_date, changed.session_key])
                is_there = cursor.rowcount > 0
        except DatabaseError as error:
            raise UpdateError from error
        if not is_there:
            raise UpdateError
