"""Periodic jobs of messages, beside the router: notices whose hour has come, what became of what was handed over, old messages."""

from functools import partial
from uuid import UUID

from nanhu.kernel.jobs import job
from nanhu.kernel.jobs.companions import companions, keep_turning
from nanhu.kernel.registry import message_channels
from nanhu.kernel.retries import in_the_worker
from nanhu.platforms.messages.services import announcing, handing, keeping, routing, telling


@job("messages.tell_due", every="* * * * *")
def tell_due() -> int:
    return announcing.tell_due()


@job("messages.look_after", every="* * * * *")
def look_after() -> int:
    return handing.look_after()


@job("messages.recall", attempts=4)
def recall(channel: str, number: str) -> None:
    """What was withdrawn goes from people's phones, too, where the channel can."""
    found = message_channels.get(channel)
    if found is not None and found.recall is not None and found.is_on():
        found.recall([UUID(number)])


@job("messages.forget_old", every="33 3 * * *")
def forget_old() -> int:
    return keeping.forget_old()


companions["messages_router"] = partial(
    keep_turning, name="messages_router", channel=telling.CHANNEL, begin=lambda: routing.turn
)
in_the_worker("messages_parcels", handing.PARCELS, channel=handing.CHANNEL)
