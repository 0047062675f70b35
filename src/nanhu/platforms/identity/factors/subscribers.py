"""A new password shuts out who knew the old one: what that one used up of the messages counts no more."""

from collections.abc import Sequence

from nanhu.kernel.events import subscribe
from nanhu.platforms.identity.events import PasswordChanged
from nanhu.platforms.identity.factors.services import attempts
from nanhu.platforms.identity.services import throttle
from nanhu.platforms.identity.services.throttle import Gate


@subscribe(PasswordChanged, name="identity.open_second_step_messages")
def open_messages(events: Sequence[PasswordChanged]) -> None:
    """The count of wrong codes stays: it guards against guesses, whoever made them."""
    throttle.forgive([Gate(attempts.SENDING, f"account:{event.account_id}") for event in events])
