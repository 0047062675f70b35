"""The card's own purse at this terminal: debits with their grey records, what they left unfinished, and their proofs."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

import msgspec

from nanhu.emulators.chip.api import (
    CardElsewhereError,
    Grey,
    Pocket,
    PowerCutError,
    SoftwareCard,
    StatusRefusedError,
    terminal,
)
from nanhu.emulators.pos.line import Line
from nanhu.emulators.pos.memory import GreyNote, Memory, Proof, StoredRow

type Tear = Literal["", "before", "during", "after"]
CAMPUS = timezone(timedelta(hours=8))
TORN_BYTES = 200
PROOFS_AT_ONCE = 100


class TornError(Exception):
    """The card was taken away too early. What was begun is settled when it is laid on again."""


class PurseRefusedError(Exception):
    """The card or its purse said no, before anything happened."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).astimezone(CAMPUS).strftime("%Y%m%d%H%M%S")


class Purse:
    """`tear` is when the hand takes the card away in the next write: before, during, or after it, before its answer."""

    def __init__(self, number: str, pocket: Pocket, line: Line, file: Memory) -> None:
        self.number = number
        self.pocket = pocket
        self.line = line
        self.file = file
        self.memory = file.of(number)
        self.tear: Tear = ""

    @contextlib.contextmanager
    def laid(self, uid: str) -> Iterator[SoftwareCard | None]:
        """The card in the field, unfinished deeds settled first. None: this plastic has no purse."""
        try:
            with self.pocket.card(uid) as card:
                if card is not None:
                    self.settle(uid, card)
                yield card
        except CardElsewhereError as error:
            raise PurseRefusedError("卡还在另一台机器上") from error
        except PowerCutError as error:
            raise TornError from error
        except StatusRefusedError as error:
            raise PurseRefusedError(error.sentence, error.status) from error

    def settle(self, uid: str, card: SoftwareCard) -> None:
        """By the counters: debited → finished with the proof found on the card; not debited → dropped; else told without."""
        for note in [one for one in self.memory.greys if one.card == uid]:
            was_debited = terminal.settle(card, note.grey)
            if was_debited is not False:
                self.finish(note)
            self.memory.greys.remove(note)
            self.file.keep()

    def finish(self, note: GreyNote) -> None:
        fen = note.grey.amount_fen
        if note.is_online:
            self.memory.proofs.append(Proof(note.sequence, note.card, fen, note.grey.member()))
        else:
            row = StoredRow(note.sequence, note.card, fen, note.occurred_at, note.grey.member(), note.pin)
            self.memory.stored.append(row)

    def debit(
        self, uid: str, card: SoftwareCard, *, amount_fen: int, sequence: int, is_online: bool, pin: str | None = None
    ) -> None:
        """Take it off the card: the row is stored, or where the payment was on line a proof waits to be sent."""
        psam = self.pocket.psam(self.number)
        if psam is None:
            raise PurseRefusedError("本机没有安全模块")
        moment = self.line.now()
        note: list[GreyNote] = []

        def remember(grey: Grey) -> None:
            note.append(GreyNote(uid, sequence, is_online, int(moment), grey, pin))
            self.memory.greys.append(note[0])
            self.file.keep()
            self.tear_away(card)

        terminal.buy(card, psam, amount_fen=amount_fen, at=stamp(moment), remember=remember)
        self.finish(note[0])
        self.memory.greys.remove(note[0])
        self.file.keep()

    def tear_away(self, card: SoftwareCard) -> None:
        """Once, as the page asked."""
        tear, self.tear = self.tear, ""
        if tear == "before":
            raise PowerCutError
        if tear == "during":
            card.storage.torn_after = TORN_BYTES
        elif tear == "after":
            card.loses_answer = True

    def send_proofs(self) -> None:
        """To the card office, now or the next time; no customer waits for it."""
        while self.memory.proofs:
            some = self.memory.proofs[:PROOFS_AT_ONCE]
            answer = self.line.ask_service("chip/proofs", {"rows": [one.row() for one in some]})
            if answer is None or answer.get("outcome") != "approved":
                return
            del self.memory.proofs[: len(some)]
            self.file.keep()

    def facts(self, uid: str) -> dict[str, Any] | None:
        with self.laid(uid) as card:
            if card is None:
                return None
            found = terminal.read_facts(card)
            return {
                "balance_fen": found.balance_fen,
                "meal_fen": found.meal_limit_fen,
                "daily_fen": found.daily_limit_fen,
            }

    def presence(self, uid: str) -> dict[str, Any] | None:
        """The chip's word that it lies here."""
        with self.laid(uid) as card:
            return None if card is None else self.answer(card, 1)

    def answer(self, card: SoftwareCard, initialize_fen: int) -> dict[str, Any]:
        """To INITIALIZE FOR LOAD, which moves nothing."""
        psam = self.pocket.psam(self.number)
        if psam is None:
            raise PurseRefusedError("本机没有安全模块")
        code = terminal.ask(psam, "00B0960006")
        begun = terminal.begin_load(card, amount_fen=initialize_fen, code=code)
        return {"amount_fen": initialize_fen, **msgspec.to_builtins(begun)}
