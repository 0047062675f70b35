from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagesConfig(AppConfig):
    name = "nanhu.platforms.messages"
    label = "campus_messages"  # "messages" is Django's own
    verbose_name = _("消息")

    def ready(self) -> None:
        from nanhu.platforms.messages import desk, registrations  # noqa: F401
