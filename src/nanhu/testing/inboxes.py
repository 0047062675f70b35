"""Who was told what (`messages.tell`), as tests of other rooms ask it."""

from nanhu.platforms.messages.models import Entry


def texts_to(person_id: int) -> list[str]:
    """The texts of his messages, the oldest first."""
    rows = Entry.objects.filter(person=person_id, message__withdrawn_at=None).order_by("pk")
    return list(rows.values_list("message__text", flat=True))


def receivers_of(words: str) -> set[int]:
    """The persons who were told something with these words in it."""
    return set(Entry.objects.filter(message__text__contains=words).values_list("person_id", flat=True))
