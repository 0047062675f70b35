"""Expected failures: one class each, with a code, an HTTP status and a sentence a person understands."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CampusError(Exception):
    """An expected failure. `sentence` may hold {placeholders}, filled from the facts given when it is raised."""

    code: ClassVar[str] = "refused"
    http_status: ClassVar[int] = 400
    sentence: ClassVar[str | Promise] = _("这件事现在办不了。")
    field: ClassVar[str] = ""
    """Of the form that asked for it: where the sentence is shown."""
    keeps_writes: ClassVar[bool] = False
    """What was written before it was raised stays: an attempt that counts, a claim that was settled."""

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts

    @property
    def message(self) -> str:
        return str(self.sentence).format(**self.facts)

    def __str__(self) -> str:
        return self.message


class BodyTooLargeError(CampusError):
    code: ClassVar[str] = "body_too_large"
    http_status: ClassVar[int] = 413
    sentence: ClassVar[str | Promise] = _("发来的内容有 {size} MB，这里不收这么大的。")
