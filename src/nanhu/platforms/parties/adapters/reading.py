"""What the adapters share in reading an answer: one JSON object, and that it answers this question."""

from typing import Any

from nanhu.kernel import strict_json
from nanhu.kernel.outgoing import BadAnswerError, Document


def object_of(document: Document) -> dict[str, Any]:
    """Two answers in one are no JSON, and so no answer."""
    try:
        said = strict_json.decode(document.body)
    except ValueError as error:
        raise BadAnswerError("no JSON") from error
    if not isinstance(said, dict):
        raise BadAnswerError("no object")
    return said


def refuse_other(asked: object, answered: object) -> None:
    """An answer to another question, which a party that repeats itself gives."""
    if str(asked) != str(answered):
        raise BadAnswerError("the answer to another question")
