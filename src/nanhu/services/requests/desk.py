"""All desks of the room, which register themselves."""

from nanhu.services.requests.views import answers, complaints, dispatch, hall, opinions, work

__all__ = ["answers", "complaints", "dispatch", "hall", "opinions", "work"]
