"""What one does on the phone. Each action gives the app's new state, what to say, and what went over the wire."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import msgspec

from nanhu.emulators.bank.acquirer import UnionPay
from nanhu.emulators.bank.bank import Bank
from nanhu.emulators.bank.configuration import App, Configuration
from nanhu.emulators.bank.transfers import Transfers
from nanhu.emulators.wallets import campus, phones
from nanhu.emulators.wallets.campus import Exchange

type Facts = dict[str, Any]
CODE_WRONG = "验证码不对"
APPEAL = ("campus_no", "name", "phone", "text")


class Result(msgspec.Struct):
    """`message` is a text message that arrives on this phone; `facts` are the answer of the other side."""

    sentence: str = ""
    is_good: bool = True
    message: str = ""
    facts: Facts = {}


@dataclass
class Hand:
    """One tap: the phone's number, what was typed, and what the app remembers."""

    configuration: Configuration
    bank: Bank
    union: UnionPay
    transfers: Transfers
    app: str
    phone: str
    typed: Facts
    memory: Facts = field(default_factory=dict)
    wire: list[Exchange] = field(default_factory=list)

    @property
    def partner(self) -> App:
        return next(one for one in self.configuration.apps if one.key == self.app)

    def ask(self, operation: str, *, request: str = "", **facts: Any) -> Facts:
        answer, exchange = campus.ask(self.configuration.campus, self.partner, operation, facts, request=request)
        self.wire.append(exchange)
        return answer

    def bound(self, operation: str, *, request: str = "", **facts: Any) -> Result:
        """A question about the virtual card; the app forgets one that the school has ended."""
        answer = self.ask(operation, request=request, binding=self.memory.get("binding", ""), **facts)
        if answer.get("code") == "bank.binding_not_found":
            self.memory.pop("binding", None)
        return result_of(answer)


def result_of(answer: Facts) -> Result:
    is_good = answer.get("outcome") == "done"
    return Result(sentence="" if is_good else str(answer.get("sentence", "")), is_good=is_good, facts=answer)


def register(hand: Hand) -> Result:
    hand.memory = {**hand.memory, "_code": phones.new_code()}
    return Result(message=f"【{name_of(hand)}】注册验证码 {hand.memory['_code']}，请勿告诉他人。")


def name_of(hand: Hand) -> str:
    return {"abc": "农业银行"}.get(hand.app) or hand.partner.name


def sign_in(hand: Hand) -> Result:
    if hand.typed.get("code") != hand.memory.get("_code"):
        return Result(sentence=CODE_WRONG, is_good=False)
    hand.memory = {"is_registered": True, "user": hand.memory.get("user") or uuid4().hex[:12]}
    return Result(sentence="注册成功")


def bank_number(hand: Hand) -> Result:
    """Step one of A085: the card is known to the bank; only its tail is kept, the number waits in no file."""
    number = "".join(str(hand.typed.get("card_number", "")).split())
    if not hand.bank.vault.rows("SELECT 1 FROM account WHERE card = ?", number):
        return Result(sentence="无法识别这张银行卡", is_good=False)
    hand.memory["bank_step"], hand.memory["tail"] = "person", number[-4:]
    return Result(sentence=f"{hand.configuration.bank_name}借记卡")


def bank_person(hand: Hand) -> Result:
    """Step two: the person's information (实名认证) as the bank holds it; then a message to the reserved phone."""
    said = [str(hand.typed.get(one, "")).strip().upper() for one in ("name", "id_number", "reserved")]
    found = hand.bank.vault.rows(
        "SELECT * FROM account WHERE upper(name) = ? AND upper(id_number) = ? AND phone = ? AND card LIKE ?",
        *said,
        f"%{hand.memory.get('tail', '----')}",
    )
    if not found:
        return Result(sentence="姓名、证件号、银行预留手机号与银行登记不一致", is_good=False)
    hand.memory["bank_step"], hand.memory["_code"] = "sms", phones.new_code()
    hand.memory["_card"] = found[0]["card"]
    return Result(message=f"【{hand.configuration.bank_name}】开通在线支付验证码 {hand.memory['_code']}。")


