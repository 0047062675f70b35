"""All desks of the room, which register themselves."""

from nanhu.services.requests.views import answers, complaints, crew_lists, dispatch, hall, opinions, work

__all__ = ["answers", "complaints", "crew_lists", "dispatch", "hall", "opinions", "work"]
