"""What the demo leaves to the worker."""

from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import configuration
from nanhu.kernel.jobs import job
from nanhu.platforms.people import api as people
from nanhu.sample import photos
from nanhu.sample.truth import FILE_NAME, read_truth

BATCH = 100


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
            people.set_photos(by=Actor.system("sample"), photos=pictures)
            pictures = []
    people.set_photos(by=Actor.system("sample"), photos=pictures)
