"""Cards of a vendor's card system as credentials (凭证): rows of the shared table `card.card`, while a source supplies it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_time
from nanhu.kernel.registry import Text
from nanhu.kernel.ui import words
from nanhu.platforms.access.issuers import ISSUERS, Choices, Credential
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.people import api as people

TABLE: Final = "card.card"
CARD_REFUSALS: Final[Mapping[str, Text]] = {
    "card_lost": _("这张卡已挂失"),
    "card_frozen": _("这张卡已冻结"),
    "card_expired": _("这张卡已过期"),
    "card_replaced": _("这张卡已补办新卡"),
    "card_closed": _("这张卡已注销"),
    "not_yet_valid": _("这张卡还没有到启用日"),
}
"""Why a card opens nothing, whoever issued it."""


class SharedCards:
    view = "access_shared_card"
    refusals = CARD_REFUSALS

    def counts(self) -> bool:
        return not datahub.is_ours(TABLE)

    def present(self, text: str, *, terminal_id: int, sequence: int, at: datetime) -> Credential | None:  # noqa: ARG002
        return self.recall(text.upper(), at=at)

    def recall(self, number: str, *, at: datetime) -> Credential | None:
        found = datahub.rows(TABLE, keys=[(number,)])
        return credential_of(found[0], at=at) if found else None

    def closed_days(self, days: Sequence[date]) -> Mapping[str, set[date]]:  # noqa: ARG002
        """A vendor's rights of classes are its own; here a card that is good may be laid on every reader."""
        return {}

    def stamp(self) -> str:
        return f"shared-{datahub.changed_at(TABLE).timestamp()}"

    def choices(self) -> Choices:
        return [
            (words.term(name), [(key, gettext("%(name)s（整类）") % {"name": words.term(name)})])
            for key, name in datahub.codes_of(TABLE, "holder_class").items()
        ]


def credential_of(card: Any, *, at: datetime) -> Credential:
    return Credential(
        means="card",
        person_id=people.find_person_by_campus_no(card.campus_no),
        holder_class=card.holder_class,
        sub_class=card.sub_class or "",
        name=f"card:{card.number or card.uid}",
        refusal=refusal_of(card, campus_time(at).date()),
        refused_since=card.lost_at if card.state == "lost" else None,
    )


def refusal_of(card: Any, day: date) -> str:
    if card.state != "issued":
        return f"card_{card.state}"
    if day < card.valid_from:
        return "not_yet_valid"
    return "card_expired" if day > card.valid_until else ""


ISSUERS.append(SharedCards())
