"""New students signed with the bank before they come (A141): the list is checked as a whole, then the bank compares the four
factors of each line. The card numbers pass through memory; what stays is the agreement and its last four digits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.errors import CampusError
from nanhu.kernel.folding import unspaced
from nanhu.kernel.once import made_by_form
from nanhu.kernel.sheets import Checked, Column, Fault, FaultyRowsError, Line, Sheet
from nanhu.platforms.payments.models import Agreement, BulkSigning, BulkSigningRow
from nanhu.platforms.payments.services import agreements
from nanhu.platforms.people import api as people

SIGNINGS = Sheet(
    Column("campus_no", "学号", also=("学工号",), needed=True),
    Column("name", "姓名", needed=True),
    Column("id_number", "证件号", also=("身份证号",), needed=True, width=22),
    Column("card_number", "银行卡号", also=("卡号",), needed=True, width=24),
    Column("phone", "预留手机号", also=("手机号",), needed=True),
    most=500,
    named_by=("campus_no",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRow:
    line: int
    person_id: int
    card_number: str = field(repr=False)
    phone: str = field(repr=False)


def check(lines: Sequence[Line]) -> Checked[SigningRow]:
    """Each line with whose it is."""
    rows: list[SigningRow] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for line in lines:
        said = {key: people.halfwidth(text).strip() for key, text in line.said.items()}
        person_id = people.find_person_by_campus_no(said["campus_no"]) or 0
        fault = fault_of(line, said, person_id, is_repeated=said["campus_no"].upper() in seen)
        seen.add(said["campus_no"].upper())
        if fault is not None:
            faults.append(fault)
        number = unspaced(said["card_number"])
        rows.append(SigningRow(line=line.number, person_id=person_id, card_number=number, phone=said["phone"]))
    return Checked(rows, faults)


def fault_of(line: Line, said: dict[str, str], person_id: int, *, is_repeated: bool) -> Fault | None:
    if is_repeated:
        return line.fault("campus_no", _("学号在文件里出现了两次"))
    if not re.fullmatch(r"[0-9]{12,19}", unspaced(said["card_number"])):
        return line.fault("card_number", _("银行卡号应为 12 到 19 位数字"))
    if not people.is_phone(said["phone"]):
        return line.fault("phone", _("手机号不对"))
    if not people.matches_identity(person_id=person_id, name=said["name"], id_number=said["id_number"]):
        return line.fault("campus_no", _("学号、姓名、证件号与学校登记不一致"))
    return None


@transaction.atomic
def sign_all(*, by: Actor, lines: Sequence[Line], file_name: str, token: UUID) -> BulkSigning:
    """One wrong line and nothing of the list is taken. The lines are signed with the commit of their list, each on its own."""
    known = made_by_form(BulkSigning, token, author_id=account_of(by))
    if known is not None:
        return known
    checked = check(lines)
    if checked.faults:
        raise FaultyRowsError(count=len(checked.faults), faults=checked.faults)
    made = BulkSigning.objects.create(
        token=token,
        file_name=file_name[:120],
        author_id=account_of(by),
        author_name=by.name,
        row_count=len(checked.rows),
    )
    facts = {"signing": made.pk, "rows": len(checked.rows)}
    audit.record(by=by, action="payments.bulk_sign", target=f"payments_bulk_signing:{made.pk}", facts=facts)
    transaction.on_commit(partial(sign_rows, by, made, checked.rows))
    return made


def sign_rows(by: Actor, signing: BulkSigning, rows: Sequence[SigningRow]) -> None:
    for row in rows:
        sign_one(by=by, signing=signing, row=row)


def sign_one(*, by: Actor, signing: BulkSigning, row: SigningRow) -> None:
    """The line and its agreement are written together; the bank is asked with their commit, while the number is in memory."""
    line = BulkSigningRow(signing=signing, line=row.line, person_id=row.person_id, tail=row.card_number[-4:])
    try:
        with transaction.atomic():
            line.agreement = agreements.sign(
                by=by,
                person_id=row.person_id,
                card_number=row.card_number,
                phone=row.phone,
                source=Agreement.Source.BULK,
            )
            line.save()
    except CampusError as error:
        line.agreement, line.note = None, str(error)
        line.save()
