"""Django's session engine in the database, read by a prepared query: every request asks for its session."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.db.models import DateTimeField, TextField
from django.utils import timezone

from nanhu.kernel.database.prepared import Given, Prepared

LIVING = Prepared(
    lambda: Session.objects.filter(
        session_key=Given("key", TextField()), expire_date__gt=Given("moment", DateTimeField())
    )
)


class SessionStore(DatabaseSessions):
    def _get_session_from_db(self) -> Session | None:
        found = LIVING.first(key=self.session_key, moment=timezone.now())
        if found is None:
            self._session_key = None
        return found
