"""What the ledger shows of this room: who issued a bill, and whom to ask about it."""

from django.utils.translation import gettext_lazy as _

from nanhu.platforms.ledger import api as ledger
from nanhu.systems.dormitory.services.charging import ISSUER

ledger.issuers.add(
    ledger.Issuer(key=ISSUER, name=_("后勤处"), enquiries=_("住处或金额不对，请联系后勤处。")),
)
