"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.registry import Text
from nanhu.platforms.campus.models import Place

ACTIONS: dict[str, Text] = {
    "campus.close_place": _("停用地点"),
    "campus.reopen_place": _("恢复地点"),
    "campus.set_up_places": _("设置地点"),
}
TARGETS: dict[str, Text] = {
    "place": _("地点"),
}
NAMES: dict[str, Lookup] = {
    "place": named_in(Place, "key", "name"),
}
WHOLE_TARGETS: dict[str, Text] = {
    "campus:places": _("各处地点"),
}
FACTS: dict[str, Text] = {
    "places": _("地点数"),
}
