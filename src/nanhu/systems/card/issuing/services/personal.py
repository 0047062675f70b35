"""One person's card by 个人办卡申请表 (F15): an order of one row, prefilled from the golden record."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing.checking import kind_of_document
from nanhu.systems.card.issuing.errors import ProofRefusedError
from nanhu.systems.card.issuing.layout import KEYS, SEXES
from nanhu.systems.card.issuing.models import CardOrder, OrderRow, Proof
from nanhu.systems.card.issuing.services import orders, photos
from nanhu.systems.card.rules import kind_of
from nanhu.systems.card.services.issue import affiliation_of, tie_of

SOURCES = CardOrder.Source
LARGEST_PROOF = 5 * 1024 * 1024


def known_values(*, by: Actor, person_id: int) -> tuple[str, dict[str, str]]:
    """(class, columns) as the golden record has them, so that nothing is typed again. Opening the numbers is logged."""
    person = people.person_cards([person_id])[person_id]
    tie = tie_of(person)
    kind = kind_of(tie) if tie else None
    first = affiliation_of(person) or next((one for one in person.affiliations if one.is_live), None)
    purpose = "个人办卡申请"
    document = people.id_number_of(person_id, by=by, purpose=purpose)
    values = dict.fromkeys(KEYS, "") | {
        "name": person.name,
        "campus_no": first.campus_no if first else "",
        "unit": first.unit_name if first else "",
        "sex": next((word for word, code in SEXES.items() if code == person.sex), ""),
        "category": kind.sub_class if kind and kind.sub_class != "其他" else "",
        "document_kind": kind_of_document(document) if document else "",
        "document": document,
        "phone": people.phone_of(person_id, by=by, purpose=purpose),
        "valid_until": str(first.ends_on) if first and first.ends_on else "",
    }
    return (kind.card_class if kind else "ordinary"), values


def apply(
    *,
    by: Actor,
    card_class: str,
    values: Mapping[str, str],
    reason: str,
    source: str,
    picture: bytes | None = None,
    proofs: Sequence[tuple[str, bytes]] = (),
) -> CardOrder:
    """Ordinary cards wait for the sponsor's yes first (A105); who has a number of the school brings proof instead."""
    unit = unit_named(values.get("unit", ""))
    with transaction.atomic():
        order = orders.open_order(
            by=by,
            card_class=card_class,
            title=gettext_noop("个人办卡 · %s") % values.get("name", ""),
            unit=unit,
            source=source,
            rows=[values],
            kind=CardOrder.Kind.PERSONAL,
            reason=reason,
            needs_approval=card_class == "ordinary",
        )
        row = order.rows.get()
        for name, content in proofs:
            keep_proof(by=by, row=row, name=name, content=content)
        if picture:
            photos.add_picture(by=by, order=order, line=row.line, content=picture)
        return orders.submit(by=by, order=order) if not row.errors else order


def unit_named(text: str) -> orders.Unit:
    for code, name, short in people.unit_names():
        if text in {code, name, short}:
            return orders.Unit(code=code, name=name)
    return orders.Unit(code="", name=text)


def keep_proof(*, by: Actor, row: OrderRow, name: str, content: bytes) -> Proof:
    """Encrypted at rest; hexadecimal, for the vault seals text. Whole, or refused."""
    if len(content) > LARGEST_PROOF:
        raise ProofRefusedError(why=_("超过 5 MB"))
    if not content_type_of(content):
        raise ProofRefusedError(why=_("不是 JPEG、PNG 或 PDF"))
    return Proof.objects.create(
        row=row,
        file_name=name[:80],
        content=content.hex(),
        content_type=content_type_of(content),
        added_by_name=by.name,
    )


def content_type_of(content: bytes) -> str:
    for head, kind in ((b"%PDF", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG", "image/png")):
        if content.startswith(head):
            return kind
    return ""


def open_proof(*, by: Actor, proof: Proof, purpose: str) -> bytes:
    """Each look is logged against the person it is about."""
    row = proof.row
    target = f"person:{row.person_id}" if row.person_id else f"card_order_row:{row.pk}"
    audit.record(by=by, action="card.open_proof", target=target, reason=purpose, facts={"file": proof.file_name})
    return bytes.fromhex(proof.content or "")
