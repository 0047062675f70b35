"""What somebody sets himself without an office: how his name is read, and his portrait; the card's photo stays the office's."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import OwnValue, Person
from nanhu.platforms.people.services.photos import photos_dir
from nanhu.platforms.people.tests.test_person_facts import jpeg

from .conftest import ORIGIN, TEST, join, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/me/corrections/"


@pytest.fixture
def own():
    join("单晓红", student="23990001")
    return signed_in("23990001")


def person():
    return Person.objects.get(name__startswith="单")


def read(client, typed):
    return client.post(f"{PAGE}pinyin/", {"pinyin": typed})


def test_a_name_is_read_as_its_bearer_says_and_stays_so_whoever_writes_it_anew(own):
    assert person().pinyin == "shan xiaohong"
    assert read(own, "Dan Xiaohong").status_code == 302
    assert (person().pinyin, person().initials) == ("dan xiaohong", "dxh")
    found = people.PersonRecord(key="x", person_id=person().pk, name="单小红")
    people.apply_records(by=TEST, records=[found], origin=ORIGIN)
    assert person().pinyin == "shan xiaohong", "another name is read as it is usually read"
    again = people.PersonRecord(key="x", person_id=person().pk, name="单晓红")
    people.apply_records(by=TEST, records=[again], origin=ORIGIN)
    assert person().pinyin == "dan xiaohong"
    page = own.get(PAGE).content.decode()
    assert "自己定的，前后都有" in page
    assert "dan xiaohong" in page
    assert read(own, "shan xiaohong").status_code == 302
    assert not OwnValue.objects.filter(ended_at=None).exists(), "the usual reading takes the own one back"
    said = AuditEntry.objects.filter(action="people.set_own_pinyin").order_by("pk")
    assert [one.facts["pinyin"] for one in said] == ["dan xiaohong", "shan xiaohong"]


@pytest.mark.parametrize(
    "typed", ["li xiaozhang", "shan", "shan xiaohong hong", "善 晓红", "shan xiaohong'; --1", "s" * 60]
)
def test_it_is_a_way_in_which_the_name_can_be_read(own, typed):
    assert read(own, typed).status_code == 422
    assert (person().pinyin, OwnValue.objects.count()) == ("shan xiaohong", 0)


def put(client, content):
    return client.post(f"{PAGE}portrait/", {"picture": SimpleUploadedFile("me.jpg", content)})


def test_a_portrait_is_drawn_anew_shown_to_its_person_and_is_no_photo_of_a_card(
    own, django_capture_on_commit_callbacks
):
    join("别的人", student="23990002")
    assert put(own, jpeg()).status_code == 302
    one = person()
    assert (one.photo_path, people.photo_of(one.pk)) == ("", None), "what is printed is the office's"
    address = people.person_card(one.pk).portrait_url
    assert address in own.get("/me/").content.decode()
    content = b"".join(own.get(address).streaming_content)
    assert b"camera" not in content
    assert Image.open(io.BytesIO(content)).size == (358, 441)
    assert signed_in("23990002").get(address).status_code == 404
    kept = photos_dir() / one.portrait_path
    with django_capture_on_commit_callbacks(execute=True):
        assert own.post(f"{PAGE}portrait/remove/").status_code == 302
    assert person().portrait_path == ""
    assert own.get(address).status_code == 404
    assert OwnValue.objects.get(field="portrait").ended_at
    said = AuditEntry.objects.filter(action__endswith="own_portrait").order_by("pk")
    assert [line.action for line in said] == ["people.set_own_portrait", "people.remove_own_portrait"]
    assert not kept.exists(), "a picture that was taken back is kept nowhere"


@pytest.mark.parametrize("content", [b"<svg onload=alert(1)>", jpeg(441, 358), jpeg(100, 123), b"x" * 5_300_000])
def test_what_is_no_portrait_is_refused(own, content):
    assert put(own, content).status_code in {413, 422, 400}
    assert person().portrait_path == ""


def test_one_of_a_kind_stands_and_says_whose_name_it_reads(own):
    facts = {"person": person(), "field": "pinyin", "value": "dan xiaohong", "initials": "dxh"}
    for wrong in ({}, {"of_name": "单晓红", "value": "<b>"}, {"field": "portrait", "of_name": "单晓红"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OwnValue.objects.create(**facts | wrong)
    OwnValue.objects.create(**facts, of_name="单晓红")
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnValue.objects.create(**facts, of_name="单小红")
