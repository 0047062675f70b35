"""The test cards of the sandbox and how each behaves: laid out for a vendor with its first sandbox key."""

from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.openapi.api import Sandbox, Vendor
from nanhu.systems.card.vendors.models import SandboxCard

MERCHANT: Final = "sandbox.shop"
PIN: Final = "123456"
PIN_TRIES: Final = 5
DAILY_FEN: Final = 5000
CONSENT_FEN: Final = 5000
FULL_FEN: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """`code` is what its phone shows: as often as one likes, unlike a real one. `fault` is the code's own refusal."""

    kind: str
    campus_no: str
    code: str
    says: str | Promise
    name: str
    state: str = "issued"
    balance_fen: int = FULL_FEN
    is_valid: bool = True
    has_right: bool = True
    fault: str = ""


BEHAVIOURS: Final = (
    Behaviour(
        kind="ok", campus_no="90000001", code="SANDBOX-OK", name="沙小一", says=_("收得到款；给了授权，每笔 ¥ 50.00")
    ),
    Behaviour(
        kind="short",
        campus_no="90000002",
        code="SANDBOX-SHORT",
        name="沙小二",
        balance_fen=100,
        says=_("只有 ¥ 1.00：余额不足"),
    ),
    Behaviour(
        kind="limit",
        campus_no="90000003",
        code="SANDBOX-LIMIT",
        name="沙小三",
        says=_("每天 ¥ 50.00 以上要密码，密码 123456，错五次锁定"),
    ),
    Behaviour(kind="lost", campus_no="90000004", code="SANDBOX-LOST", name="沙小四", state="lost", says=_("已挂失")),
    Behaviour(
        kind="expired",
        campus_no="90000005",
        code="SANDBOX-EXPIRED",
        name="沙小五",
        is_valid=False,
        says=_("过了有效期"),
    ),
    Behaviour(
        kind="no_right",
        campus_no="90000006",
        code="SANDBOX-NORIGHT",
        name="沙小六",
        has_right=False,
        says=_("这类卡没有消费权限"),
    ),
    Behaviour(
        kind="replaced",
        campus_no="90000007",
        code="SANDBOX-REPLACED",
        name="沙小七",
        state="replaced",
        says=_("已补办新卡"),
    ),
    Behaviour(
        kind="used", campus_no="90000008", code="SANDBOX-USED", name="沙小八", fault="code_used", says=_("付款码已用过")
    ),
    Behaviour(
        kind="stale",
        campus_no="90000009",
        code="SANDBOX-STALE",
        name="沙小九",
        fault="code_expired",
        says=_("付款码已过期"),
    ),
)
BY_KIND: Final = {one.kind: one for one in BEHAVIOURS}
BY_CODE: Final = {one.code: one for one in BEHAVIOURS}
BY_CAMPUS_NO: Final = {one.campus_no: one for one in BEHAVIOURS}


def prepare(vendor: Vendor) -> None:
    SandboxCard.objects.bulk_create(
        (SandboxCard(vendor=vendor, kind=one.kind, state=one.state, balance_fen=one.balance_fen) for one in BEHAVIOURS),
        ignore_conflicts=True,
    )


def reset(vendor: Vendor) -> None:
    """Every test card as on the first day; payments made with them stay."""
    prepare(vendor)
    for one in BEHAVIOURS:
        SandboxCard.objects.filter(vendor=vendor, kind=one.kind).update(
            state=one.state, balance_fen=one.balance_fen, is_blocked=False, pin_tries=0, spent_fen=0, spent_on=None
        )


def consent_id(vendor: Vendor) -> UUID:
    """The consent that test card `ok` gave this vendor."""
    return uuid5(NAMESPACE_URL, f"nanhu:sandbox-consent:{vendor.public_id}")


SANDBOX: Final = Sandbox(
    prepare=prepare,
    reset=reset,
    template="card_vendors/_sandbox.html",
    facts=lambda: {"cards": BEHAVIOURS, "pin": PIN, "merchant": MERCHANT},
)
