"""The office's texts (管理规定, 资金结算管理办法): versioned, shown, accepted. The shipped ones are version 1."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.systems.card.issuing.models import Acceptance, OrderRow, Regulation

FOLDER: Final = Path(__file__).parent.parent / "regulations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    title: str
    document_no: str
    effective_on: date


TEXTS: Final = {
    "cards": Shipped(title="校园卡管理规定", document_no="校政发〔2016〕19 号", effective_on=date(2016, 9, 1)),
    "funds": Shipped(title="校园卡资金结算管理办法", document_no="校政发〔2016〕21 号", effective_on=date(2016, 9, 1)),
}


def current(key: str) -> Regulation:
    """The newest version in force; the shipped text becomes version 1 when it is first asked for."""
    found = Regulation.objects.filter(key=key, effective_on__lte=campus_today()).order_by("-version").first()
    return found or first_version(key)


def first_version(key: str) -> Regulation:
    told = TEXTS[key]
    made, _is_new = Regulation.objects.get_or_create(
        key=key,
        version=1,
        defaults={
            "title": told.title,
            "document_no": told.document_no,
            "effective_on": told.effective_on,
            "body": (FOLDER / f"{key}.md").read_text(encoding="utf-8"),
            "published_by_name": "校园卡管理办公室",
        },
    )
    return made


def all_current() -> list[Regulation]:
    return [current(key) for key in TEXTS]


def publish(*, by: Actor, key: str, title: str, document_no: str, body: str, effective_on: date) -> Regulation:
    """A new version beside the old ones; who accepted an old one has not accepted this."""
    with transaction.atomic():
        first_version(key)
        newest = Regulation.objects.select_for_update().filter(key=key).order_by("version").values_list("version")
        version = max(number for (number,) in newest) + 1
        made = Regulation.objects.create(
            key=key,
            version=version,
            title=title,
            document_no=document_no,
            body=body,
            effective_on=effective_on,
            published_by_name=by.name,
        )
        audit.record(by=by, action="card.publish_regulation", target=f"regulation:{key}", facts={"version": version})
        return made


def accept(*, by: Actor, person_id: int, keys: Iterable[str], row: OrderRow | None = None, how: str) -> None:
    """Which version, when and where. Twice is harmless."""
    for key in keys:
        if key not in TEXTS:
            continue
        text = current(key)
        _made, is_new = Acceptance.objects.get_or_create(
            regulation=text, person_id=person_id, defaults={"row": row, "how": how}
        )
        if is_new:
            facts = {"regulation": key, "version": text.version, "how": how}
            audit.record(by=by, action="card.accept_regulation", target=f"person:{person_id}", facts=facts)


def accepted_by(person_id: int) -> dict[str, Acceptance]:
    """The newest acceptance of each text."""
    rows = Acceptance.objects.filter(person_id=person_id).select_related("regulation").order_by("regulation__version")
    return {row.regulation.key: row for row in rows}
