"""Which attributes an application gets and why (属性释放). What is sensitive waits until a second person agrees."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.kit.records import found_in
from nanhu.kernel.proposals import refuse_same_person
from nanhu.platforms.identity.errors import AttributeReasonMissingError, UnknownAttributeError
from nanhu.platforms.identity.models import Application, AttributeRelease
from nanhu.platforms.identity.services.attributes import ATTRIBUTES

State = AttributeRelease.State
WHAT = _("这项属性申请")


@transaction.atomic
def set_releases(*, by: Actor, application: Application, reasons: Mapping[str, str]) -> bool:
    """These attributes and no others, each with its reason; says whether that changed anything.

    An ordinary attribute is released at once. A sensitive one waits for `decide_release` by somebody else, also when only
    its reason changed; parts of the program decide for themselves.
    """
    Application.objects.select_for_update().get(pk=application.pk)
    for name, reason in reasons.items():
        if name not in ATTRIBUTES:
            raise UnknownAttributeError(name=name)
        if not reason.strip():
            raise AttributeReasonMissingError(label=ATTRIBUTES[name].label)
    held = {one.name: one for one in application.releases.all()}
    gone = [name for name in held if name not in reasons]
    new = {name: why.strip() for name, why in reasons.items() if name not in held or held[name].reason != why.strip()}
    if not gone and not new:
        return False
    application.releases.filter(name__in=gone).delete()
    added = [AttributeRelease(application=application, name=name) for name in new if name not in held]
    AttributeRelease.objects.bulk_create([requested(by, one, new[one.name]) for one in added])
    again = [requested(by, held[name], why) for name, why in new.items() if name in held]
    AttributeRelease.objects.bulk_update(again, fields=REQUEST)
    note = {"released": dict(new), "removed": gone}
    audit.record(
        by=by, action="identity.change_released_attributes", target=f"application:{application.key}", facts=note
    )
    application.refresh_from_db(fields=["attributes"])
    return True


REQUEST = ["is_sensitive", "reason", "requested_by", "requester", "state", "decided_by", "decided_at", "decider"]


def requested(by: Actor, release: AttributeRelease, reason: str) -> AttributeRelease:
    """As it stands once somebody asked for it, not yet written."""
    release.is_sensitive = ATTRIBUTES[release.name].is_sensitive
    waits = release.is_sensitive and by.account_id is not None
    release.reason, release.requested_by, release.requester_id = reason, by.name, by.account_id
    release.state = State.WAITING if waits else State.GRANTED
    release.decided_by, release.decided_at = ("", None) if waits or not release.is_sensitive else (by.name, now())
    release.decider = None
    return release


@transaction.atomic
def decide_release(*, by: Actor, release: AttributeRelease, is_granted: bool) -> None:
    """A second person grants or refuses a sensitive attribute, once. Raises SamePersonError to who asked for it."""
    Application.objects.select_for_update().get(pk=release.application_id)
    locked = still_there(release)
    refuse_same_person(by, locked.requester_id)
    if locked.state != State.WAITING:
        raise WrongStateError(what=WHAT, state=locked.get_state_display())
    locked.state = State.GRANTED if is_granted else State.REFUSED
    locked.decided_by, locked.decider_id, locked.decided_at = by.name, by.account_id, now()
    locked.save(update_fields=["state", "decided_by", "decider", "decided_at"])
    audit.record(
        by=by,
        action="identity.decide_attribute_release",
        target=f"application:{locked.application.key}",
        facts={"name": locked.name, "is_granted": is_granted, "reason": locked.reason},
    )


def still_there(release: AttributeRelease) -> AttributeRelease:
    """Locked; taken back meanwhile, it is there no more."""
    locked = AttributeRelease.objects.select_for_update(of=("self",)).select_related("application")
    return found_in(locked, WHAT, pk=release.pk)
