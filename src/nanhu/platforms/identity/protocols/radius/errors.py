"""Expected failures of the endpoint for programs that check passwords."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class UnknownRadiusClientError(CampusError):
    code: ClassVar[str] = "unknown_radius_client"
    http_status: ClassVar[int] = 403
    sentence: ClassVar[str | Promise] = _("这个服务器没有登记，或密钥不正确。")
