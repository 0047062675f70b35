"""What the database refuses, who sees a portrait, and what the home says of a person."""

import io
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image

from nanhu.kernel.actors import Actor
from nanhu.kernel.crypto import blind_index
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.registry import Viewer, personal_facts
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation, OrgUnit, Person
from nanhu.platforms.people.rules import initials_of, is_phone, normalise_document, normalise_phone, pinyin_of
from nanhu.platforms.people.services.photos import photos_dir

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
ORIGIN = people.Origin(source="hr.staff", title="人事处", batch_no=1)


def person(**columns):
    return Person.objects.create(**({"name": "张三"} | columns))


def affiliation(owner, **columns):
    given = {"kind": "staff", "campus_no": "0020190001", "starts_on": date(2019, 9, 1)}
    return Affiliation.objects.create(person=owner, **(given | columns))


@pytest.mark.parametrize(
    "columns",
    [
        {"name": ""},
        {"name": " 张三"},
        {"sex": "男"},
        {"nationality": "china"},
        {"ethnicity": "汉"},
        {"birth_date": date(1850, 1, 1)},
        {"id_number": "E1234567"},
        {"phone_index": b"x" * 32},
    ],
)
def test_the_database_refuses_a_person_that_cannot_be(columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        person(**columns)


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": "alumni"},
        {"state": "gone"},
        {"campus_no": "1"},
        {"campus_no": "12 34"},
        {"ends_on": date(2019, 8, 1)},
        {"state": "ended"},
    ],
)
def test_the_database_refuses_an_affiliation_that_cannot_be(columns):
    owner = person()
    with pytest.raises(IntegrityError), transaction.atomic():
        affiliation(owner, **columns)


def test_a_living_campus_number_is_one_persons():
    affiliation(person())
    with pytest.raises(IntegrityError), transaction.atomic():
        affiliation(person())
    affiliation(person(), state="ended", ends_on=date(2020, 1, 1))


def test_asked_of_some_alone_a_number_that_was_passed_on_is_still_who_has_it_now():
    """What a shared table is told of a few rows is not another than what it is told by night of all."""
    first, heir, other = person(), person(), person()
    affiliation(first, state="ended", ends_on=date(2020, 1, 1))
    affiliation(heir)
    affiliation(other, campus_no="0020190002")
    assert people.numbers_by_person() == {heir.pk: "0020190001", other.pk: "0020190002"}
    assert people.numbers_by_person([first.pk]) == people.numbers_by_person([heir.pk]) == {heir.pk: "0020190001"}


def test_periods_of_one_number_do_not_overlap():
    owner = person()
    affiliation(owner, state="ended", ends_on=date(2020, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        affiliation(owner, starts_on=date(2020, 1, 1))
    affiliation(owner, starts_on=date(2020, 1, 2))


def test_a_document_is_one_unmerged_persons():
    index = blind_index(normalise_document("E1234567"), purpose="people.id_number")
    first = person(id_number="E1234567", id_number_index=index)
    with pytest.raises(IntegrityError), transaction.atomic():
        person(id_number="E1234567", id_number_index=index)
    person(id_number="E1234567", id_number_index=index, merged_into=first)


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("曾国藩", "zeng guofan", "zgf"),
        ("单雄信", "shan xiongxin", "sxx"),
        ("解缙", "xie jin", "xj"),
        ("仇英", "qiu ying", "qy"),
        ("区适子", "ou shizi", "osz"),
        ("查良镛", "zha liangyong", "zly"),
        ("欧阳修", "ouyang xiu", "oyx"),
        ("尉迟恭", "yuchi gong", "ycg"),
        ("Anna Petrova", "anna petrova", "ap"),
    ],
)
def test_surnames_are_read_as_families_read_them(name, pinyin, initials):
    assert (pinyin_of(name), initials_of(name)) == (pinyin, initials)


def test_people_are_found_by_number_name_pinyin_and_initials():
    wanted = person(name="曾国藩", pinyin="zeng guofan", initials="zgf")
    affiliation(wanted)
    for text in ("00201", "国藩", "zengguo"[:4], "zgf", "zeng guo"):
        assert [card.person_id for card in people.search_people(text, 5)] == [wanted.id], text
    assert people.search_people("", 5) == people.search_people("nobody", 5) == []


def test_identity_is_compared_whatever_the_width_and_case():
    index = blind_index(normalise_document("11010519491231002X"), purpose="people.id_number")
    known = person(name="阿迪力·买买提", id_number="11010519491231002X", id_number_index=index)
    right = {"person_id": known.id, "name": "阿迪力买买提", "id_number": "１１０１０５ 19491231002x"}
    assert people.matches_identity(**right)
    assert not people.matches_identity(**(right | {"name": "阿迪力"}))
    assert not people.matches_identity(**(right | {"person_id": 0}))
    assert people.matches_id_tail(person_id=known.id, tail="31002x")
    assert not people.matches_id_tail(person_id=known.id, tail="")
    assert not people.matches_id_tail(person_id=person().id, tail="")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("＋1 312 555 0199", "0013125550199"),
        ("001 312 555 0199", "0013125550199"),
        ("0013125550199", "0013125550199"),
        ("+852 9123 4567", "85291234567"),
    ],
)
def test_a_number_abroad_is_never_a_mobile_of_the_mainland(typed, kept):
    assert is_phone(typed)
    assert normalise_phone(typed) == kept
    assert normalise_phone(kept) == kept
    assert not is_phone("00000000000"), "no country begins with 0"


