"""One round of the finder in the thread of the test."""

from nanhu.systems.card.bank.services import finder


def drive_due() -> None:
    for step in finder.find():
        step()
