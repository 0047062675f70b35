"""Periodic jobs of the sample campus, and what the demo leaves to the worker."""

import json
import time

from nanhu.kernel import outgoing
from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import configuration
from nanhu.kernel.jobs import job
from nanhu.platforms.people import api as people
from nanhu.platforms.people import sample as people_sample
from nanhu.platforms.portal import sample as portal_sample
from nanhu.sample import network, photos
from nanhu.sample.cast import MEMBERS
from nanhu.sample.truth import FILE_NAME, read_truth
from nanhu.systems.card import sample as card_sample

BATCH = 100
CUSTOMERS = 24
PATIENCE_SECONDS = 1800


@job("sample.photograph_everybody")
def photograph_everybody() -> None:
    """A portrait for each person of the sample, in small transactions."""
    truth = read_truth(configuration().data_dir / "sample" / FILE_NAME)
    pictures: list[tuple[int, bytes]] = []
    for human in truth.people:
        person = people.find_person_by_campus_no(human.affiliations[0].campus_no) if human.affiliations else None
        if person is not None:
            pictures.append((person, photos.portrait(human.affiliations[0].campus_no, sex=human.sex)))
        if len(pictures) >= BATCH:
            people_sample.set_photos(by=Actor.system("sample"), photos=pictures)
            pictures = []
    people_sample.set_photos(by=Actor.system("sample"), photos=pictures)


@job("sample.sign_with_the_bank")
def sign_with_the_bank() -> None:
    """Some of the emulated bank's customers, none of the cast, sign and load. The bank opens beside the worker."""
    wait_for_the_bank()
    facts = json.loads((configuration().data_dir / "emulators" / "outside.json").read_text(encoding="utf-8"))
    cast = {member.campus_no for member in MEMBERS}
    others = [one for one in facts["customers"] if one["campus_no"] and one["campus_no"] not in cast]
    card_sample.begin_at_the_bank(by=Actor.system("sample"), customers=others[:CUSTOMERS])


@job("sample.begin_integrations")
def begin_integrations() -> None:
    """Frames looked at, feeds read, systems asked, the weather fetched. The samples open beside the worker."""
    wait_for(configuration().samples_port)
    wait_for(configuration().systems_port)
    portal_sample.begin_day()


@job("sample.go_on_line_again", every="*/10 * * * *" if configuration().demo else "")
def go_on_line_again() -> None:
    """What the sample's controllers tell while its campus runs; a school's own campus has none of them, and no such hour."""
    network.go_on_line_again()


def wait_for_the_bank() -> None:
    wait_for(configuration().outside_port)


def wait_for(port: int) -> None:
    address = f"http://127.0.0.1:{port}/health"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            outgoing.send(outgoing.Call(address=address), seconds=5)
        except OSError:
            time.sleep(1)
        else:
            return
