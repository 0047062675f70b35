"""The bodies of the card's operations: the same types decode a request, write a response and make the description."""

from typing import Annotated, Literal

from django.utils.translation import gettext_noop as _
from msgspec import Meta

from nanhu.platforms.openapi import api as openapi
from nanhu.platforms.openapi.api import ModeName, RequestBody, ResponseBody
from nanhu.systems.card.protocol import LARGEST_PAYMENT_FEN

Fen = Annotated[int, Meta(ge=1, le=LARGEST_PAYMENT_FEN, description=_("金额，整数分"), examples=[850])]
Text = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
Reference = Annotated[
    str,
    Meta(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$", description=_("贵方自己的编号，原样返回"), examples=["A-1001"]),
]
Code = Annotated[
    str,
    Meta(
        min_length=8,
        max_length=64,
        pattern=r"^[0-9A-Z-]+$",
        description=_("持卡人手机上的付款码，一次有效，六十秒内"),
        examples=["SANDBOX-OK"],
    ),
]
ConsentId = Annotated[str, Meta(max_length=36, description=_("持卡人的授权"))]
CampusNo = Annotated[str, Meta(min_length=4, max_length=24, pattern=r"^[0-9A-Za-z-]+$", description=_("学工号"))]


class CardQuery(RequestBody, kw_only=True):
    """Exactly one of the three says which card."""

    one_of = ("code", "consent", "campus_no")
    code: Code | None = None
    consent: ConsentId | None = None
    campus_no: CampusNo | None = None


class BlockOrder(RequestBody, kw_only=True):
    reason: Text


class PaymentOrder(RequestBody, kw_only=True):
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


class RefundOrder(RequestBody, kw_only=True):
    amount_fen: Fen
    reason: Text


class CardOrderForm(RequestBody, kw_only=True):
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


class Holder(ResponseBody, kw_only=True):
    name: Annotated[str, Meta(description=_("打码的姓名"), examples=["**满"])]


class Card(ResponseBody, kw_only=True):
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


class Merchant(ResponseBody, kw_only=True):
    key: str
    name: str


class Account(ResponseBody, kw_only=True):
    object: Literal["account"] = "account"
    company: str
    mode: ModeName
    scopes: list[str]
    merchants: list[Merchant]
    per_minute: int


class Payment(ResponseBody, kw_only=True):
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


class PaymentList(ResponseBody, kw_only=True):
    object: Literal["list"] = "list"
    data: list[Payment]


class Refund(ResponseBody, kw_only=True):
    object: Literal["refund"] = "refund"
    id: str
    mode: ModeName
    payment: str
    amount_fen: int
    left_fen: Annotated[int, Meta(description=_("这笔收款还能退多少"))]
    reason: str
    receipt: str
    created_at: str


class Order(ResponseBody, kw_only=True):
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


class Consent(ResponseBody, kw_only=True):
    object: Literal["consent"] = "consent"
    id: str
    mode: ModeName
    state: Literal["active", "ended"]
    reference: str
    most_fen: int
    created_at: str


class ConsentList(ResponseBody, kw_only=True):
    object: Literal["list"] = "list"
    data: list[Consent]


class Fault(openapi.Fault, kw_only=True):
    """`payment` names the one that was refused, `tries_left` is told with a wrong PIN."""

    payment: str | None = None
    tries_left: int | None = None


class Error(openapi.Error, kw_only=True):
    error: Fault
