"""What the worker and the services endpoint do for this room."""

from nanhu.platforms.terminals import kiosk_operations, kiosk_part, tasks

__all__ = ["kiosk_operations", "kiosk_part", "tasks"]
