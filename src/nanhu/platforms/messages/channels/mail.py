"""Messages by mail (`kernel.delivery.mails`): plain text with the way to the thing."""

from collections.abc import Callable, Collection, Mapping, Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from nanhu.kernel.delivery.mails import Letter, fates_of, send_mails
from nanhu.kernel.models import MailMessage
from nanhu.kernel.registry import MessageBatch, MessageOutcome
from nanhu.kernel.ui.brand import brand
from nanhu.platforms.people import api as people

State = MailMessage.State
NO_ADDRESS, FORGOTTEN = "no address", "forgotten"


def reaches(person_ids: Collection[int]) -> set[int]:
    return set(people.mail_addresses(person_ids))


def send(batch: MessageBatch) -> Mapping[int, MessageOutcome]:
    """Into the mails' own outbox, in the caller's transaction."""
    addresses = people.mail_addresses([one.person_id for one in batch.recipients])
    text = text_of(batch)
    reached = [one for one in batch.recipients if one.person_id in addresses]
    letters = [Letter(email=addresses[one.person_id], subject=batch.title, text=text) for one in reached]
    numbers = send_mails(letters)
    outcomes = {one.delivery_id: MessageOutcome(state="failed", reason=NO_ADDRESS) for one in batch.recipients}
    return outcomes | {
        one.delivery_id: MessageOutcome(state="handed_over", reference=str(number))
        for one, number in zip(reached, numbers, strict=True)
    }


def text_of(batch: MessageBatch) -> str:
    with translation.override("en" if batch.language == "en" else "zh-hans"):
        foot = f"{brand().name}\n{_('在“我的消息设置”里可以改用别的方式接收。')}"
    return "\n\n".join(part for part in (batch.text, batch.url, foot) if part) + "\n"


def look(references: Sequence[str]) -> Mapping[str, MessageOutcome]:
    return looked(references, fates_of, delivered=State.SENT)


def code_of(error: str) -> str:
    """Without the server's own words, in which addresses stand."""
    code = error[:3]
    return f"SMTP {code}" if code.isdecimal() else error.partition(":")[0]


def looked(
    references: Sequence[str], fates: Callable[[list[int]], Mapping[int, tuple[str, str]]], *, delivered: str
) -> dict[str, MessageOutcome]:
    """Of rows of the kernel's outboxes; what they have forgotten did not arrive."""
    numbers = [int(one) for one in references if one.isdecimal()]
    found, outcomes = fates(numbers), {}
    for number in numbers:
        state, error = found.get(number, (State.FAILED, FORGOTTEN))
        if state == delivered:
            outcomes[str(number)] = MessageOutcome(state="delivered")
        elif state == State.FAILED:
            outcomes[str(number)] = MessageOutcome(state="failed", reason=code_of(error))
    return outcomes
