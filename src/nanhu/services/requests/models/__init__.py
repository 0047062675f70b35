from nanhu.services.requests.models.anonymous import AnonymousPhoto, SealedReply, SpentToken, TokenIssue, TokenKey
from nanhu.services.requests.models.crew_lists import CrewList, CrewListRow, CrewRollback
from nanhu.services.requests.models.crews import Crew, CrewMember, FaultClass, Operator, OperatorBuilding
from nanhu.services.requests.models.requests import Entry, Material, MeToo, Photo, Request
from nanhu.services.requests.models.topics import Topic, TopicEntry
from nanhu.services.requests.models.vendors import VendorJob

__all__ = [
    "AnonymousPhoto",
    "Crew",
    "CrewList",
    "CrewListRow",
    "CrewMember",
    "CrewRollback",
    "Entry",
    "FaultClass",
    "Material",
    "MeToo",
    "Operator",
    "OperatorBuilding",
    "Photo",
    "Request",
    "SealedReply",
    "SpentToken",
    "TokenIssue",
    "TokenKey",
    "Topic",
    "TopicEntry",
    "VendorJob",
]
