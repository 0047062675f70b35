"""Writing a claim onto the card: begin, right to write, write, report; and what to do when one of them broke off."""

import contextlib
from typing import Any

import msgspec

from nanhu.emulators.chip.api import CardElsewhereError, SoftwareCard, StatusRefusedError, terminal
from nanhu.emulators.kiosks.flows.steps import Asking
from nanhu.emulators.kiosks.kiosk import Kiosk
from nanhu.emulators.kiosks.line import RefusedError
from nanhu.emulators.kiosks.memory import Pending, Writing
from nanhu.emulators.kiosks.screens import Screen


class WriteFailedError(Exception):
    """The chip was not written, for certain: the money waits."""


class WriteOpenError(Exception):
    """It failed after the right to write had gone out: the school believes the card's counter alone, at its next touch."""


class WriteUnknownError(Exception):
    """The card left in the middle: the chip's own counter will tell at its next touch."""


def begin(kiosk: Kiosk, operation: str, body: dict[str, Any], *, title: str, pins: dict[str, str]) -> dict[str, Any]:
    """Ask for the claim; its sum is fixed and reserved from now on."""
    counter = online_counter(kiosk)
    sent = body if counter is None else {**body, "online_counter": counter}
    facts = {"lying": kiosk.card, "counter": -1 if counter is None else counter}
    try:
        return kiosk.line.ask(operation, sent, title=title, pins=pins, **facts)
    except RefusedError as error:
        if error.code != "card.chip_asked":
            raise
        signed = {"chip": signed_counter(kiosk, int(error.facts["initialize_fen"]))}
        return kiosk.line.ask(operation, sent | signed, title=title, pins=pins, **facts)


def signed_counter(kiosk: Kiosk, initialize_fen: int) -> dict[str, Any]:
    """The chip's own word of what it counts, for the campus to believe about a claim that broke off."""
    try:
        with kiosk.pocket.card(kiosk.card) as chip:
            if chip is None:
                return {}
            begun = terminal.begin_load(chip, amount_fen=initialize_fen, code=terminal_code(kiosk))
            return {"amount_fen": initialize_fen, **msgspec.to_builtins(begun)}
    except (CardElsewhereError, StatusRefusedError):
        return {}


def begun(pending: Pending, answer: dict[str, Any]) -> Writing:
    fen = int(answer.get("write_fen", answer.get("amount_fen", 0)))
    return Writing(answer["claim"], str(pending.facts["lying"]), fen, int(pending.facts["counter"]))


def write_and_finish(kiosk: Kiosk, *, title: str) -> dict[str, Any]:
    writing = kiosk.memory.writing
    if writing is None:
        raise WriteFailedError
    kiosk.busy = "正在写卡，请勿移动校园卡"
    try:
        tac = write(kiosk, writing, title)
    except WriteFailedError as error:
        if finish(kiosk, is_written=False, title=title).get("state") == "writing":
            raise WriteOpenError from error
        raise
    return finish(kiosk, is_written=True, title=title, tac=tac)


def write(kiosk: Kiosk, writing: Writing, title: str) -> str:
    """Onto the chip; a card without one carries no money of its own and needs no writing."""
    try:
        with kiosk.pocket.card(writing.card) as chip:
            if kiosk.write_mode in {"fail", "dead"} or kiosk.card != writing.card:
                raise WriteFailedError
            if chip is None or writing.write_fen == 0:
                return ""
            return write_chip(kiosk, chip, writing, title)
    except (CardElsewhereError, StatusRefusedError) as error:
        raise WriteFailedError from error


def write_chip(kiosk: Kiosk, chip: SoftwareCard, writing: Writing, title: str) -> str:
    code, bought = terminal_code(kiosk), terminal.read_facts(chip).offline_counter
    begun = terminal.begin_load(chip, amount_fen=writing.write_fen, code=code)
    right = kiosk.line.ask(
        "claim/mac",
        {
            "claim": writing.claim,
            "balance_fen": begun.balance_fen,
            "online_counter": begun.online_counter,
            "offline_counter": bought,
            "random": begun.random,
            "mac1": begun.mac1,
        },
        title=title,
    )
    writing.online_counter, writing.is_granted = begun.online_counter, True
    kiosk.file.keep()
    kiosk.point("before_write")
    tac = terminal.finish_load(chip, mac2=str(right["mac2"]), at=str(right["at"]))
    if kiosk.write_mode == "torn":
        raise WriteUnknownError
    kiosk.point("after_write")
    return tac


def finish(kiosk: Kiosk, *, is_written: bool, title: str, tac: str = "") -> dict[str, Any]:
    writing = kiosk.memory.writing
    if writing is None:
        raise WriteFailedError
    body: dict[str, Any] = {"claim": writing.claim, "is_written": is_written}
    if tac:
        body |= {"proof": {"online_counter": writing.online_counter, "tac": tac}}
    return kiosk.line.ask("claim/finish", body, title=title)


def settle(kiosk: Kiosk) -> str:
    """After a power cut, or when the card is back: the chip knows whether it was written. Empty where nothing was open."""
    writing = kiosk.memory.writing
    if writing is None:
        return ""
    tac = proof(kiosk, writing)
    if tac is None:
        if kiosk.card == writing.card:  # it went on elsewhere: its counter settles the claim when the next one begins
            kiosk.memory.writing = None
            kiosk.file.keep()
        return "上一笔领款的写卡结果不明：下次放卡时按卡上计数自动核定，款项不会丢失，也不会重复。"
    with contextlib.suppress(RefusedError):  # settled meanwhile by the card's own counter
        finish(kiosk, is_written=bool(tac), title="领款", tac=tac)
    return "上一笔领款已写入校园卡。" if tac else "上一笔领款没有写卡，款项仍可领取。"


def proof(kiosk: Kiosk, writing: Writing) -> str | None:
    """The TAC of what was written; empty where the chip was not; None where only the chip could tell and is not here."""
    if not writing.is_granted:
        return ""
    if kiosk.card != writing.card:
        return None
    try:
        with kiosk.pocket.card(writing.card) as chip:
            if chip is None:
                return ""
            if terminal.read_facts(chip).online_counter == writing.online_counter:
                return ""
            return terminal.prove_load(chip, writing.online_counter)
    except (CardElsewhereError, StatusRefusedError):
        return None


def online_counter(kiosk: Kiosk) -> int | None:
    """How often this chip was written; None without a chip."""
    try:
        with kiosk.pocket.card(kiosk.card) as chip:
            return None if chip is None else terminal.read_facts(chip).online_counter
    except (CardElsewhereError, StatusRefusedError):
        return None


def terminal_code(kiosk: Kiosk) -> bytes:
    """The six bytes that stand for this machine in every MAC, from its security module."""
    module = kiosk.pocket.psam(kiosk.terminal.number)
    return bytes(6) if module is None else terminal.ask(module, "00B0960006")


def put_back(title: str) -> Asking[str]:
    found = yield Screen(
        kind="card", title=title, prompt="请将校园卡放回读卡区", tone="amber", lines=["写卡没有完成，请不要离开。"]
    )
    return str(found)
