"""The configuration of a room's app."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig


class Room(AppConfig):
    """When all models are there it imports of these parts those that the room has: registering is what their import does.

    So every console is known to the worker and to a command as it is to the web, whether or not anything has read the addresses.
    """

    parts: tuple[str, ...] = (
        "registrations",
        "desk",
        "operations",
        "subscribers",
        "jobs",
        "processes",
        "message_templates",
    )
    pages: tuple[str, ...] = ()
    """Further modules of the room that hang pages in a console."""

    def ready(self) -> None:
        for part in self.parts:
            if find_spec(f"{self.name}.{part}"):
                import_module(f"{self.name}.{part}")
        for part in self.pages:
            import_module(f"{self.name}.{part}")
