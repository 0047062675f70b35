"""RFID: tags by a sheet, and a handheld reader's list taken into an open count of a room: looked at first, once, proving nothing."""

from io import BytesIO

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.kernel.models import AuditEntry
from nanhu.systems.assets.counting.models import CountRow
from nanhu.systems.assets.counting.queries import figures_of, verdicts_of
from nanhu.systems.assets.counting.services import concluding
from nanhu.systems.assets.counting.tests.counts import backdated, bring, opened, row
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.services.tagging import things_by_code

pytestmark = pytest.mark.django_db
EPC = "E2003412012345678900ABC{}"


def a_file(text, name="tags.csv"):
    file = BytesIO(text.encode())
    file.name = name
    return file


def tag(client, *pairs):
    text = "资产编号,标签号\n" + "".join(f"{number},{code}\n" for number, code in pairs)
    return client.post("/assets/office/tags/", {"file": a_file(text)})


@pytest.fixture
def things(school):
    return school.things("b1-101", 3)


@pytest.fixture
def take(school, things):
    return backdated(opened(school))


@pytest.fixture
def office(school):
    return school.client("T5")


def test_tags_come_by_a_sheet_and_no_two_things_have_the_same(office, things):
    assert 'href="/assets/office/tags/"' in office.get("/assets/office/").content.decode()
    assert tag(office, (things[0].number, EPC.format(0)), (things[1].number, "e2 00 34 12 0001")).status_code == 302
    tags = [Asset.objects.get(pk=one.pk).tag for one in things]
    assert tags == [EPC.format(0), "E20034120001", ""]
    assert EPC.format(0) in office.get(f"/assets/office/{things[0].public_id}/").content.decode()
    taken = tag(office, (things[2].number, EPC.format(0)))
    assert (taken.status_code, "已在" in taken.content.decode()) == (409, True)
    wrong = tag(
        office, ("2026-A02-999999-9", EPC.format(7)), (things[2].number, "xyz"), (things[2].number, EPC.format(8))
    )
    said = wrong.content.decode()
    assert wrong.status_code == 422
    for words in ("台账里没有这个编号", "8 到 64 位十六进制数", "这个编号在文件里出现两次"):
        assert words in said
    assert tag(office, (things[0].number, "E20034120001"), (things[1].number, EPC.format(0))).status_code == 302
    assert [Asset.objects.get(pk=one.pk).tag for one in things[:2]] == ["E20034120001", EPC.format(0)]
    assert tag(office, (things[0].number, "")).status_code == 302
    assert Asset.objects.get(pk=things[0].pk).tag == ""
    said = AuditEntry.objects.filter(action="assets.tag_thing").order_by("pk").values_list("facts__tag", flat=True)
    assert list(said) == [EPC.format(0), "E20034120001", "E20034120001", EPC.format(0), ""]


def test_what_is_gone_leaves_its_tag_to_what_has_it_now(office, things):
    tag(office, (things[0].number, EPC.format(0)))
    for state in ({"state": "to_scrap"}, {"state": "disposed", "disposed_on": campus_today()}):
        Asset.objects.filter(pk=things[0].pk).update(**state)
    assert tag(office, (things[1].number, EPC.format(0))).status_code == 302
    assert [Asset.objects.get(pk=one.pk).tag for one in things[:2]] == ["", EPC.format(0)]
    last = AuditEntry.objects.filter(action="assets.tag_thing").order_by("pk").last()
    assert (last.target, last.facts["tag"]) == (f"asset:{things[0].number}", "")


def test_a_code_that_is_one_things_tag_and_was_anothers_number_names_the_tag(office, things):
    tag(office, (things[0].number, "20150001"))
    Asset.objects.filter(pk=things[1].pk).update(former_number="20150001")
    assert things_by_code(["20150001", "0x20150001"]) == dict.fromkeys(["20150001", "0x20150001"], things[0].number)


def test_a_readers_list_is_looked_at_first_names_what_is_unknown_and_is_taken_once(school, office, take, things):
    tag(office, (things[0].number, EPC.format(0)))
    page = f"/assets/counts/{take.public_id}/tags/"
    listed = f"{EPC.format(0)},-52,3\nE2FF00000000DEAD\n{things[1].number.replace('-', '')}\n{EPC.format(0)}\n"
    said = {"room": "b1-101", "codes": listed}
    looked = office.post(page, said).content.decode()
    assert "E2FF00000000DEAD" in looked
    assert "记入盘点" in looked
    assert CountRow.objects.count() == 0
    for _time in range(2):
        assert office.post(page, said | {"confirmed": "1"}).status_code == 302
    assert sorted(CountRow.objects.values_list("number", "method")) == [(one.number, "rfid") for one in things[:2]]
    told = {one["number"]: (one["verdict"], one["is_proven"]) for one in verdicts_of(take)}
    assert told == {
        things[0].number: ("match", False),
        things[1].number: ("match", False),
        things[2].number: ("not_seen", False),
    }
    assert figures_of(take)["seen_twice"] == 0


def test_a_file_that_is_no_sheet_is_refused_at_its_field_and_nothing_typed_is_lost(office, take):
    said = {"room": "b1-101", "codes": EPC.format(0), "file": a_file("标签,次数\nE20034120001,4\n")}
    answer = office.post(f"/assets/counts/{take.public_id}/tags/", said)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])
    assert EPC.format(0) in answer.content.decode()


def test_a_file_of_the_reader_is_shown_and_taken_by_the_second_press_without_it(office, take, things):
    page = f"/assets/counts/{take.public_id}/tags/"
    text = f"EPC,次数\n{things[2].number},4\n"
    looked = office.post(page, {"room": "b1-101", "codes": "", "file": a_file(text)})
    assert things[2].number in looked.content.decode()
    assert office.post(page, {"room": "b1-101", "codes": things[2].number, "confirmed": "1"}).status_code == 302
    assert CountRow.objects.get().asset_id == things[2].pk
    assert office.post(page, {"room": "b1-101", "codes": "", "file": a_file("not,a\nlist,x\n")}).status_code == 422
    assert office.post(page, {"room": "b1-101", "codes": " "}).status_code == 422


def test_what_was_proven_stays_proven_and_who_brought_the_list_does_not_agree_to_the_result(
    school, office, take, things
):
    bring(school, take, [row(things[0].number)])
    page = f"/assets/counts/{take.public_id}/tags/"
    said = {"room": "b1-102", "codes": things[0].number, "confirmed": "1"}
    assert office.post(page, said).status_code == 302
    assert {one["number"]: one["is_proven"] for one in verdicts_of(take) if one["verdict"] == "match"} == {
        things[0].number: True
    }
    result = concluding.ask(by=school.actor("T6"), take=take)
    assert office.post(page, said | {"codes": things[1].number}).status_code == 409
    with pytest.raises(concluding.CountedThemselvesError):
        concluding.approve(by=school.actor("T5"), result=result)
    assert school.client("T2").get(page).status_code in {403, 404}
