"""The terminal protocol, version 1 (docs/protocols/terminal.md): what is signed, what is sent, what a refusal says.

Pure: used by the gateway and by tests; a device maker needs the document only.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Final, Literal

import msgspec

VERSION: Final = 1
CLOCK_TOLERANCE_SECONDS: Final = 300
LARGEST_SEQUENCE: Final = 2**53 - 1
LARGEST_PAYMENT_FEN: Final = 500_000
LARGEST_UPLOAD_ROWS: Final = 1000
LARGEST_BODY: Final = 256 * 1024
CARD_UID: Final = re.compile(r"[0-9A-F]{8}|[0-9A-F]{14}")
SEALED: Final[Callable[[bytes, bytes], bytes]] = lambda key, text: hmac.digest(key, text, "sha256")  # noqa: E731

SENTENCES: Final = {
    "ok": "交易成功",
    "cancelled": "这笔交易已由终端撤销，不计账",
    "amount_invalid": "金额无效，应为大于零的整数分",
    "amount_too_large": "金额超过单笔上限",
    "balance_short": "余额不足，请充值",
    "card_unknown": "无法识别此卡",
    "card_lost": "此卡已挂失，不能使用",
    "card_frozen": "此卡已冻结，不能使用",
    "card_expired": "此卡已过有效期，请到校园卡管理办公室办理",
    "card_closed": "此卡已注销，不能使用",
    "terminal_off": "本机已停用，请联系校园卡管理办公室",
    "terminal_unknown": "终端号未登记",
    "signature_wrong": "签名不正确，终端密钥不符",
    "clock_wrong": "终端时钟偏差过大，请校时",
    "sequence_reused": "流水号已用于另一笔交易",
    "sequence_invalid": "流水号无效，应为大于零的整数",
    "not_reversible": "这笔交易不能冲正",
    "nothing_to_reverse": "原交易未扣款，无需冲正",
    "already_reversed": "这笔交易已经冲正",
    "reversal_too_late": "只能冲正当天的交易，请到校园卡管理办公室办理",
    "malformed": "报文格式不正确",
    "too_large": "报文过大",
    "not_found": "没有这个接口",
    "outcome_unknown": "结果未知，请用同一流水号重试",
    "unknown": "没有这个流水号的记录",
}


class PaymentBody(msgspec.Struct):
    card: str
    amount_fen: int


class ReversalBody(msgspec.Struct):
    sequence: int


class QueryBody(msgspec.Struct):
    sequence: int


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


def request_text(*, method: str, path: str, terminal: str, sequence: str, clock: str, body: bytes) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    return f"nanhu-terminal-1\n{method}\n{path}\n{terminal}\n{sequence}\n{clock}\n{digest}".encode()


def sign_request(key: bytes, *, method: str, path: str, terminal: str, sequence: str, clock: str, body: bytes) -> str:
    text = request_text(method=method, path=path, terminal=terminal, sequence=sequence, clock=clock, body=body)
    return SEALED(key, text).hex()


def sign_response(key: bytes, *, request_signature: str, status: int, body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()
    return SEALED(key, f"nanhu-terminal-1-answer\n{request_signature}\n{status}\n{digest}".encode()).hex()


def fingerprint(kind: str, *parts: str) -> str:
    """What makes two requests of one sequence the same: their meaning, not their clock or spaces."""
    return hashlib.sha256("\n".join([kind, *parts]).encode()).hexdigest()[:32]


def receipt_number(receipt_id: int) -> str:
    return f"{receipt_id:012d}"


def refused(code: str, **facts: float | None) -> Answer:
    return Answer(outcome="refused", code=code, sentence=SENTENCES[code], **facts)  # type: ignore[arg-type]
