"""Expected failures of places."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class PlaceNotFoundError(CampusError):
    code = "campus.place_not_found"
    http_status = 404
    sentence = _("没有这个地点。")


class PlaceClosedError(CampusError):
    code = "campus.place_closed"
    http_status = 409
    sentence = _("{place}已停用。")


class PlaceNotClosedError(CampusError):
    code = "campus.place_not_closed"
    http_status = 409
    sentence = _("{place}没有单独停用：随上级地点停用的，恢复上级即可。")
