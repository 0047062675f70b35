from django.apps import AppConfig

from nanhu.kernel.ui import shell


class PortalConfig(AppConfig):
    name = "nanhu.platforms.portal"
    label = "portal"
    verbose_name = "信息门户"

    def ready(self) -> None:
        from nanhu.platforms.portal import (  # noqa: F401  (registering is its effect)
            calendar_desk,
            engine_room,
            jobs,
            message_templates,
            read_only_desk,
            registrations,
            search_desk,
        )
        from nanhu.platforms.portal.corrections import process, watching  # noqa: F401
        from nanhu.platforms.portal.frame import PortalFrame
        from nanhu.platforms.portal.homes import desks  # noqa: F401  (registering is its effect)
        from nanhu.platforms.portal.integrations import desk  # noqa: F401

        shell.provided_by(PortalFrame())
