"""What is paid by the terminal protocol, version 1 (docs/protocols/terminal.md): bodies, answers, what a refusal says.

Pure: used by the gateway and by tests; a device maker needs the document only. The signed frame is `terminals.wire`.
"""

import hashlib
import re
from typing import Any, Final, Literal

import msgspec

from nanhu.platforms.terminals.wire import SENTENCES as FRAME_SENTENCES

VERSION: Final = 1
LARGEST_PAYMENT_FEN: Final = 500_000
LARGEST_UPLOAD_ROWS: Final = 1000
CARD_UID: Final = re.compile(r"[0-9A-F]{8}|[0-9A-F]{14}")

SENTENCES: Final = FRAME_SENTENCES | {
    "ok": "交易成功",
    "cancelled": "这笔交易已由终端撤销，不计账",
    "amount_invalid": "金额无效，应为大于零的整数分",
    "amount_too_large": "金额超过单笔上限",
    "balance_short": "余额不足，请充值",
    "card_unknown": "无法识别此卡",
    "card_lost": "此卡已挂失，不能使用",
    "card_frozen": "此卡已冻结，不能使用",
    "card_expired": "此卡已过有效期，请到校园卡管理办公室办理",
    "card_replaced": "此卡已补办新卡，不能再用",
    "card_closed": "此卡已注销，不能使用",
    "no_right": "这类卡没有消费权限",
    "code_wrong": "付款码无效，请在手机上重新打开",
    "code_expired": "付款码已过期，请刷新",
    "code_used": "付款码已使用，请刷新",
    "code_revoked": "这部手机的付款码已停用",
    "not_reversible": "这笔交易不能冲正",
    "nothing_to_reverse": "原交易未扣款，无需冲正",
    "already_reversed": "这笔交易已经冲正",
    "reversal_too_late": "只能冲正当天的交易，请到校园卡管理办公室办理",
    "unknown": "没有这个流水号的记录",
    "pin_required": "超过消费限额，请输入消费密码",
    "pin_wrong": "消费密码不对",
    "pin_locked": "消费密码已锁定，请带证件到校园卡管理办公室",
    "pin_unreadable": "密码没有读出来，请重新输入",
    "pin_unset": "这张卡还没有消费密码，请到校园卡管理办公室设置",
    "tac_wrong": "芯片交易验证码不符，已转校园卡管理办公室核查",
    "chip_counter_reused": "芯片计数重复，已转校园卡管理办公室核查",
    "chip_missing": "此卡有芯片，缺少交易验证码，已转校园卡管理办公室核查",
    "offline_payment": "单笔超过脱机限额，已转校园卡管理办公室核查",
    "offline_card": "此卡当日脱机合计超限，已转校园卡管理办公室核查",
    "offline_total": "本机当日脱机合计超限，已转校园卡管理办公室核查",
    "offline_rows": "本机当日脱机笔数超限，已转校园卡管理办公室核查",
    "offline_too_old": "交易时间过早，已转校园卡管理办公室核查",
    "price_wrong": "金额与本机定价不符，请重新签到",
    "hold_not_here": "本机没有预扣的定价",
    "hold_unknown": "没有这笔预扣",
    "hold_settled": "这笔预扣已经结清",
    "sale_unknown": "没有找到本商户的这笔消费",
    "refund_too_large": "退款超过这笔消费剩下的金额",
    "already_refunded": "这笔交易已经退过款，不能冲正",
}


class PaymentBody(msgspec.Struct):
    """`pin` and `minutes` are read as they come: what is odd about them is a refusal, not a malformed request."""

    card: str
    amount_fen: int
    pin: Any = None
    minutes: Any = None


class Answer(msgspec.Struct, omit_defaults=True):
    """What a terminal is told. The same request again gets the same bytes."""

    outcome: Literal["approved", "refused", "unknown"]
    code: str
    sentence: str
    sequence: int | None = None
    receipt: str | None = None
    amount_fen: int | None = None
    owed_fen: int | None = None
    balance_fen: int | None = None
    posted_at: float | None = None
    server_time: float | None = None
    limit: str | None = None
    limit_fen: int | None = None
    tries_left: int | None = None
    released_fen: int | None = None
    hold_until: float | None = None


def fingerprint(kind: str, *parts: str) -> str:
    """What makes two requests of one sequence the same: their meaning, not their clock or spaces."""
    return hashlib.sha256("\n".join([kind, *parts]).encode()).hexdigest()[:32]


def receipt_number(receipt_id: int) -> str:
    return f"{receipt_id:012d}"


def refused(code: str, **facts: float | None) -> Answer:
    return Answer(outcome="refused", code=code, sentence=SENTENCES[code], **facts)  # type: ignore[arg-type]
