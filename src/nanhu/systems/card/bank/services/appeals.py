"""Wrong binding (误绑申诉): anybody may ask, a clerk looks at papers and decides; the binding ends with the commit."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit, once
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.kit.records import found_in
from nanhu.kernel.proposals import given
from nanhu.platforms.payments.api import Channel
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.errors import AppealsUsedUpError
from nanhu.systems.card.bank.models import Appeal, Binding
from nanhu.systems.card.bank.services import bindings

MOST_A_DAY = 50


def ask_in_app(*, by: Actor, app: Channel, **said: str) -> Appeal:
    """Not signed in: whoever has the app's key writes what he likes, so a day takes so many of one app."""
    with transaction.atomic():
        once.lock_key(f"appeals:{app.key}")
        if Appeal.objects.filter(app=app, created_at__gt=now() - timedelta(days=1)).count() >= MOST_A_DAY:
            raise AppealsUsedUpError
        return appeal(by=by, app=app, **said)


@transaction.atomic
def appeal(*, by: Actor, app: Channel, campus_no: str, name: str, phone: str, text: str) -> Appeal:
    """The answer to whoever asks is the same whether the number exists or not."""
    said = given(text)[:1000]
    made = Appeal.objects.create(
        app=app,
        campus_no=campus_no.strip()[:40],
        name=name.strip()[:60],
        phone=phone.strip()[:40],
        text=said,
    )
    audit.record(by=by, action="card.appeal_binding", target=f"card_appeal:{made.pk}", facts={"app": app.name})
    return made


@transaction.atomic
def decide(*, by: Actor, public_id: UUID, is_upheld: bool, answer: str) -> Appeal:
    why = given(answer)
    open_ones = Appeal.objects.select_for_update(of=("self",)).filter(state=Appeal.State.OPEN)
    current = found_in(open_ones, _("这条等处理的申诉"), public_id=public_id)
    if is_upheld:
        person_id = people.find_person_by_campus_no(current.campus_no)
        for one in Binding.objects.filter(app=current.app, person_id=person_id or 0, state=Binding.State.ACTIVE):
            bindings.revoke(by=by, binding=one, reason=f"误绑申诉：{why}")
    current.state = Appeal.State.REVOKED if is_upheld else Appeal.State.REFUSED
    current.answer, current.clerk_id, current.decided_at = why, account_of(by), now()
    current.save()
    facts = {"state": current.state}
    audit.record(by=by, action="card.decide_appeal", target=f"card_appeal:{current.pk}", reason=answer, facts=facts)
    return current
