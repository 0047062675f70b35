"""The holder's card record (A091): one page with what the card is, its bank, its phone, its rights."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import SIGNED_IN, PageRequest
from nanhu.kernel.school import school
from nanhu.platforms.payments.api import active_agreement
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing.services import regulations
from nanhu.systems.card.issuing.views.desk import issuing
from nanhu.systems.card.rights.catalogue import RIGHTS
from nanhu.systems.card.rights.services.deciding import Decision, judge, table
from nanhu.systems.card.views.frame import own_card


@dataclass(frozen=True, slots=True)
class Given:
    name: str | Promise
    decision: Decision


@issuing.page("record/", title=_("我的卡"), lead=_("一张卡的全部登记：类别、银行、手机、权限。"), roles=SIGNED_IN)
def record(request: PageRequest) -> HttpResponse:
    card = own_card(request)
    person, rules = people.person_card(card.person_id), table()
    facts = {
        "card": card,
        "person": person,
        "partners": school().table("card.partners").members,
        "agreement": active_agreement(card.person_id),
        "rights": [Given(right.name, judge(rules, card, key, campus_today())) for key, right in RIGHTS.items()],
        "accepted": regulations.accepted_by(card.person_id),
    }
    return render(request, "card_issuing/record.html", facts)
