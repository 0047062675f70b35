"""发票查验: the fields of the tax office's page (发票代码, 号码, 开票日期, 校验码后六位 or 金额), by the names every gateway to it uses.

Nothing is called valid but what was answered as valid, for this number, code and day, and is neither void nor reversed.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel import strict_json
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.money import format_yuan, parse_yuan, plain_yuan
from nanhu.kernel.outgoing import BadAnswerError, Call, Document
from nanhu.kernel.ui import dates
from nanhu.platforms.parties.adapters.reading import object_of, refuse_other
from nanhu.platforms.parties.errors import InvoiceDayError, InvoiceNumberError, InvoiceProofError
from nanhu.platforms.parties.lines import Line
from nanhu.platforms.parties.models import Inquiry
from nanhu.platforms.parties.parties import Verdict
from nanhu.platforms.parties.services.asking import Client, Facts, LaterError, Said, ask, register

DIGITAL: Final = re.compile(r"\d{20}", re.ASCII)
NUMBER: Final = re.compile(r"\d{8}", re.ASCII)
CODE: Final = re.compile(r"\d{10}|\d{12}", re.ASCII)
CHECK_CODE: Final = re.compile(r"\d{6}", re.ASCII)
OLDEST: Final = timedelta(days=5 * 366)
A_DAY: Final = timedelta(days=1)
ANSWERS: Final = {"006": Verdict.MISMATCH, "009": Verdict.NOT_FOUND}
TOO_OFTEN: Final = "002"
"""An invoice is checked five times a day at most."""
STATES: Final = {
    "0": Verdict.VALID,
    "2": Verdict.VOID,
    "3": Verdict.REVERSED,
    "7": Verdict.REVERSED,
    "8": Verdict.REVERSED,
}
TONES: Final[dict[str, Tone]] = {Verdict.VALID: "good", Verdict.VOID: "bad", Verdict.REVERSED: "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """`amount_fen`: of a digital one with tax, of any other without."""

    number: str
    day: date
    code: str = ""
    amount_fen: int | None = None
    check_code: str = ""

    @property
    def is_digital(self) -> bool:
        return DIGITAL.fullmatch(self.number) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceCheck:
    """What a page shows beside an invoice: a sentence, how it sounds, and where it is checked (again)."""

    words: str
    tone: Tone
    url: str


def check(*, by: Actor, invoice: Invoice) -> Inquiry:
    refuse(invoice)
    amount = "" if invoice.amount_fen is None else plain_yuan(invoice.amount_fen)
    question = {
        "fpdm": invoice.code,
        "fphm": invoice.number,
        "kprq": f"{invoice.day:%Y%m%d}",
        "je": amount,
        "jym": invoice.check_code,
    }
    subject = f"{invoice.code}-{invoice.number}" if invoice.code else invoice.number
    return ask(by=by, party="invoices", subject=subject, question=question)


def refuse(invoice: Invoice) -> None:
    is_older = NUMBER.fullmatch(invoice.number) and CODE.fullmatch(invoice.code)
    if not is_older and not (invoice.is_digital and not invoice.code):
        raise InvoiceNumberError
    has_code = CHECK_CODE.fullmatch(invoice.check_code) and not invoice.is_digital
    if not has_code and not invoice.amount_fen:
        raise InvoiceProofError
    if not campus_today() - OLDEST <= invoice.day <= campus_today():
        raise InvoiceDayError


def call(line: Line, question: Facts) -> Call:
    return Call(
        address=f"{line.address}/check",
        body=msgspec.json.encode(question),
        content_type="application/json",
        headers=line.headers,
    )


def read(question: Facts, document: Document) -> Said:
    said = object_of(document)
    code = str(said.get("code", ""))
    if code == TOO_OFTEN:
        raise LaterError("checked too often today", A_DAY)
    if code in ANSWERS:
        return Said(ANSWERS[code])
    facts = said.get("data")
    if code != "001" or not isinstance(facts, dict):
        raise BadAnswerError(f"code {code}"[:80])
    for name in ("fphm", "fpdm", "kprq"):
        refuse_other(question[name], facts.get(name, ""))
    return Said(verdict_of(facts), {name: str(facts.get(name, "")) for name in ("kprq", "xfmc", "gfmc", "jshj")})


def verdict_of(facts: dict[str, Any]) -> Verdict:
    state = STATES.get(str(facts.get("fpzt", "")))
    if state is None or facts.get("zfbz") not in {"Y", "N"}:
        raise BadAnswerError("an invoice in no known state")
    return Verdict.VOID if facts["zfbz"] == "Y" else state


CLIENT: Final = register(Client(party="invoices", call=call, read=read))


def check_of(number: str, amount_fen: int) -> InvoiceCheck:
    """Of an invoice as somebody wrote its number down, with or without its code, over this sum with tax."""
    query = {"number": number} | ({"amount": plain_yuan(amount_fen)} if DIGITAL.fullmatch(number) else {})
    url = f"{reverse('parties:invoices:check_one')}?{urlencode(query)}"
    checks = Inquiry.objects.filter(subjects_of(number), party="invoices")
    words, tone = shown(telling(checks, amount_fen), amount_fen)
    return InvoiceCheck(words=words, tone=tone, url=url)


def telling(checks: QuerySet[Inquiry], amount_fen: int) -> Inquiry | None:
    """What was last answered of the invoice itself stands before what waits, and before what an answer says of the question (信息不一致,
    查不到): whoever works here may ask, and wrongly. Of several that share eight digits the one over this sum."""
    told = checks.filter(verdict__in=STATES.values()).order_by("subject", "-ended_at").distinct("subject")
    found = sorted(told, key=lambda one: (is_over(one, amount_fen), one.ended_at or one.created_at))
    return found[-1] if found else checks.order_by("-pk").first()


def is_over(inquiry: Inquiry, amount_fen: int) -> bool:
    return total_of(strict_json.decode(inquiry.answer)) == amount_fen


def subjects_of(number: str) -> Q:
    """A digital one by its number; another by code and number, or by the number alone, which may be another's: its sum is compared."""
    if NUMBER.fullmatch(number):
        return Q(subject__endswith=f"-{number}")
    return Q(subject__in=[number, f"{number[:-8]}-{number[-8:]}"])


def shown(inquiry: Inquiry | None, amount_fen: int) -> tuple[str, Tone]:
    if inquiry is None:
        return _("没有查验过"), "warn"
    if inquiry.state == Inquiry.State.WAITING:
        return _("正在查验，税务端还没有答复"), "warn"
    if inquiry.state == Inquiry.State.GIVEN_UP:
        return _("税务端没有答复，请再查一次"), "warn"
    if inquiry.verdict != Verdict.VALID:
        return str(Verdict(inquiry.verdict).label), TONES.get(inquiry.verdict, "bad")
    facts = strict_json.decode(inquiry.answer)
    total = total_of(facts)
    if total != amount_fen:
        said = {"total": _("没有金额") if total is None else format_yuan(total), "here": format_yuan(amount_fen)}
        return _("金额不符：发票价税合计 %(total)s，这里是 %(here)s") % said, "bad"
    said = {"day": dates.iso_day(date.fromisoformat(facts["kprq"])), "seller": facts["xfmc"]}
    return _("有效，%(day)s 由%(seller)s开具") % said, "good"


def total_of(facts: Facts) -> int | None:
    try:
        return parse_yuan(facts.get("jshj", ""))
    except CampusError:
        return None
