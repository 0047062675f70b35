"""Two who were taken for one are told apart: a PIN that was chosen meanwhile may be known to the other, and the first one counts again."""

from collections.abc import Sequence

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import PersonsParted
from nanhu.systems.card.pins.services import changing

BY = Actor.system("card.pins")


@subscribe(PersonsParted, name="card_pins.take_doubtful", at_once=True)
def take_doubtful(events: Sequence[PersonsParted]) -> None:
    for one in people.parted_records(events):
        changing.take_doubtful(by=BY, person_id=one.person_id, since=one.since)
