"""What people are told of a case: each in the language that he chose, whoever acts and in whatever language."""

import re
from dataclasses import replace
from uuid import uuid4

import msgspec
import pytest

from nanhu.kernel.models import MailMessage
from nanhu.kernel.school import school as school_of
from nanhu.platforms.flows.body import OwnPost, Step
from nanhu.platforms.flows.models import Case
from nanhu.platforms.flows.services import cases, definitions
from nanhu.platforms.flows.specs import specs
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people.models import Person

from .conftest import LEAVE
from .test_cases import open_task
from .test_pages import SAID

pytestmark = pytest.mark.django_db
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
CHECK = Step(key="check", name="与纸质单核对", kind="approve", who=(OwnPost(office="counsellor"),))
TITLED = replace(
    LEAVE, key="test.titled", name="应急补录核对", body=msgspec.structs.replace(LEAVE.body, steps=(CHECK,))
)
"""A process whose name and step the catalogues know in English."""


@pytest.fixture
def readers(school, clock, monkeypatch):
    """The counsellor reads English, the student Chinese; both have mail, and it is noon."""
    clock("2026-11-25T12:00+08:00")
    monkeypatch.setitem(specs, TITLED.key, TITLED)
    definitions.publish(TITLED)
    for number in ("T1", "S1"):
        Person.objects.filter(pk=school[number]).update(email=f"{number.lower()}@example.com")
    counsellor, student = school.client("T1"), school.client("S1")
    counsellor.post("/language", {"language": "en"})
    student.post("/flows/new/test.titled/", SAID | {"form_token": str(uuid4())})
    return counsellor, student


def mails_to(address):
    messages.deliver_due()
    return [one for one in MailMessage.objects.order_by("pk") if one.email == address]


def test_a_task_is_told_in_english_though_a_chinese_reader_applied(readers):
    [mail] = mails_to("t1@example.com")
    assert mail.subject == f"Check against the paper: Check of an entry from paper {Case.objects.get().number}"
    assert not CHINESE.search(f"{mail.subject}{mail.text}")
    assert school_of().english_name in mail.text


def test_an_answer_is_told_in_chinese_though_an_english_reader_gave_it(readers):
    counsellor, _student = readers
    task, case = open_task(Case.objects.get()), Case.objects.get()
    said = {"decision": "return", "comment": "请补充证明材料", "revision": task.revision}
    assert counsellor.post(f"/flows/tasks/{task.public_id}/decide/", said).status_code == 302
    assert [one.subject for one in mails_to("s1@example.com")] == [f"退回修改：应急补录核对 {case.number}"]


def test_whatever_is_told_on_the_way_is_told_in_english(readers, school):
    counsellor, student = readers
    case = Case.objects.get()
    student.post(f"/flows/cases/{case.public_id}/urge/")
    cases.withdraw(by=school.actor("S1"), person_id=school["S1"], case=case)
    told = mails_to("t1@example.com")
    assert [one.subject.partition(":")[0] for one in told[1:]] == [
        "Urged by the applicant",
        "Withdrawn by the applicant",
    ]
    assert not CHINESE.search("".join(f"{one.subject}{one.text}" for one in told))
    page = counsellor.get("/messages/").content.decode()
    assert "Withdrawn by the applicant" in page


def waiting_at(browser):
    """What the tile 待办 says, and what the bell tells the bar of a phone."""
    home, bell = (browser.get(one).content.decode() for one in ("/", "/messages/badge/"))
    tile = re.findall(r"(\d+)</p>\s*<p class=\"tile-caption\">件等您办", home)
    return tile, re.findall(r"data-waits-at=\"/flows/\">\s*<span[^>]*>(\d+)<", bell)


def test_tile_and_bar_say_one_number_and_one_less_when_it_is_done(school):
    for number in ("S1", "S2"):
        school.apply(number)
    counsellor = school.client("T1")
    assert waiting_at(counsellor) == (["2"], ["2"])
    school.decide("T1", open_task(Case.objects.first()))
    assert waiting_at(counsellor) == (["1"], ["1"])
