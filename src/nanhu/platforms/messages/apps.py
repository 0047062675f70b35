from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rooms


class MessagesConfig(rooms.Room):
    name = "nanhu.platforms.messages"
    label = "campus_messages"  # "messages" is Django's own
    verbose_name = _("消息")
    parts = (*rooms.Room.parts, "channels", "checks", "views.inbox", "views.outbox")
