"""Files of a notice: checked before they are kept, named so that they are safe to save, removed with their row."""

import hashlib
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit, clock
from nanhu.kernel.actors import Actor
from nanhu.kernel.files.names import safe_file_name
from nanhu.platforms.messages import rules
from nanhu.platforms.messages.errors import AttachmentRefusedError
from nanhu.platforms.messages.models import Attachment, Notice
from nanhu.platforms.messages.services.writing import forget_after_commit, locked, target_of

if TYPE_CHECKING:
    from django.core.files import File


def check_file(file: "File[bytes]") -> str:
    """The safe name of a file that may be attached; raises AttachmentRefusedError with the reason for any other."""
    name = safe_file_name(file.name or "")
    if not file.size:
        raise AttachmentRefusedError(name=name, why=_("文件是空的。"))
    if file.size > rules.LARGEST_ATTACHMENT:
        largest = rules.readable_size(rules.LARGEST_ATTACHMENT)
        raise AttachmentRefusedError(name=name, why=_("超过了 {largest}。").format(largest=largest))
    if rules.extension_of(name) not in rules.KINDS:
        kinds = "、".join(rules.KINDS)
        raise AttachmentRefusedError(name=name, why=_("只接受这些类型：{kinds}。").format(kinds=kinds))
    file.seek(0)
    if not rules.is_what_it_says(name, file.read(4096)):
        raise AttachmentRefusedError(name=name, why=_("内容与扩展名不符。"))
    file.seek(0)
    return name


def check_room(name: str, taken: Collection[str]) -> None:
    if len(taken) >= rules.MOST_ATTACHMENTS:
        why = _("一条公告最多 {count} 个附件。").format(count=rules.MOST_ATTACHMENTS)
        raise AttachmentRefusedError(name=name, why=why)


@transaction.atomic
def attach(*, by: Actor, notice_id: int, files: Iterable["File[bytes]"]) -> list[Attachment]:
    """Keep these files with the notice, all of them or none."""
    notice = locked(notice_id)
    taken = set(notice.attachments.values_list("name", flat=True))
    kept: list[Attachment] = []
    try:
        for file in files:
            name = check_file(file)
            check_room(name, taken)
            kept.append(_keep(notice, rules.name_beside(name, taken), file))
            taken.add(kept[-1].name)
    except BaseException:
        for attachment in kept:
            attachment.file.delete(save=False)
        raise
    for attachment in kept:
        facts = {"name": attachment.name, "size": attachment.size, "sha256": bytes(attachment.sha256).hex()}
        audit.record(by=by, action="messages.attach_file", target=target_of(notice), facts=facts)
    return kept


@transaction.atomic
def detach(*, by: Actor, notice_id: int, attachment_ids: Iterable[int]) -> None:
    notice = locked(notice_id)
    for attachment in notice.attachments.filter(pk__in=list(attachment_ids)):
        audit.record(by=by, action="messages.detach_file", target=target_of(notice), facts={"name": attachment.name})
        file = attachment.file
        attachment.delete()
        forget_after_commit(file)


def _keep(notice: Notice, name: str, file: "File[bytes]") -> Attachment:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    attachment = Attachment(
        notice=notice, name=name, size=file.size, sha256=digest.digest(), created_at=clock.now(), file=file
    )
    attachment.save(force_insert=True)
    return attachment
