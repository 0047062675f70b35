"""Collecting (领款): the card held on the machine for five seconds. A write that broke off ends at the card's next touch."""

from typing import TYPE_CHECKING, Any

from nanhu.emulators.chip.api import SoftwareCard, terminal
from nanhu.emulators.pos.memory import OpenClaim
from nanhu.emulators.pos.outcomes import Outcome, Slip, card_tail
from nanhu.emulators.pos.purse import PurseRefusedError, TornError

if TYPE_CHECKING:
    from nanhu.emulators.pos.device import Device

HELD_MS = 5000


def claim(device: "Device", card: str, held_ms: int) -> Outcome:
    if held_ms < HELD_MS:
        return Outcome("red", "没有领款", "把卡按住五秒", "refused")
    if device.memory.network == "off":
        return Outcome("red", "断网", "领款要联网", "refused")
    try:
        with device.purse.laid(card) as chip:
            return collect(device, card, chip, held_ms)
    except TornError:
        return Outcome("amber", "卡拿开太早", "请把卡再放上按住，钱不会丢", "torn")
    except PurseRefusedError as error:
        return Outcome("red", "没有领款", error.sentence, "refused")


def collect(device: "Device", card: str, chip: SoftwareCard | None, held_ms: int) -> Outcome:
    finish_open(device, card, chip)
    fields: dict[str, Any] = {"card": card, "held_ms": held_ms}
    facts = terminal.read_facts(chip) if chip else None
    begun = ask_begin(device, chip, fields, 1)
    if begun is not None and begun.get("code") == "card.chip_asked":
        begun = ask_begin(device, chip, fields, int(begun["facts"]["initialize_fen"]))
    if begun is None or begun.get("outcome") != "approved":
        return refused(device, begun)
    device.memory.claim = OpenClaim(str(begun["order"]), card, facts.online_counter if facts else None)
    device.file.keep()
    proof = write(device, chip, begun) if chip else None
    if chip and proof is None:
        return refused(device, None)
    return finish(device, card, chip, proof)


def ask_begin(
    device: "Device", chip: SoftwareCard | None, fields: dict[str, Any], initialize_fen: int
) -> dict[str, Any] | None:
    """With the chip's word that it lies here and what it counts."""
    answered = {"chip": device.purse.answer(chip, initialize_fen)} if chip else {}
    return device.line.ask_service("claim/begin", fields | answered)


def write(device: "Device", chip: SoftwareCard, begun: dict[str, Any]) -> dict[str, Any] | None:
    """INITIALIZE, the house's MAC2, CREDIT; nothing where the house did not give it."""
    psam = device.pocket.psam(device.terminal.number)
    fen = int(begun.get("write_fen", begun["amount_fen"]))
    if psam is None:
        raise PurseRefusedError("本机没有安全模块")
    if fen == 0:
        return {}
    code, bought = terminal.ask(psam, "00B0960006"), terminal.read_facts(chip).offline_counter
    start = terminal.begin_load(chip, amount_fen=fen, code=code)
    facts = {
        "order": begun["order"],
        "balance_fen": start.balance_fen,
        "online_counter": start.online_counter,
        "offline_counter": bought,
        "random": start.random,
        "mac1": start.mac1,
    }
    granted = device.line.ask_service("claim/mac", facts)
    if granted is None or granted.get("outcome") != "approved":
        return None
    device.purse.tear_away(chip)
    tac = terminal.finish_load(chip, mac2=str(granted["mac2"]), at=str(granted["at"]))
    return {"online_counter": start.online_counter, "tac": tac}


def finish_open(device: "Device", card: str, chip: SoftwareCard | None) -> None:
    """Tell the house what became of the claim that this card broke off: its counter and its proof know."""
    note = device.memory.claim
    if note is None or note.card != card or chip is None or note.online_counter is None:
        return
    tac = terminal.prove_load(chip, note.online_counter)
    if tac is not None:
        finish(device, card, chip, {"online_counter": note.online_counter, "tac": tac})
    elif terminal.read_facts(chip).online_counter == note.online_counter:
        finish(device, card, chip, None)


def finish(device: "Device", card: str, chip: SoftwareCard | None, proof: dict[str, Any] | None) -> Outcome:
    note = device.memory.claim
    facts: dict[str, Any] = {"order": note.order if note else "", "is_written": chip is None or proof is not None}
    if proof:
        facts["chip"] = proof
    answer = device.line.ask_service("claim/finish", facts)
    if answer is None:
        return refused(device, None)
    device.memory.claim = None
    device.file.keep()
    if answer.get("outcome") != "approved":
        return refused(device, answer)
    balance = answer.get("balance_fen")
    outcome = Outcome("green", "领款成功", "没有消费，钱已到卡", "claimed", answer.get("amount_fen"), balance)
    if answer.get("receipt") is not None:
        outcome.slip = Slip(
            "领款凭条",
            int(answer.get("sequence", 0)),
            int(answer["amount_fen"]),
            device.line.now(),
            card_tail(card),
            str(answer["receipt"]),
            balance,
        )
    return outcome


def refused(device: "Device", answer: dict[str, Any] | None) -> Outcome:
    if answer is None:
        return Outcome("amber", "领款未完成", f"{device.line.why()}。请再按住五秒，不会重复", "unresolved_claim")
    return Outcome("red", "没有领款", str(answer.get("sentence", "")), "refused")
