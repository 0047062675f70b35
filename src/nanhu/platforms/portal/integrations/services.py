"""States of an integration: made, tried, live, resting, retired. Each change is one transaction with its line in the audit."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.proposals import given
from nanhu.platforms.flows import api as flows
from nanhu.platforms.portal.errors import KeyTakenError, NotReadyError
from nanhu.platforms.portal.integrations import calling, living, rules
from nanhu.platforms.portal.models import (
    Integration,
    IntegrationItem,
    IntegrationRelease,
    IntegrationValue,
    Shortcut,
)
from nanhu.platforms.portal.models.integrations import GOOD_TRIALS

State = Integration.State
NULLABLE: Final = frozenset({"owner_unit", "secret", "frame_checked_at", "failed_at", "good_at", "told_at"})
SHORTEST_KEY: Final = 32
LOOKS: Final = frozenset({"name", "icon", "description", "order", "section", "system", "owner_unit_id", "owner_office"})
"""What may change while it lives; with everything else it is tried anew: another host, another secret, other people."""


def target_of(one: Integration) -> str:
    return f"integration:{one.key}"


@transaction.atomic
def make(*, by: Actor, kind: str, facts: Mapping[str, Any], has_secret: bool = True) -> Integration:
    """`has_secret`: not where it comes from another campus; no trial of it is good until somebody typed one."""
    one = Integration(kind=kind)
    write(one, facts, has_secret=has_secret)
    audit.record(by=by, action="portal.make_integration", target=target_of(one), facts={"url": one.address})
    return one


@transaction.atomic
def change(*, by: Actor, one: Integration, facts: Mapping[str, Any]) -> Integration:
    """With what goes over the wire, or to whom, it is another version: live or resting, it goes back to the test, and what waits to be agreed falls."""
    row = locked(one, State.DRAFT, State.TEST, State.LIVE, State.RESTING)
    changed = {name for name, value in facts.items() if getattr(row, name) != value}
    if "secret" not in facts and is_led_elsewhere(row, facts):
        row.secret = None
    if changed - LOOKS:
        row.version += 1
        row.good_trials = row.failures = 0
        row.error, row.failed_at, row.told_at, row.frame_checked_at = "", None, None, None
        row.state = State.DRAFT if row.state == State.DRAFT else State.TEST
        row.releases.filter(state=IntegrationRelease.State.ASKED).delete()
    write(row, facts)
    said = {"url": row.address, "version": row.version}
    audit.record(by=by, action="portal.change_integration", target=target_of(row), facts=said)
    return row


def is_led_elsewhere(row: Integration, facts: Mapping[str, Any]) -> bool:
    """A secret was given for one host and one header; whoever names another types it anew."""
    moved = rules.origin_of(facts.get("address", row.address)) != rules.origin_of(row.address)
    return moved or facts.get("header_name", row.header_name) != row.header_name


def write(one: Integration, facts: Mapping[str, Any], *, has_secret: bool = True) -> None:
    for name, value in facts.items():
        setattr(one, name, value)
    for address in (one.address, one.health_address):
        if address:
            calling.refuse_address(address)
    if has_secret and one.sent == Integration.Sent.TOKEN and len(one.secret or "") < SHORTEST_KEY:
        raise NotReadyError(missing=_("签名令牌要有 32 位以上的密钥"))
    try:
        one.clean_fields(exclude=NULLABLE)
        with transaction.atomic():
            one.save()
    except IntegrityError as error:
        raise KeyTakenError from error
    except DataError as error:
        raise NotReadyError(missing=_("有不能保存的字符")) from error
    except ValidationError as error:
        raise NotReadyError(missing="；".join(error.messages)) from error
    transaction.on_commit(living.read_anew)


@transaction.atomic
def begin_test(*, by: Actor, one: Integration) -> Integration:
    return move(by, locked(one, State.DRAFT), State.TEST, "portal.test_integration")


@transaction.atomic
def go_live(*, by: Actor, one: Integration, token: UUID) -> Integration:
    """At once where nothing of a person leaves the house; else a second person agrees."""
    row = locked(one, State.TEST)
    refuse_unready(row)
    if not row.sends_person:
        return move(by, row, State.LIVE, "portal.release_integration")
    if IntegrationRelease.known(by, token) is None:
        ask(by, row, token)
    return row


def ask(by: Actor, row: Integration, token: UUID) -> None:
    if row.releases.filter(state=IntegrationRelease.State.ASKED).exists():
        raise WrongStateError(what=Integration.what, state=_("待复核"))
    row.releases.create(version=row.version, token=token, author_id=account_of(by), author_name=by.name)
    audit.record(by=by, action="portal.ask_release", target=target_of(row), facts={"url": row.address})


@transaction.atomic
def agree(*, by: Actor, release: IntegrationRelease) -> IntegrationRelease:
    """Of the version that was asked for, and of no other."""
    row = locked(release.integration, State.TEST)
    asked = release.locked_in([IntegrationRelease.State.ASKED])
    if row.version != asked.version:
        raise WrongStateError(what=Integration.what, state=_("提出以后又改过"))
    refuse_unready(row)
    asked.decide(by, state=IntegrationRelease.State.APPLIED)
    asked.save()
    move(by, row, State.LIVE, "portal.release_integration")
    return asked


@transaction.atomic
def disagree(*, by: Actor, release: IntegrationRelease, answer: str) -> IntegrationRelease:
    asked = release.locked_in([IntegrationRelease.State.ASKED])
    asked.decide(by, state=IntegrationRelease.State.REFUSED, answer=given(answer))
    asked.save()
    audit.record(by=by, action="portal.refuse_release", target=target_of(asked.integration), reason=asked.answer)
    return asked


@transaction.atomic
def rest(*, by: Actor, one: Integration, words: str) -> Integration:
    """`words` are read by everybody."""
    row = locked(one, State.LIVE)
    row.words = given(words)
    return move(by, row, State.RESTING, "portal.rest_integration", reason=row.words)


@transaction.atomic
def wake(*, by: Actor, one: Integration) -> Integration:
    row = locked(one, State.RESTING)
    row.words = ""
    return move(by, row, State.LIVE, "portal.wake_integration")


@transaction.atomic
def retire(*, by: Actor, one: Integration, reason: str) -> Integration:
    """Its secret, what it said of persons and everybody's favourites go; the row and its history stay."""
    row = locked(one, State.DRAFT, State.TEST, State.LIVE, State.RESTING)
    row.secret = None
    for model in (IntegrationValue, IntegrationItem):
        model.objects.filter(integration=row).delete()
    Shortcut.objects.filter(application_key=row.key).delete()
    row.releases.filter(state=IntegrationRelease.State.ASKED).delete()
    return move(by, row, State.RETIRED, "portal.retire_integration", reason=given(reason))


def refuse_unready(row: Integration) -> None:
    lacks = []
    if row.good_trials < GOOD_TRIALS:
        lacks.append(_("试通 %(count)s 次（现在 %(now)s 次）") % {"count": GOOD_TRIALS, "now": row.good_trials})
    if row.owner_unit_id is None or not row.owner_office:
        lacks.append(_("负责的单位和岗位"))
    if lacks:
        raise NotReadyError(missing="、".join(lacks))


def locked(one: Integration, *states: str) -> Integration:
    row = Integration.objects.select_for_update().get(pk=one.pk)
    if row.state not in states:
        raise WrongStateError(what=Integration.what, state=row.get_state_display())
    return row


def move(by: Actor, row: Integration, state: str, action: str, *, reason: str = "") -> Integration:
    row.state = state
    row.save()
    if row.kind == Integration.Kind.TODO and state != State.TEST:
        flows.switch_source(by=by, key=row.key, is_on=state == State.LIVE, reason=reason)
    transaction.on_commit(living.read_anew)
    audit.record(by=by, action=action, target=target_of(row), reason=reason)
    return row
