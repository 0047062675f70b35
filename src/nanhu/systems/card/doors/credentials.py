"""The card and the codes of phones as credentials that doors ask about."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.kernel.database.values import one_value
from nanhu.kernel.registry import Text
from nanhu.platforms.access.api import CARD_REFUSALS, ISSUERS, Choices, Credential
from nanhu.platforms.datahub import api as datahub
from nanhu.systems.card.codes.errors import FAULTS
from nanhu.systems.card.codes.gateway import is_code
from nanhu.systems.card.codes.services.spending import spend_code
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.forms import holders_of_rights
from nanhu.systems.card.rights.services.deciding import may, table

RIGHT: Final = "door"
TABLE: Final = "card.card"
STAMP = """
    SELECT concat_ws('.', (SELECT concat_ws('-', count(*), max(r.id), count(r.withdrawn_at)) FROM card_right_rule r),
        (SELECT max(r.version) FROM card_revocation r), (SELECT max(c.id) FROM card_card c))"""


class CardIssuer:
    view = "card_credential"
    refusals: Mapping[str, Text] = {
        **CARD_REFUSALS,
        "no_right": _("这类卡没有门禁权限"),
        "code_wrong": _("这个码无效，请在手机上重新打开"),
        "code_expired": _("这个码已过期，请刷新"),
        "code_used": _("这个码已经用过，请刷新"),
        "code_revoked": _("这部手机的码已停用"),
        "code_offline": _("门禁断网，请刷卡"),
    }

    def counts(self) -> bool:
        """Where a vendor supplies the cards, ours open nothing."""
        return datahub.is_ours(TABLE)

    def present(self, text: str, *, terminal_id: int, sequence: int, at: datetime) -> Credential | None:
        """A card's number, or a door code of a phone, which stands for its owner's living card."""
        if not is_code(text):
            return self.recall(text.upper(), at=at)
        try:
            card = spend_code(text, kind="door", terminal_id=terminal_id, sequence=sequence)
        except tuple(FAULTS.values()) as error:
            return Credential(means="code", refusal=error.code)
        return credential_of(card, means="code", at=at)

    def recall(self, number: str, *, at: datetime) -> Credential | None:
        card = Card.objects.filter(uid=number).first()
        return credential_of(card, means="card", at=at) if card else None

    def closed_days(self, days: Sequence[date]) -> Mapping[str, set[date]]:
        rules = table()
        groups = Card.objects.filter(state=Card.State.ISSUED).order_by().values_list("card_class", "sub_class")
        return {
            f"{card_class}:{sub_class}": {day for day in days if not rules.gives(card_class, sub_class, RIGHT, day)}
            for card_class, sub_class in groups.distinct()
        }

    def stamp(self) -> str:
        return str(one_value(STAMP))

    def choices(self) -> Choices:
        return holders_of_rights()


def credential_of(card: Card, *, means: str, at: datetime) -> Credential:
    """The card itself and its class's right to doors, on the day of that moment."""
    right = may(card, RIGHT, at.astimezone(CAMPUS_ZONE).date())
    return Credential(
        means=means,
        person_id=card.person_id,
        holder_class=card.card_class,
        sub_class=card.sub_class,
        name=f"card:{card.number}",
        refusal="" if right.is_allowed else right.code,
        refused_since=card.lost_at if card.state == Card.State.LOST else None,
    )


ISSUERS.append(CardIssuer())
