"""Writing a notice: a draft begins, is changed, is thrown away. Publishing is another flow."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit, clock
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import WrongStateError
from nanhu.platforms.messages.errors import NoticeChangedMeanwhileError, NoticeNotFoundError
from nanhu.platforms.messages.models import Notice, NoticeUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """All an editor decides about a notice."""

    title: str
    body: str
    office_id: int | None = None
    audience: str = Notice.Audience.ALL
    unit_ids: frozenset[int] = field(default_factory=frozenset)
    expires_at: datetime | None = None
    pinned: bool = False
    must_read: bool = False

    def columns(self) -> dict[str, object]:
        return {
            "title": self.title.strip(),
            "body": self.body,
            "office_id": self.office_id,
            "audience": self.audience,
            "for_units": bool(self.unit_ids),
            "expires_at": self.expires_at,
            "pinned": self.pinned,
            "must_read": self.must_read,
        }


@transaction.atomic
def start_draft(*, by: Actor, wording: Wording) -> Notice:
    notice = Notice.objects.create(author_id=by.account_id, **wording.columns())
    _address_to(notice, wording.unit_ids)
    audit.record(by=by, action="messages.draft_notice", target=target_of(notice), facts={"title": notice.title})
    return notice


@transaction.atomic
def revise(*, by: Actor, notice_id: int, revision: int, wording: Wording) -> Notice:
    """Change a notice; `revision` is the one the editor saw, so that nobody's words are lost unseen."""
    notice = locked(notice_id)
    if notice.revision != revision:
        raise NoticeChangedMeanwhileError
    before = {name: getattr(notice, name) for name in wording.columns()}
    for name, value in wording.columns().items():
        setattr(notice, name, value)
    notice.revision += 1
    if notice.state != Notice.State.DRAFT:
        notice.revised_at = clock.now()
    notice.save()
    _address_to(notice, wording.unit_ids)
    changed = sorted(name for name, value in before.items() if getattr(notice, name) != value)
    facts = {"title": notice.title, "changed": changed, "revision": notice.revision}
    audit.record(by=by, action="messages.revise_notice", target=target_of(notice), facts=facts)
    return notice


@transaction.atomic
def discard(*, by: Actor, notice_id: int) -> None:
    """Throw a draft away. What was ever published stays, withdrawn at the most."""
    notice = locked(notice_id)
    if notice.state != Notice.State.DRAFT:
        raise WrongStateError(what=_("公告"), state=notice.get_state_display())
    audit.record(by=by, action="messages.discard_draft", target=target_of(notice), facts={"title": notice.title})
    files = [attachment.file for attachment in notice.attachments.all()]
    notice.delete()
    for file in files:
        forget_after_commit(file)


def locked(notice_id: int) -> Notice:
    notice = Notice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None:
        raise NoticeNotFoundError
    return notice


def forget_after_commit(file: FieldFile) -> None:
    """The bytes go when it is certain that their row has gone."""
    transaction.on_commit(partial(file.delete, save=False))


def target_of(notice: Notice) -> str:
    return f"notice:{notice.pk}"


def _address_to(notice: Notice, unit_ids: frozenset[int]) -> None:
    rows = NoticeUnit.objects.filter(notice=notice)
    rows.exclude(unit_id__in=unit_ids).delete()
    NoticeUnit.objects.bulk_create(
        [NoticeUnit(notice=notice, unit_id=unit) for unit in sorted(unit_ids)], ignore_conflicts=True
    )
