"""What a terminal does with a card in its field, command by command: read, buy, load, and settle a transaction whose end it missed."""

import struct
from collections.abc import Callable
from typing import Any, Final, Protocol

import msgspec

from nanhu.emulators.chip import apdu
from nanhu.emulators.chip.files import LIMITS, LOG, PUBLIC

KEY_INDEX: Final = b"\x01"
LOAD, PURCHASE = 0x02, 0x06


class Module(Protocol):
    """A card or a PSAM, soft or hard."""

    def transmit(self, text: bytes) -> bytes: ...


class StatusRefusedError(Exception):
    """The card or the PSAM said no; `sentence` for the screen."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status

    @property
    def sentence(self) -> str:
        if self.status & 0xFFF0 == 0x63C0:  # noqa: PLR2004 - 63Cx
            return f"卡密码不对，还可以试 {self.status & 0x0F} 次"
        return SENTENCES.get(self.status, f"卡片拒绝（{self.status:04X}）")


SENTENCES: Final = {
    apdu.BALANCE_SHORT: "卡上余额不足",
    apdu.COUNTER_FULL: "卡片交易计数已满，请换卡",
    apdu.BLOCKED: "卡密码已锁，请到校园卡管理办公室办理",
    apdu.APPLICATION_BLOCKED: "卡上电子钱包已锁",
    apdu.MAC_WRONG: "验证码不符，没有写卡",
    apdu.KEY_UNKNOWN: "密钥版本不符",
}


def ask(module: Module, head: str, data: bytes = b"", le: int | None = None) -> bytes:
    text = bytes.fromhex(head) + (bytes([len(data)]) + data if data else b"") + (b"" if le is None else bytes([le]))
    answer = module.transmit(text)
    status = int.from_bytes(answer[-2:], "big")
    if status != apdu.OK:
        raise StatusRefusedError(status)
    return answer[:-2]


class Facts(msgspec.Struct):
    """What the card tells of itself; reading changes nothing. Limits of 0 are none."""

    serial: str
    balance_fen: int
    online_counter: int
    offline_counter: int
    key_version: int
    algorithm: int
    meal_limit_fen: int
    daily_limit_fen: int
    valid_until: str


def read_facts(card: Module) -> Facts:
    public = ask(card, f"00B0{0x80 | PUBLIC:02X}00", le=0)
    limits = ask(card, f"00B0{0x80 | LIMITS:02X}00", le=0)
    balance = int.from_bytes(ask(card, "805C0002", le=4), "big")
    bought = ask(card, "80500102", KEY_INDEX + bytes(4) + bytes(6), 0x0F)
    loaded = ask(card, "80500002", KEY_INDEX + bytes([0, 0, 0, 1]) + bytes(6), 0x10)
    ask(card, "805C0002", le=4)  # what was only begun to be read is dropped
    return Facts(
        serial=public[10:20].hex(),
        balance_fen=balance,
        online_counter=int.from_bytes(loaded[4:6], "big"),
        offline_counter=int.from_bytes(bought[4:6], "big"),
        key_version=bought[9],
        algorithm=bought[10],
        meal_limit_fen=int.from_bytes(limits[:3], "big"),
        daily_limit_fen=int.from_bytes(limits[3:6], "big"),
        valid_until=public[24:28].hex(),
    )


class LogRecord(msgspec.Struct):
    counter: int
    amount_fen: int
    kind: int
    at: str


def read_log(card: Module) -> list[LogRecord]:
    """File 0018, newest first."""
    found = []
    for number in range(1, 256):
        try:
            text = ask(card, f"00B2{number:02X}{LOG << 3 | 4:02X}", le=0)
        except StatusRefusedError:
            break
        counter, amount, kind = struct.unpack_from(">H3xIB", text)
        found.append(LogRecord(counter, amount, kind, text[16:23].hex()))
    return found


def verify_pin(card: Module, pin: str) -> None:
    ask(card, "00200001", bytes.fromhex(pin))


def change_pin(card: Module, old: str, new: str) -> None:
    ask(card, "805E0101", bytes.fromhex(old) + b"\xff" + bytes.fromhex(new))


def write_limits(card: Module, meal_fen: int, daily_fen: int) -> None:
    """After verify_pin."""
    ask(card, f"00D6{0x80 | LIMITS:02X}00", meal_fen.to_bytes(3, "big") + daily_fen.to_bytes(3, "big"))


class Grey(msgspec.Struct):
    """A purchase as it stood before DEBIT: the grey record (灰记录). With a TAC it is done."""

    counter: int
    online_counter: int
    balance_before_fen: int
    amount_fen: int
    term_seq: int
    at: str
    tac: str = ""

    def member(self) -> dict[str, Any]:
        """The member `chip` of a row for the gateway."""
        return {
            "counter": self.counter,
            "online_counter": self.online_counter,
            "balance_before_fen": self.balance_before_fen,
            "term_seq": self.term_seq,
            "tac": self.tac or "00000000",
            "at": self.at,
        }


def buy(card: Module, psam: Module, *, amount_fen: int, at: str, remember: Callable[[Grey], None]) -> Grey:
    """Take the amount off the card. `remember` writes the grey record down before DEBIT; whatever breaks after that is
    settled by `settle` when the card is seen again. A refusal before DEBIT leaves no grey record."""
    facts = read_facts(card)
    code = ask(psam, "00B0960006")
    begun = ask(card, "80500102", KEY_INDEX + amount_fen.to_bytes(4, "big") + code, 0x0F)
    balance, counter, random = begun[:4], begun[4:6], begun[11:15]
    serial = bytes.fromhex(facts.serial)[-8:]
    stamp = bytes.fromhex(at)
    signed = ask(
        psam,
        "80700000",
        random + counter + amount_fen.to_bytes(4, "big") + bytes([PURCHASE]) + stamp + begun[9:11] + serial,
        8,
    )
    grey = Grey(
        counter=int.from_bytes(counter, "big"),
        online_counter=facts.online_counter,
        amount_fen=amount_fen,
        at=at,
        balance_before_fen=int.from_bytes(balance, "big"),
        term_seq=int.from_bytes(signed[:4], "big"),
    )
    remember(grey)
    proof = ask(card, "80540100", signed[:4] + stamp + signed[4:], 8)
    ask(psam, "80720000", proof[4:])
    grey.tac = proof[:4].hex().upper()
    return grey


def settle(card: Module, grey: Grey) -> bool | None:
    """What became of a purchase whose end nobody saw. True: it is off, and the TAC is found. False: it never was.
    None: the card went on elsewhere, its proof is gone; the row is told without a TAC."""
    facts = read_facts(card)
    if facts.offline_counter == grey.counter:
        return False
    try:
        proof = ask(card, f"805A00{PURCHASE:02X}", grey.counter.to_bytes(2, "big"), 8)
    except StatusRefusedError:
        return None
    grey.tac = proof[4:].hex().upper()
    return True


class LoadBegun(msgspec.Struct):
    """What the host must see before it lets money onto the card."""

    balance_fen: int
    online_counter: int
    random: str
    mac1: str


def begin_load(card: Module, *, amount_fen: int, code: bytes) -> LoadBegun:
    text = ask(card, "80500002", KEY_INDEX + amount_fen.to_bytes(4, "big") + code, 0x10)
    return LoadBegun(
        balance_fen=int.from_bytes(text[:4], "big"),
        online_counter=int.from_bytes(text[4:6], "big"),
        random=text[8:12].hex().upper(),
        mac1=text[12:16].hex().upper(),
    )


def finish_load(card: Module, *, mac2: str, at: str) -> str:
    """Right after begin_load; gives the TAC."""
    return ask(card, "80520000", bytes.fromhex(at) + bytes.fromhex(mac2), 4).hex().upper()


def prove_load(card: Module, online_counter: int) -> str | None:
    """The TAC of a load whose end nobody saw; None where it was never written, or the card went on elsewhere."""
    try:
        return ask(card, f"805A00{LOAD:02X}", online_counter.to_bytes(2, "big"), 8)[4:].hex().upper()
    except StatusRefusedError:
        return None
