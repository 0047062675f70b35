"""The contract of channels (`nanhu.testing.channels`), kept by the smallest channel there can be."""

from collections.abc import Collection, Mapping, Sequence

import pytest

from nanhu.kernel.registry import MessageBatch, MessageChannel, MessageOutcome
from nanhu.testing.channels import ChannelTests

PIGEONS = {1, 2, 3}


class Loft:
    """Keeps what it was given by batch and person, and sends nothing twice."""

    def __init__(self) -> None:
        self.flown: set[tuple[str, int]] = set()

    def reaches(self, person_ids: Collection[int]) -> set[int]:
        return PIGEONS & set(person_ids)

    def send(self, batch: MessageBatch) -> Mapping[int, MessageOutcome]:
        return {one.delivery_id: self.fly(str(batch.number), one.person_id) for one in batch.recipients}

    def fly(self, number: str, person_id: int) -> MessageOutcome:
        if person_id not in PIGEONS:
            return MessageOutcome(state="failed", reason="no pigeon")
        self.flown.add((number, person_id))
        return MessageOutcome(state="delivered")


class TestSmallestChannel(ChannelTests):
    def sent(self) -> int:
        return len(self.loft.flown)

    @pytest.fixture
    def channel(self) -> MessageChannel:
        self.loft = Loft()
        return MessageChannel(
            key="test.pigeon", title="信鸽", icon="bird", send=self.loft.send, reaches=self.loft.reaches
        )

    @pytest.fixture
    def reached(self) -> Sequence[int]:
        return sorted(PIGEONS)

    @pytest.fixture
    def unreached(self) -> int:
        return 4
