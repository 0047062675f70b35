"""The API of requests: what the sample campus enters."""

from nanhu.services.requests.models import Crew, FaultClass, Request, Topic
from nanhu.services.requests.replies import digest_of, key_of
from nanhu.services.requests.services import answering, dispatching, opinions, working
from nanhu.services.requests.services.filing import file_complaint, file_opinion, file_question, file_repair
from nanhu.services.requests.services.settings import set_crew, set_operator

__all__ = [
    "Crew",
    "FaultClass",
    "Request",
    "Topic",
    "answering",
    "digest_of",
    "dispatching",
    "file_complaint",
    "file_opinion",
    "file_question",
    "file_repair",
    "key_of",
    "opinions",
    "set_crew",
    "set_operator",
    "working",
]
