"""Looks at phones (看电话): five a day a person, each in the audit log and told to whose phone it is."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import campus_today
from nanhu.services.lostfound import policies, rules
from nanhu.services.lostfound.errors import NoPhoneError, OwnItemError
from nanhu.services.lostfound.models import Item, PhoneLook
from nanhu.services.lostfound.services.trail import locked, notify, refuse_beyond

LOOK = "lostfound.show_phone"


@transaction.atomic
def show_phone(*, by: Actor, item: Item) -> PhoneLook:
    """Shown to him for the rest of the day. Two at once are counted one after the other."""
    viewer_id = account_of(by)
    found = locked(item)
    if found.author_id == viewer_id:
        raise OwnItemError
    if found.phone is None or not policies.is_on_board(found):
        raise NoPhoneError
    today = PhoneLook.objects.filter(viewer_id=viewer_id, on=campus_today())
    known = today.filter(item=found).first()
    if known is not None:
        return known
    refuse_beyond(viewer_id, today, rules.MOST_LOOKS_A_DAY, _("看电话"))
    made = PhoneLook.objects.create(item=found, viewer_id=viewer_id, viewer_name=by.name, on=campus_today())
    why = f"失物招领：{found.title}"
    audit.record(by=by, action=LOOK, target=f"person:{found.author.person_id}", reason=why)
    says = _lazy("%(name)s看了您在失物招领“%(item)s”里留的电话。")
    notify(found.author, says, name=by.name, item=found.title)
    return made
