"""New students signed with the bank before they come (A141): the list is checked as a whole, then the bank compares the four
factors of each line. The card numbers pass through memory; what stays is the agreement and its last four digits."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NoReturn
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.errors import CampusError
from nanhu.kernel.once import made_by_form
from nanhu.kernel.sheets import Column, FileRefusedError, Sheet
from nanhu.platforms.payments.errors import BulkFileError
from nanhu.platforms.payments.models import Agreement, BulkSigning, BulkSigningRow
from nanhu.platforms.payments.services import agreements
from nanhu.platforms.people import api as people

SIGNINGS = Sheet(
    Column("campus_no", "学号", also=("学工号",), needed=True),
    Column("name", "姓名", needed=True),
    Column("id_number", "证件号", also=("身份证号",), needed=True),
    Column("card_number", "银行卡号", also=("卡号",), needed=True),
    Column("phone", "预留手机号", also=("手机号",), needed=True),
    most=500,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRow:
    line: int
    campus_no: str
    name: str
    id_number: str = field(repr=False)
    card_number: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    line: int
    campus_no: str
    what: str


def read_rows(content: bytes) -> list[SigningRow]:
    try:
        lines = SIGNINGS.read(content)
    except FileRefusedError as refused:
        refuse([Fault(line=1, campus_no="", what=refused.message)])
    return [
        SigningRow(line=line.number, **{key: people.halfwidth(said).strip() for key, said in line.said.items()})
        for line in lines
    ]


def refuse(faults: list[Fault]) -> NoReturn:
    raise BulkFileError(count=len(faults), faults=faults)


def check_rows(rows: Iterable[SigningRow]) -> list[tuple[SigningRow, int]]:
    """Each line with whose it is; one wrong line and nothing of the list is taken."""
    taken, faults, seen = [], [], set()
    for row in rows:
        person_id = people.find_person_by_campus_no(row.campus_no) or 0
        what = fault_of(row, person_id, is_repeated=row.campus_no.upper() in seen)
        seen.add(row.campus_no.upper())
        if what:
            faults.append(Fault(line=row.line, campus_no=row.campus_no, what=what))
        taken.append((row, person_id))
    if faults:
        refuse(faults)
    return taken


def fault_of(row: SigningRow, person_id: int, *, is_repeated: bool) -> str:
    if is_repeated:
        return _("学号在文件里出现了两次")
    if not re.fullmatch(r"[0-9]{12,19}", "".join(row.card_number.split())):
        return _("银行卡号应为 12 到 19 位数字")
    if not people.normalise_phone(row.phone):
        return _("手机号不对")
    if not people.matches_identity(person_id=person_id, name=row.name, id_number=row.id_number):
        return _("学号、姓名、证件号与学校登记不一致")
    return ""


def sign_all(*, by: Actor, content: bytes, file_name: str, token: UUID) -> BulkSigning:
    rows = check_rows(read_rows(content))
    with transaction.atomic():
        known = made_by_form(BulkSigning.objects.all(), token, author_id=account_of(by))
        if known is not None:
            return known
        made = BulkSigning.objects.create(
            token=token,
            file_name=file_name[:120],
            author_id=account_of(by),
            author_name=by.name,
            row_count=len(rows),
        )
        facts = {"signing": made.pk, "rows": len(rows)}
        audit.record(by=by, action="payments.bulk_sign", target=f"payments_bulk_signing:{made.pk}", facts=facts)
    for row, person_id in rows:
        sign_one(by=by, signing=made, row=row, person_id=person_id)
    return made


def sign_one(*, by: Actor, signing: BulkSigning, row: SigningRow, person_id: int) -> None:
    """The line and its agreement are written together; the bank is asked with their commit, while the number is in memory."""
    number = "".join(row.card_number.split())
    line = BulkSigningRow(signing=signing, line=row.line, person_id=person_id, tail=number[-4:])
    try:
        with transaction.atomic():
            line.agreement = agreements.sign(
                by=by, person_id=person_id, card_number=number, phone=row.phone, source=Agreement.Source.BULK
            )
            line.save()
    except CampusError as error:
        line.agreement, line.note = None, str(error)
        line.save()
