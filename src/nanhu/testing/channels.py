"""What every message channel is tested for (`registry.MessageChannel`): a room gives its channel, a few people, and what was sent.

class TestChannel(ChannelTests):
    @pytest.fixture
    def channel(self): ...              # the registered MessageChannel
    @pytest.fixture
    def reached(self): ...              # ids of at least three people whom it reaches
    @pytest.fixture
    def unreached(self): ...            # the id of somebody whom it does not reach
    def sent(self): ...                 # how many messages left so far, one a person
"""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nanhu.kernel.registry import MessageBatch, MessageChannel, MessageOutcome, MessageRecipient

STATES = {"delivered", "handed_over", "failed", "later"}
WENT = {"delivered", "handed_over"}
HOSTILE = "<script>alert(1)</script>&\"' {title} %s \U0001f600"


def batch_for(person_ids: Sequence[int], *, number: UUID | None = None, title: str = "测试") -> MessageBatch:
    return MessageBatch(
        number=number or uuid4(),
        template="messages.test",
        kind="service",
        urgency="today",
        language="zh",
        title=title,
        text=f"{title}的内容",
        url="https://campus.example/messages/",
        topic="messages.test",
        recipients=[MessageRecipient(delivery_id=1000 + one, person_id=one) for one in person_ids],
    )


def states(outcomes: Mapping[int, MessageOutcome]) -> dict[int, str]:
    return {delivery_id - 1000: one.state for delivery_id, one in outcomes.items()}


@pytest.mark.django_db
class ChannelTests:
    """Subclassed by a room; collected there alone."""

    def sent(self) -> int:
        raise NotImplementedError

    def test_it_reaches_only_whom_it_was_asked_for(
        self, channel: MessageChannel, reached: Sequence[int], unreached: int
    ) -> None:
        assert set(channel.reaches([*reached, unreached])) == set(reached)
        assert set(channel.reaches(reached[:1])) == set(reached[:1])
        assert not set(channel.reaches([]))

    def test_it_looks_up_many_as_cheaply_as_one(self, channel: MessageChannel, reached: Sequence[int]) -> None:
        with CaptureQueriesContext(connection) as one:
            channel.reaches(reached[:1])
        with CaptureQueriesContext(connection) as many:
            channel.reaches(reached)
        assert len(many) == len(one)

    def test_it_answers_for_each_recipient_and_for_nobody_else(
        self, channel: MessageChannel, reached: Sequence[int], unreached: int
    ) -> None:
        before = self.sent()
        found = states(channel.send(batch_for([*reached, unreached])))
        assert found.keys() == {*reached, unreached}
        assert set(found.values()) <= STATES
        assert {found[one] for one in reached} <= WENT
        assert found[unreached] == "failed"
        assert self.sent() - before == len(reached)

    def test_the_same_batch_again_is_sent_once(self, channel: MessageChannel, reached: Sequence[int]) -> None:
        if channel.is_internal:
            pytest.skip("it is sent in the transaction that writes down what became of it")
        batch, before = batch_for(reached), self.sent()
        channel.send(batch)
        again = states(channel.send(batch))
        assert set(again.values()) <= WENT
        assert self.sent() - before == len(reached)

    def test_hostile_words_pass_through_as_words(self, channel: MessageChannel, reached: Sequence[int]) -> None:
        assert set(states(channel.send(batch_for(reached, title=HOSTILE))).values()) <= WENT

    def test_it_looks_only_after_what_it_was_asked_for(self, channel: MessageChannel) -> None:
        if channel.look is not None:
            assert set(channel.look(["nonsense"])) <= {"nonsense"}
            assert not channel.look([])
