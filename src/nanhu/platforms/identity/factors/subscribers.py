"""A new password shuts out who knew the old one: what that one used up of the messages counts no more."""

from collections.abc import Sequence

from nanhu.kernel import throttle
from nanhu.kernel.events import subscribe
from nanhu.kernel.throttle import Gate
from nanhu.platforms.identity.events import PasswordChanged
from nanhu.platforms.identity.factors.services import attempts


@subscribe(PasswordChanged, name="identity.open_second_step_messages")
def open_messages(events: Sequence[PasswordChanged]) -> None:
    """The count of wrong codes stays: it guards against guesses, whoever made them."""
    throttle.forgive([Gate(attempts.SENDING, f"account:{event.account_id}") for event in events])
