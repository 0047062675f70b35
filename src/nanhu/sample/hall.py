"""The service hall of the sample campus: who reports, works, answers; rooms in dormitories; a photo of what is broken."""

import io
from typing import Final

from PIL import Image, ImageDraw

from nanhu.kernel.actors import Actor
from nanhu.platforms.campus import api as campus
from nanhu.platforms.campus.api import PlaceOrder
from nanhu.platforms.people import api as people
from nanhu.sample.cast import CAST
from nanhu.sample.passes import actor_of
from nanhu.services.requests.sample import Hall, Hand, begin_hall

PLACES: Final = (
    PlaceOrder(key="south.d1.305", name="305", kind="room", parent="south.d1"),
    PlaceOrder(key="south.d2.412", name="412", kind="room", parent="south.d2"),
)
LABORATORY: Final = "east.t1.lab"
ESTATE: Final = "1044"
"""物业服务中心, whose workers have no sign-in here."""
COLLEGE: Final = "12"
SCHOOL: Final = "1000"
CROWD: Final = 300


def open_hall(*, by: Actor) -> int:
    campus.set_up_places(by=by, places=list(PLACES))
    named = people.find_people_by_campus_no([one.campus_no for one in CAST.values()])
    everybody = people.members_of([COLLEGE], kind="student") + people.members_of([SCHOOL], kind="student")
    students = [one for one in dict.fromkeys(everybody) if one not in named.values()]
    plumbers = people.members_of([ESTATE], kind="staff") or people.members_of([SCHOOL], kind="staff")
    return begin_hall(
        Hall(
            student=hand(named[CAST["student"].campus_no]),
            teacher=hand(named[CAST["teacher"].campus_no]),
            others=[hand(one) for one in students[:3]],
            dispatcher=hand(named[CAST["administrator"].campus_no]),
            worker=hand(named[CAST["security"].campus_no]),
            plumber=hand(plumbers[0]),
            affairs=hand(named[CAST["affairs"].campus_no]),
            rooms=("south.d1.305", "south.d2.412", LABORATORY),
            dormitories=(("south.d1", "south.d2"), ("east.d1",)),
            accused_unit="1016",
            photo=photo(),
            crowd=sorted({*people.campus_numbers().values()} - {*named.values()})[:CROWD],
        )
    )


def hand(person_id: int) -> Hand:
    return Hand(actor=actor_of(person_id), person_id=person_id)


def photo() -> bytes:
    """A socket on a wall, scorched."""
    picture = Image.new("RGB", (640, 480), (222, 216, 204))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((220, 150, 420, 350), 18, fill=(248, 247, 243), outline=(160, 155, 148), width=4)
    pen.ellipse((270, 190, 370, 290), fill=(70, 60, 54))
    for left in (285, 335):
        pen.rectangle((left, 225, left + 16, 265), fill=(30, 26, 24))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()
