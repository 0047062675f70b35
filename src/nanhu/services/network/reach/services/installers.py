"""Installers (安装包): taken in by the information centre, handed out and counted."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.files import services as files
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.purposes import MEGABYTE, Purpose, Retention, purposes
from nanhu.kernel.registry import Viewer
from nanhu.services.network.reach.errors import KnownAlreadyError, OtherHashError
from nanhu.services.network.reach.models import Installer

LARGEST: Final = 96 * MEGABYTE


def is_offered(_viewer: Viewer, file: StoredFile) -> bool:
    """Everybody who is signed in, while it stands on the page."""
    return Installer.objects.filter(file=file, withdrawn_at=None).exists()


PROGRAMS: Final = Purpose(
    key="network_reach.installer",
    name=_("安装包"),
    kinds=frozenset({"exe", "msi", "dmg", "pkg", "deb", "rpm", "apk"}),
    retention=Retention(name=_("一年"), days=366),
    may_open=is_offered,
    largest_bytes=LARGEST,
    needed=lambda: Exists(Installer.objects.filter(file=OuterRef("pk"), withdrawn_at=None)),
)
purposes.add(PROGRAMS)


@transaction.atomic
def add(*, by: Actor, content: bytes, file_name: str, published: str = "", facts: Mapping[str, Any]) -> Installer:
    """`published`: the SHA-256 that its maker says; what differs from it is not taken."""
    file = files.keep(by=by, purpose=PROGRAMS, content=content, name=file_name, target="network-reach-installer")
    if published and published != file.sha256:
        raise OtherHashError(sha256=file.sha256)
    signature = Installer.Signature.PUBLISHED if published else facts["signature"]
    with refused_as(KnownAlreadyError):
        made = Installer.objects.create(file=file, created_by_name=by.name, **{**facts, "signature": signature})
    note(by, "network.add_installer", made, sha256=file.sha256)
    return made


@transaction.atomic
def withdraw(*, by: Actor, found: Installer) -> None:
    if not Installer.objects.filter(pk=found.pk, withdrawn_at=None).update(withdrawn_at=now()):
        raise WrongStateError(what=Installer.what, state="—")
    note(by, "network.withdraw_installer", found)


def handed_out(*, by: Actor, viewer: Viewer, found: Installer) -> bytes:
    """Counted by the database: each of many at once is one more."""
    content = files.open_file(by=by, viewer=viewer, file=found.file)
    if not Installer.objects.filter(pk=found.pk, withdrawn_at=None).update(downloads=F("downloads") + 1):
        raise NotFoundError(what=Installer.what)
    return content


def note(by: Actor, action: str, found: Installer, **facts: str) -> None:
    audit.record(by=by, action=action, target=f"installer:{found.public_id}", facts={"title": str(found), **facts})
