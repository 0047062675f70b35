"""What goes over the wire, as types: the same types decode a request, write an answer and make the description."""

import hashlib
import hmac
import re
from typing import Annotated, Any, ClassVar, Final, Literal

import msgspec
from django.utils.translation import gettext_noop as _
from msgspec import Meta

from nanhu.kernel import strict_json
from nanhu.systems.card.protocol import LARGEST_PAYMENT_FEN

VERSION: Final = "1"
LARGEST_BODY: Final = 16 * 1024
CLOCK_TOLERANCE_SECONDS: Final = 300
KEY: Final = re.compile(r"nanhu_(live|test)_([0-9A-Za-z]{12})_[0-9A-Za-z_-]{43}")
IDEMPOTENCY_KEY: Final = re.compile(r"[!-~]{8,80}")
SIGNATURE: Final = re.compile(r"t=([0-9]{10}),v1=([0-9a-f]{64})")

type ModeName = Literal["live", "test"]
Fen = Annotated[int, Meta(ge=1, le=LARGEST_PAYMENT_FEN, description=_("金额，整数分"), examples=[850])]
Text = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
Reference = Annotated[
    str,
    Meta(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$", description=_("贵方自己的编号，原样返回"), examples=["A-1001"]),
]
Code = Annotated[
    str,
    Meta(
        min_length=8, max_length=64, pattern=r"^[0-9A-Z-]+$",
        description=_("持卡人手机上的付款码，一次有效，六十秒内"), examples=["SANDBOX-OK"],
    ),
]  # fmt: skip
ConsentId = Annotated[str, Meta(max_length=36, description=_("持卡人的授权"))]
CampusNo = Annotated[str, Meta(min_length=4, max_length=24, pattern=r"^[0-9A-Za-z-]+$", description=_("学工号"))]


def signed_text(*, moment: str, method: str, path: str, idempotency_key: str, body: bytes) -> bytes:
    return f"{moment}.{method}.{path}.{idempotency_key}.".encode() + body


def webhook_text(*, moment: str, body: bytes) -> bytes:
    return f"{moment}.".encode() + body


def seal(secret: str, text: bytes) -> str:
    return hmac.digest(secret.encode(), text, "sha256").hex()


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    return hashlib.sha256(f"{method} {path}\n".encode() + body).digest()


class Request(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Exactly one of `one_of` is given where it names any; the description says the same."""

    one_of: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        if self.one_of and sum(getattr(self, name) is not None for name in self.one_of) != 1:
            raise ValueError("exactly one of " + ", ".join(self.one_of))


def read[Shape: Request](body: bytes, shape: type[Shape]) -> Shape:
    """JSON knows one kind of number: 850.0 is the whole number 850, as the description's schema says."""
    facts = strict_json.decode(body)
    if isinstance(facts, dict):
        facts = {name: whole(value) for name, value in facts.items()}
    return msgspec.convert(facts, shape)


def whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


class CardQuery(Request, kw_only=True):
    """Exactly one of the three says which card."""

    one_of = ("code", "consent", "campus_no")
    code: Code | None = None
    consent: ConsentId | None = None
    campus_no: CampusNo | None = None


class BlockOrder(Request, kw_only=True):
    reason: Text


class PaymentOrder(Request, kw_only=True):
    """Exactly one of `code` and `consent` says whose card."""

    one_of = ("code", "consent")
    merchant: Annotated[str, Meta(min_length=1, max_length=64, description=_("商户编号"), examples=["n1.rice"])]
    amount_fen: Fen
    code: Code | None = None
    consent: ConsentId | None = None
    pin: (
        Annotated[str, Meta(max_length=200, description=_("加密的消费密码块，见协议文件"), examples=["9f0c…"])] | None
    ) = None
    reference: Reference = ""


class RefundOrder(Request, kw_only=True):
    amount_fen: Fen
    reason: Text


class CardOrderForm(Request, kw_only=True):
    """A temporary card for somebody a unit vouches for: unit and office decide on it."""

    name: Text
    sex: Literal["男", "女"]
    document_kind: Annotated[str, Meta(max_length=40, examples=["居民身份证"])]
    document: Annotated[str, Meta(min_length=5, max_length=24, description=_("证件号；加密保存，不再返回"))]
    phone: Annotated[str, Meta(min_length=8, max_length=20, description=_("手机号；加密保存，不再返回"))]
    unit: Annotated[str, Meta(max_length=60, description=_("担保的部门编号"))]
    category: Annotated[str, Meta(max_length=20, examples=["培训"], description=_("人员类别"))]
    valid_until: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-12-31"])]
    reason: Text
    reference: Reference = ""


class Answer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    pass


class Holder(Answer, kw_only=True):
    name: Annotated[str, Meta(description=_("打码的姓名"), examples=["**满"])]


class Card(Answer, kw_only=True):
    object: Literal["card"] = "card"
    id: str
    mode: ModeName
    state: Annotated[str, Meta(description=_("issued 正常，lost 已挂失，frozen、expired、replaced、closed"))]
    card_class: Literal["teacher", "student", "ordinary"]
    sub_class: str
    valid_until: str
    may_pay: Annotated[bool, Meta(description=_("状态、有效期和权限此刻允许消费；余额与限额另看"))]
    holder: Holder
    balance_fen: Annotated[int, Meta(description=_("只在有 balance 权限时有数，否则为 null"))] | None


class Merchant(Answer, kw_only=True):
    key: str
    name: str


class Account(Answer, kw_only=True):
    object: Literal["account"] = "account"
    company: str
    mode: ModeName
    scopes: list[str]
    merchants: list[Merchant]
    per_minute: int


class Payment(Answer, kw_only=True):
    object: Literal["payment"] = "payment"
    id: str
    mode: ModeName
    status: Annotated[str, Meta(description=_("succeeded 已扣款，refused 未扣款"))]
    reason: Annotated[str, Meta(description=_("未扣款时的代码，否则为空"))]
    merchant: str
    card: str
    amount_fen: int
    refunded_fen: int
    reference: str
    receipt: Annotated[str, Meta(description=_("凭证号，持卡人的账单上是同一个"))]
    created_at: str
    settled_at: str | None


class PaymentList(Answer, kw_only=True):
    object: Literal["list"] = "list"
    data: list[Payment]


class Refund(Answer, kw_only=True):
    object: Literal["refund"] = "refund"
    id: str
    mode: ModeName
    payment: str
    amount_fen: int
    left_fen: Annotated[int, Meta(description=_("这笔收款还能退多少"))]
    reason: str
    receipt: str
    created_at: str


class Order(Answer, kw_only=True):
    object: Literal["order"] = "order"
    id: str
    mode: ModeName
    state: Annotated[
        str,
        Meta(description=_("submitted 等部门审批，approved 等受理，accepted 制卡中，made 待领，closed 已发，refused")),
    ]
    number: str
    reference: str
    created_at: str


class Consent(Answer, kw_only=True):
    object: Literal["consent"] = "consent"
    id: str
    mode: ModeName
    state: Literal["active", "ended"]
    reference: str
    most_fen: int
    created_at: str


class ConsentList(Answer, kw_only=True):
    object: Literal["list"] = "list"
    data: list[Consent]


class Fault(Answer, kw_only=True):
    """`type` is the kind of error, `code` the error itself; programs go by these, people read `message`."""

    type: Annotated[str, Meta(examples=["card"])]
    code: Annotated[str, Meta(examples=["balance_short"])]
    message: str
    param: str
    request_id: str
    payment: str | None = None
    tries_left: int | None = None


class Error(Answer, kw_only=True):
    error: Fault


class Event(Answer, kw_only=True):
    """What a webhook brings, signed; the same id may come twice."""

    object: Literal["event"] = "event"
    id: str
    mode: ModeName
    type: Annotated[str, Meta(examples=["payment.succeeded"])]
    created_at: str
    data: dict[str, Any]
