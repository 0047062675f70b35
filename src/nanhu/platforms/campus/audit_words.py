"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "campus.close_place": _("停用地点"),
    "campus.reopen_place": _("恢复地点"),
    "campus.set_up_places": _("设置地点"),
}
TARGETS: dict[str, Text] = {
    "place": _("地点"),
}
WHOLE_TARGETS: dict[str, Text] = {
    "campus:places": _("各处地点"),
}
FACTS: dict[str, Text] = {
    "places": _("地点数"),
}
