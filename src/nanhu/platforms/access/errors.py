"""Expected failures of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError


class DoorNotSetUpError(ConflictError):
    code = "card.door_not_set_up"
    sentence = _("这台门禁还没有登记在哪个地点。")


class EmergencyTooLongError(CampusError):
    code = "access.emergency_too_long"
    http_status = 422
    sentence = _("一次最多开 {most} 小时，到时可以再开。")
