"""Finding what an address names."""

from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError
from nanhu.kernel.registry import Text


class NotFoundError(CampusError):
    """`what` as it goes on after 没有找到: 这条规则."""

    code: ClassVar[str] = "not_found"
    http_status: ClassVar[int] = 404
    sentence: ClassVar[Text] = _("没有找到{what}。")


def record[M: Model](rows: QuerySet[M], what: Text) -> Callable[[UUID], M]:
    """The `subject` of a page whose address names one of these rows by its public id."""

    def find(public_id: UUID) -> M:
        found = rows.all().filter(public_id=public_id).first()
        if found is None:
            raise NotFoundError(what=what)
        return found

    return find
