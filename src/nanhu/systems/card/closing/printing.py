"""The statement on paper (带验证码的对账单): the same rows as on the page, numbered, with a code by which anyone may ask whether it is ours."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time
from nanhu.kernel.files.purposes import Retention
from nanhu.kernel.money import format_yuan
from nanhu.kernel.numbering.series import Series
from nanhu.kernel.printing import services as printing
from nanhu.kernel.printing.models import PrintedDocument
from nanhu.kernel.printing.papers import Paper, papers
from nanhu.kernel.registry import Viewer
from nanhu.kernel.throttle import Gate, Limit, admit
from nanhu.systems.card.closing.statements import Holder, shown_statement
from nanhu.systems.card.models import Card
from nanhu.systems.card.queries import Range

PRINTS: Final = Limit("print_statement", free=20, cap=3600, memory=timedelta(days=1))


def is_its_holder(viewer: Viewer, document: PrintedDocument) -> bool:
    return viewer.person_id is not None and viewer.person_id == document.holder_id


def sample() -> Mapping[str, Any]:
    row = {"at": "2026-09-01 11:42", "what": "消费", "place": "自选快餐", "amount": "−¥ 12.50", "balance": "¥ 87.50"}
    return {
        "holder": "镕喆堃昇旻赟䶮㛃𬭎",
        "campus_no": "14260100001",
        "card": "1234 567 8901",
        "days": "2026-09-01 — 2026-09-30",
        "opening": "¥ 0.00",
        "closing": "¥ 87.50",
        "income": "¥ 100.00",
        "spending": "¥ 12.50",
        "rows": [row] * 60,
    }


STATEMENT: Final = Paper(
    key="card.statement",
    name=_("校园卡对账单"),
    template=Path(__file__).parent / "printed" / "statement.typ",
    sample=sample,
    series=Series(key="card.statement", pattern="DZ{year}-{n:08}-{check}", gapless=False),
    retention=Retention(name=_("十年"), days=3653),
    may_open=is_its_holder,
)
papers.add(STATEMENT)


@override(settings.LANGUAGE_CODE)
def print_statement(*, by: Actor, card: Card, holder: Holder, days: Range) -> PrintedDocument:
    """So many a day are free: each is kept."""
    admit([Gate(PRINTS, f"account:{by.account_id}")])
    facts = facts_of(shown_statement(card, holder, days), days)
    person = printing.Holder(person_id=card.wallet.person_id, name=holder.name)
    return printing.issue(by=by, paper=STATEMENT, facts=facts, holder=person)


def facts_of(statement: Mapping[str, Any], days: Range) -> Mapping[str, Any]:
    return {
        "holder": statement["holder"],
        "campus_no": statement["campus_no"],
        "card": statement["card"],
        "days": f"{days.first} — {days.last}",
        "opening": format_yuan(statement["opening_fen"]),
        "closing": format_yuan(statement["closing_fen"]),
        "income": format_yuan(statement["in_fen"]),
        "spending": format_yuan(statement["out_fen"]),
        "rows": [row_of(row) for row in statement["rows"]],
    }


def row_of(row: Mapping[str, Any]) -> Mapping[str, str]:
    return {
        "at": f"{campus_time(datetime.fromisoformat(row['posted_at'])):%Y-%m-%d %H:%M}",
        "what": row["what"],
        "place": f"{row['merchant']} {row['canteen']}".strip(),
        "amount": format_yuan(row["fen"]),
        "balance": format_yuan(row["balance_fen"]),
    }
