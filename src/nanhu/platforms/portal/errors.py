from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class UnknownPreferenceError(CampusError):
    code: ClassVar[str] = "portal.unknown_preference"
    sentence: ClassVar[str | Promise] = _("没有这个选项。")


class ListingRefusedError(CampusError):
    code: ClassVar[str] = "portal.listing_refused"
    sentence: ClassVar[str | Promise] = _("应用目录没有改动：{problem}")