def bank_sms(hand: Hand) -> Result:
    """Step three: 开通在线支付. From here on the app holds a token."""
    if hand.typed.get("code") != hand.memory.pop("_code", None) or "_card" not in hand.memory:
        hand.memory["bank_step"] = "person"
        return Result(sentence=CODE_WRONG, is_good=False)
    token = f"WT{uuid4().hex[:20].upper()}"
    with hand.bank.vault.transaction() as books:
        books.execute("INSERT INTO wallet_token VALUES (?, ?)", (token, hand.memory.pop("_card")))
    hand.memory |= {"bank_step": "done", "bank_token": token}
    return Result(sentence="绑卡成功，已开通在线支付")


def card_behind(hand: Hand) -> str:
    found = hand.bank.vault.rows("SELECT card FROM wallet_token WHERE token = ?", hand.memory.get("bank_token", ""))
    return str(found[0]["card"]) if found else ""


def school(hand: Hand) -> Result:
    answer = result_of(hand.ask("school", school_code=str(hand.typed.get("school_code", ""))))
    if answer.is_good:
        hand.memory["school"] = {**answer.facts, "code": hand.typed["school_code"]}
    return answer


def verify(hand: Hand) -> Result:
    answer = hand.ask(
        "verify",
        school_code=str(hand.memory.get("school", {}).get("code", "")),
        user=hand.memory.get("user", ""),
        phone=hand.phone,
        device=str(hand.typed.get("device") or "手机"),
        campus_no=str(hand.typed.get("campus_no", "")),
        name=str(hand.typed.get("name", "")),
        id_number=str(hand.typed.get("id_number", "")),
    )
    if answer.get("outcome") == "done":
        hand.memory["pending_binding"] = answer["binding"]
    return result_of(answer)


def bind(hand: Hand) -> Result:
    answer = hand.ask("bind", binding=hand.memory.get("pending_binding", ""), code=str(hand.typed.get("code", "")))
    if answer.get("outcome") == "done":
        hand.memory["binding"] = answer["binding"]
    return result_of(answer)


def top_up(hand: Hand) -> Result:
    """The order at the school, the payment at UnionPay with the bank card of this app, and what the school says then."""
    answer = hand.bound(
        "top_up", request=str(hand.typed.get("request", "")), amount_fen=hand.typed.get("amount_fen", 0)
    )
    if not answer.is_good:
        return answer
    sentence = hand.union.pay(str(answer.facts["tn"]), card_behind(hand))
    if sentence:
        return Result(sentence=sentence, is_good=False, facts=answer.facts)
    return hand.bound("top_up/look", order=answer.facts["order"])


def pay_code(hand: Hand) -> Result:
    """Somebody scanned the code of an order: this phone pays it."""
    sentence = hand.union.pay(str(hand.typed.get("tn", "")), card_behind(hand))
    return Result(sentence=sentence or "支付成功", is_good=not sentence)


def transfer(hand: Hand) -> Result:
    """The bank's own app."""
    answer = hand.transfers.send(
        card=card_behind(hand), campus_no=str(hand.typed.get("campus_no", "")), fen=int(hand.typed.get("amount_fen", 0))
    )
    is_good = answer.get("outcome") != "refused"
    return Result(sentence=str(answer.get("sentence", "")), is_good=is_good, facts=answer)


def look_number(hand: Hand) -> Result:
    answer = hand.transfers.look(str(hand.typed.get("campus_no", "")))
    return result_of(answer or campus.SILENT)


def sign_out(hand: Hand) -> Result:
    hand.memory = {}
    return Result(sentence="已退出")


ACTIONS: dict[str, Callable[[Hand], Result]] = {
    "register": register,
    "sign_in": sign_in,
    "bank_number": bank_number,
    "bank_person": bank_person,
    "bank_sms": bank_sms,
    "school": school,
    "verify": verify,
    "bind": bind,
    "top_up": top_up,
    "pay_code": pay_code,
    "transfer": transfer,
    "look_number": look_number,
    "sign_out": sign_out,
    "look": lambda hand: hand.bound("look"),
    "rows": lambda hand: hand.bound("rows"),
    "loss": lambda hand: hand.bound("loss"),
    "news": lambda hand: result_of(hand.ask("news")),
    "code": lambda hand: hand.bound("code", kind=str(hand.typed.get("kind", "card"))),
    "unbind": lambda hand: hand.bound("unbind"),
    "appeal": lambda hand: result_of(hand.ask("appeal", **{n: str(hand.typed.get(n, "")) for n in APPEAL})),
}
