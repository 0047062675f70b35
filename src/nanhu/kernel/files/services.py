"""Keeping files, opening them, holding them for the law, and removing what nobody must keep any longer."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now, now_of_files
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.files import kinds, store
from nanhu.kernel.files.errors import FileKeptError, RefusedFileError
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.names import safe_file_name
from nanhu.kernel.files.purposes import MEGABYTE, Purpose, purposes
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.kernel.registry import Viewer
from nanhu.kernel.secret_files import private_folder

ORPHAN_AGE = timedelta(days=1)
"""A transaction that keeps a file ends long before: only what no row will ever name is swept."""


def keep(*, by: Actor, purpose: Purpose, content: bytes, name: str, target: str, is_ours: bool = False) -> StoredFile:
    """One; who keeps several in a transaction keeps them with `keep_all`."""
    [file] = keep_all(by=by, purpose=purpose, named=[(name, content)], target=target, is_ours=is_ours)
    return file


@transaction.atomic
def keep_all(
    *, by: Actor, purpose: Purpose, named: Iterable[tuple[str, bytes]], target: str, is_ours: bool = False
) -> list[StoredFile]:
    """Names and contents, in this order. `is_ours`: the program made them just now, nobody can have hidden anything in them.

    Kept in the caller's transaction; where that is rolled back, the content is swept a day later."""
    checked = [(name, *checked_for(purpose, content, is_ours=is_ours)) for name, content in named]
    lock_contents(content for _name, _kind, content in checked)
    made = []
    for name, kind, content in checked:
        file = StoredFile.objects.create(
            purpose=purpose.key,
            target=target,
            sha256=store.put(content),
            size=len(content),
            kind=kind.key,
            name=safe_file_name(name),
            kept_until=purpose.retention.until(campus_today()),
            created_by_name=by.name,
        )
        note(by, "files.keep", file)
        made.append(file)
    return made


def checked_for(purpose: Purpose, content: bytes, *, is_ours: bool) -> tuple[kinds.Kind, bytes]:
    """What it is, and what of it is kept."""
    if not content:
        raise RefusedFileError(why=_("文件是空的。"))
    if len(content) > purpose.largest_bytes:
        raise too_large(purpose)
    kind, kept = (
        (kinds.kind_among(purpose.kinds, content), content) if is_ours else kinds.checked(content, kinds=purpose.kinds)
    )
    if len(kept) > purpose.largest_bytes:  # a picture that was made anew
        raise too_large(purpose)
    return kind, kept


def too_large(purpose: Purpose) -> RefusedFileError:
    return RefusedFileError(why=_("超过 {most} MB。").format(most=purpose.largest_bytes // MEGABYTE))


def lock_content(sha256: str) -> None:
    """Nobody sweeps it meanwhile."""
    lock_key(f"file:{sha256}")


def lock_contents(contents: Iterable[bytes]) -> None:
    """Whoever keeps several locks them first, in one order: two with the same ones wait for each other in none."""
    for sha256 in sorted({store.address_of(one) for one in contents}):
        lock_content(sha256)


def content_of(file: StoredFile) -> bytes:
    """For the program itself; who looks at it goes through `open_file`."""
    return store.get(file.sha256)


def open_file(*, by: Actor, viewer: Viewer, file: StoredFile) -> bytes:
    """For a reader: its room decides, and the look stands in the audit log. Strangers do not learn that it is there."""
    purpose = purposes.get(file.purpose)
    if file.removed_at is not None or purpose is None or not purpose.may_open(viewer, file):
        raise NotFoundError(what=_("这个文件"))
    content = store.get(file.sha256)
    note(by, "files.open", file)
    return content


@transaction.atomic
def hold(*, by: Actor, file: StoredFile, reason: str) -> StoredFile:
    """A legal hold (诉讼保全): nothing removes it until it is released."""
    why, row = given(reason), locked(file)
    if row.held_at is None:
        row.held_at, row.held_by_name, row.why_held = now(), by.name, why
        row.save(update_fields=["held_at", "held_by_name", "why_held"])
        note(by, "files.hold", row, why)
    return row


@transaction.atomic
def release(*, by: Actor, file: StoredFile, reason: str) -> StoredFile:
    why, row = given(reason), locked(file)
    if row.held_at is not None:
        row.held_at, row.held_by_name, row.why_held = None, "", ""
        row.save(update_fields=["held_at", "held_by_name", "why_held"])
        note(by, "files.release", row, why)
    return row


@transaction.atomic
def remove(*, by: Actor, file: StoredFile, reason: str) -> None:
    """When its retention is over and nobody holds it. The row stays; the content goes with its last holding."""
    why, row = given(reason), locked(file)
    if row.held_at is not None:
        raise FileKeptError(why=row.why_held)
    if row.kept_until is None or row.kept_until > campus_today():
        raise FileKeptError(why=_("保管期限没有到。"))
    if not unneeded(row.purpose, StoredFile.objects.filter(pk=row.pk)).exists():
        raise FileKeptError(why=_("所属的业务还在保管期内。"))
    row.removed_at = now()
    row.save(update_fields=["removed_at"])
    note(by, "files.remove", row, why)


def locked(file: StoredFile) -> StoredFile:
    row = StoredFile.objects.select_for_update().get(pk=file.pk)
    if row.removed_at is not None:
        raise WrongStateError(what=_("这个文件"), state=_("已删除"))
    return row


def remove_overdue() -> int:
    """What its retention no longer asks for."""
    over = StoredFile.objects.filter(removed_at=None, held_at=None, kept_until__lt=campus_today())
    removed = 0
    for key in over.order_by("purpose").values_list("purpose", flat=True).distinct():
        for file in unneeded(key, over.filter(purpose=key)):
            with suppress(FileKeptError, WrongStateError):  # held or removed since we looked
                remove(by=Actor.system("files"), file=file, reason=gettext_noop("保管期限已到"))
                removed += 1
    return removed


def unneeded(key: str, files: QuerySet[StoredFile]) -> QuerySet[StoredFile]:
    """Those of this purpose that nothing asks for any more; none where nobody knows the purpose."""
    purpose = purposes.get(key)
    if purpose is None:
        return files.none()
    return files.filter(~purpose.needed()) if purpose.needed else files


def sweep() -> int:
    """Content that no holding names any more, or never came to name, and drafts of who was killed. A backup that began before a
    removal still finds what its dump names."""
    oldest, swept = now_of_files(private_folder(store.folder())) - ORPHAN_AGE.total_seconds(), 0
    named = StoredFile.objects.exclude(removed_at__lt=now() - ORPHAN_AGE)
    for path in store.all_paths():
        with suppress(FileNotFoundError), transaction.atomic():  # another sweeps as well
            if path.stat().st_mtime < oldest:
                lock_content(path.name)
                if not named.filter(sha256=path.name).exists():
                    path.unlink(missing_ok=True)
                    swept += 1
    return swept


def note(by: Actor, action: str, file: StoredFile, reason: str = "") -> None:
    facts = {"name": file.name, "sha256": file.sha256}
    audit.record(by=by, action=action, target=f"file:{file.public_id}", reason=reason, facts=facts)
