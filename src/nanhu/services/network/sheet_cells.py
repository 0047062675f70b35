"""Cells of the network's sheets that no kind of the kit reads: moments with their seconds."""

from datetime import datetime
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.kernel.folding import halfwidth
from nanhu.kernel.sheets.kinds import CellError


class NotAMomentError(CellError):
    code = "network.not_a_moment"
    sentence: ClassVar[str | Promise] = _("时间写成 2026-11-29 08:30:15 这样")


def moment(said: str) -> datetime:
    try:
        return on_campus(datetime.fromisoformat(halfwidth(said).strip().replace("/", "-")))
    except ValueError as error:
        raise NotAMomentError from error


def on_campus(found: datetime) -> datetime:
    """A clock that says no zone (MySQL's, an office's) is the campus's."""
    return found if found.tzinfo else found.replace(tzinfo=CAMPUS_ZONE)
