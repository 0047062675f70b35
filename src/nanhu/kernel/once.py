"""Idempotent forms: one that is sent twice is done once, also when both arrive at once: the second waits, and is told what the first made."""

from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Model, UUIDField
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.database.values import one_value, planned_rows
from nanhu.kernel.errors import ConflictError


class FormUsedError(ConflictError):
    """Somebody else sent a form under this token."""

    code = "form.used"
    sentence = _("这张表单已经由别人提交过。请重新打开页面，再填一次。")


def lock_key(key: str) -> None:
    """Wait until nobody else works under this key; it is ours until the transaction ends."""
    planned_rows("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def may_lock_key(key: str) -> bool:
    """As `lock_key`, without waiting: False where somebody else works under this key."""
    return bool(one_value("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [key]))


def made_by_form[Row: Model](model: type[Row], token: UUID, **mine: object) -> Row | None:
    """What this form made before, None when it is new and now ours to do. Call it first in the transaction of the action.

    `mine` are columns that must hold these values (who sent it): another's form is neither shown nor done again.
    """
    lock_key(f"form:{token}")
    found: Row | None = by_token(model).first(token=token)
    if found is not None and any(getattr(found, name) != value for name, value in mine.items()):
        raise FormUsedError
    return found


@cache
def by_token(model: type[Model]) -> Prepared[Any]:
    return Prepared(lambda: model._default_manager.filter(token=Given("token", UUIDField())))  # noqa: SLF001
