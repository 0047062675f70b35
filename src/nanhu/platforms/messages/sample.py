"""What only the sample campus needs: how people there want to be told, notices of the past, and a message that fell through to the next channel."""

from nanhu.kernel.registry import MessageOutcome
from nanhu.platforms.messages.models import ChannelChoice, Delivery, MessageSettings
from nanhu.platforms.messages.services import handing
from nanhu.platforms.messages.services.importing import ImportedNotice, import_notices
from nanhu.platforms.messages.services.routing import deliver_due

__all__ = ["ImportedNotice", "fall_through", "import_notices", "prefer"]


def prefer(person_id: int, channels: dict[str, list[str]], *, gathered: set[str], language: str = "zh") -> None:
    MessageSettings.objects.update_or_create(person_id=person_id, defaults={"language": language})
    for kind, keys in channels.items():
        said = {"channels": keys, "is_gathered": kind in gathered}
        ChannelChoice.objects.update_or_create(person_id=person_id, kind=kind, defaults=said)


def fall_through(person_id: int, *, reason: str) -> bool:
    """The newest pressing message did not arrive by its first channel, so it went on."""
    deliver_due()
    mine = Delivery.objects.filter(entry__person=person_id, entry__message__urgency="now")
    newest = mine.filter(state=Delivery.State.HANDED_OVER).order_by("pk").last()
    if newest is None:
        return False
    handing.settle({newest.pk: MessageOutcome(state="failed", reason=reason)})
    deliver_due()
    return True