def test_every_reveal_is_written_down():
    known = person(phone="13800138000", phone_index=blind_index("13800138000", purpose="people.phone"))
    assert people.phone_of(known.id, by=BY, purpose="通知") == "13800138000"
    assert AuditEntry.objects.get(action="people.reveal_phone").reason == "通知"


def jpeg(width=358, height=441):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "camera"
    Image.new("RGB", (width, height), "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


def said_to_measure(width, height):
    """A small picture whose head names other measures."""
    content = jpeg()
    frame = content.index(b"\xff\xc0") + 5
    return content[:frame] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + content[frame + 4 :]


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", jpeg()[:300], jpeg(200, 200), jpeg(100, 123), said_to_measure(65_000, 65_000)]
)
def test_what_is_no_portrait_is_refused(content):
    known = person()
    with pytest.raises(people.PhotoRefusedError):
        people.set_photo(by=BY, person_id=known.id, content=content)
    assert not Person.objects.get(id=known.id).photo_path


def test_a_portrait_is_re_encoded_small_and_has_a_stable_address():
    known = person()
    people.set_photo(by=BY, person_id=known.id, content=jpeg(716, 882))
    first = people.person_card(known.id).photo_url
    people.set_photo(by=BY, person_id=known.id, content=jpeg(716, 882))
    assert people.person_card(known.id).photo_url == first
    assert AuditEntry.objects.filter(action="people.set_photo").count() == 1
    assert photos_dir().stat().st_mode & 0o077 == 0


def test_the_home_says_name_number_unit_status_and_photo_with_their_source():
    units = [
        people.UnitRecord(code="1000", name="湖南理工学院"),
        people.UnitRecord(code="11", name="计算机学院", parent_code="1000"),
    ]
    people.apply_units(by=BY, records=units, origin=ORIGIN)
    said = people.AffiliationRecord(
        kind="staff",
        campus_no="0020190001",
        starts_on=date(2019, 9, 1),
        unit_code="11",
        category_name="正式在编",
        status_name="在职",
        state="active",
    )
    record = people.PersonRecord(key="1", name="曾国藩", affiliations=(said,))
    person_id = people.apply_records(by=BY, records=[record], origin=ORIGIN).person_ids["1"]
    people.set_photo(by=BY, person_id=person_id, content=jpeg())
    viewer = Viewer(
        account_id=1,
        person_id=person_id,
        name="曾国藩",
        campus_no="0020190001",
        faces=frozenset({"staff"}),
        face="staff",
    )
    facts = {str(fact.label): fact for fact in personal_facts.get("people.person").load(viewer)}
    assert {label: fact.value for label, fact in facts.items() if fact.kind == "text"} == {
        "姓名": "曾国藩",
        "工号": "0020190001",
        "单位": "计算机学院",
        "状态": "正式在编 · 在职",
    }
    assert facts["照片"].value.startswith("/people/")
    assert facts["单位"].source == "人事处"
    assert OrgUnit.objects.count() == 2


def test_a_visitor_is_sent_to_sign_in_for_a_portrait():
    known = person()
    people.set_photo(by=BY, person_id=known.id, content=jpeg())
    assert Client().get(people.person_card(known.id).photo_url).status_code in {302, 404}


@pytest.mark.parametrize(
    ("ties", "kinds", "met"),
    [
        (("staff", "student"), (), "staff"),
        (("student", "temporary"), (), "student"),
        (("temporary", "guest"), (), "temporary"),
        (("staff", "student"), ("student",), "student"),
        (("student", "temporary", "guest"), ("guest", "temporary"), "temporary"),
        (("staff",), ("student",), "staff"),
        ((), (), ""),
    ],
)
def test_who_has_several_ties_is_met_by_the_one_that_counts_and_not_by_the_newest(ties, kinds, met):
    who = person()
    affiliation(who, kind="staff", campus_no="OLD", starts_on=date(2000, 9, 1), ends_on=date(2010, 9, 1), state="ended")
    for place, one in enumerate(ties):
        affiliation(who, kind=one, campus_no=one, starts_on=date(2020 + place, 9, 1), state="active")
    card = people.person_card(who.pk)
    assert card.leading_tie(kinds).campus_no == (met or "OLD"), "who has left is met by the last"
    assert kinds or card.campus_no == (met or "OLD")
    assert people.person_as_typed(who.pk) == f"张三 {card.campus_no}"
