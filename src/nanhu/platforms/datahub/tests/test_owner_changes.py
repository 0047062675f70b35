"""Whose a source is, is changed with the consent of whose it was; two stewards alone get past no office that can speak, and who chose an office is not
the second person there."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse_lazy

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.datahub.models import DataSource, OwnerChange, Release, SourceOwner
from nanhu.platforms.datahub.services import owners
from nanhu.platforms.datahub.tests.at_red import agreed, appointed, desk_of, found_right, head_of, state_of, unit
from nanhu.platforms.datahub.tests.conftest import signed_in
from nanhu.platforms.datahub.tests.reading import HTTP, at
from nanhu.platforms.datahub.tests.test_gate import WRONG, right, second  # noqa: F401  (fixtures)
from nanhu.platforms.datahub.tests.test_office_word import account_of, head, held, registry_office  # noqa: F401  (fixtures)
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people.models import OrgUnit

pytestmark = pytest.mark.django_db
SET, OFFICE = "/datahub/gate/owners/set/", "/datahub/gate/office/owners/"
TODO = reverse_lazy("flows:todo")


def wanted(unit="0031 学生处", **more):
    return {"token": str(uuid4()), "source": "aa.students", "unit": unit, "reason": "学籍归学生处"} | more


def waiting_change():
    return OwnerChange.objects.get(state="asked")


def at_desk(change, page=""):
    return f"/datahub/owners/{change.public_id}/{page}"


def at_office(change, page=""):
    return f"{OFFICE}{change.public_id}/{page}"


def owner_now():
    return OrgUnit.objects.get(pk=owners.unit_of("aa.students")).name


def test_two_stewards_do_not_take_a_file_from_the_office_that_can_speak(steward, second, head, held, run_jobs):  # noqa: F811
    """One leads the office that he names, the other agrees to whatever he is asked."""
    appointed(unit("学生处", "0031", "1000"), "0020209001")
    form = wanted()
    for _time in range(2):
        assert steward.post(SET, form).status_code == 302
    assert steward.post(SET, wanted()).status_code == 409, "one waits"
    change = waiting_change()
    assert (owner_now(), desk_of(held) in steward.get(TODO).content.decode()) == ("教务处", False)
    refused = second.post(at_desk(change, "approve/"))
    assert (refused.status_code, "王处长" in refused.content.decode()) == (409, True)
    assert "approve/" not in second.get(at_desk(change)).content.decode(), "nor is it offered"
    assert steward.post(at_office(change, "agree/")).status_code == 409
    assert second.post(at_office(change, "agree/")).status_code == 409
    assert steward.get(desk_of(held)).status_code == 404
    assert found_right(head, held).status_code == 302
    assert agreed(second, held).status_code == 302
    run_jobs()
    assert (state_of(held), owner_now(), waiting_change()) == ("applied", "教务处", change)


def test_the_office_consents_and_a_file_that_stands_red_stays_with_it(
    steward,
    second,  # noqa: F811
    head,  # noqa: F811
    held,  # noqa: F811
    run_jobs,
):
    other = head_of(unit("学生处", "0031", "1000"), "钱处长", "0020209012")
    assert steward.post(SET, wanted("没有的")).status_code == 422
    assert steward.post(SET, wanted()).status_code == 302
    change = waiting_change()
    assert other.get(at_office(change)).status_code == 404
    assert "改归学生处" in head.get(TODO).content.decode()
    assert at_office(change, "agree/") in head.get(at_office(change)).content.decode()
    assert "学籍归学生处" in head.get(at_office(change, "agree/")).content.decode()
    assert head.post(at_office(change, "agree/")).status_code == 302
    assert head.post(at_office(change, "agree/"), {"again": "1"}).status_code in {302, 409}
    assert "改归学生处" not in head.get(TODO).content.decode()
    assert owner_now() == "学生处"
    assert other.get(desk_of(held)).status_code == 404
    assert found_right(head, held).status_code == 302, "it waits for whom it waited for"
    assert agreed(steward, held).status_code == 409, "he named the owner"
    assert agreed(second, held).status_code == 302
    run_jobs()
    assert state_of(held) == "applied"
    listed = steward.get("/datahub/gate/owners/").content.decode()
    assert ["钱处长" in listed, "学籍归学生处" in listed, "王处长" in listed] == [True, True, True]
    actions = AuditEntry.objects.filter(target="source:aa.students").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["datahub.ask_owner", "datahub.agree_owner", "datahub.set_owner"]


def test_the_office_says_no_and_it_stays_its_own(steward, head):  # noqa: F811
    unit("学生处", "0031", "1000")
    assert steward.post(SET, wanted()).status_code == 302
    change = waiting_change()
    assert head.post(at_office(change, "refuse/"), {"reason": ""}).status_code == 422
    assert head.post(at_office(change, "refuse/"), {"reason": "学籍是我们的"}).status_code == 302
    assert (owner_now(), OwnerChange.objects.get().state) == ("教务处", "refused")
    assert "学籍是我们的" in steward.get(at_desk(change)).content.decode()


def test_a_delegates_or_ones_own_consent_is_none_where_the_leader_asked_himself(second, head, registry_office):  # noqa: F811
    """He leads the office and is a steward: another of the office decides; where there is none, another steward."""
    unit("学生处", "0031", "1000")
    alone = signed_in("周处长", "0020209015", "datahub.steward")
    appointed(registry_office, "0020209015", "deputy")
    assert alone.post(SET, wanted()).status_code == 302
    change = waiting_change()
    assert alone.post(at_office(change, "agree/")).status_code == 409
    assert second.post(at_desk(change, "approve/")).status_code == 409
    Account.objects.filter(pk=account_of("0020209010").pk).update(state="suspended")
    assert alone.post(at_office(change, "agree/")).status_code == 409
    assert second.post(at_desk(change, "approve/")).status_code == 302
    assert owner_now() == "学生处"


def test_who_chose_the_office_of_a_source_is_not_the_second_there_nor_who_agreed(
    steward,
    second,  # noqa: F811
    hand_in,
    registry_office,  # noqa: F811
    run_jobs,
):
    """Its office had nobody who could speak; the two name one that one of them leads, and hold the file between them."""
    unit("学生处", "0031", "1000")
    assert steward.post(SET, wanted()).status_code == 302
    change = waiting_change()
    assert change.vacancy == "nobody"
    assert at_desk(change) in second.get(TODO).content.decode()
    assert second.post(at_desk(change, "approve/")).status_code == 302
    appointed(unit("学生处", "0031", "1000"), "0020209001")
    held = hand_in(WRONG["one row"]).batch  # noqa: F811
    assert found_right(steward, held).status_code == 302
    assert agreed(second, held).status_code == 409
    word = Release.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        decided = {"state": "agreed", "approver": account_of("0020209009"), "decided_at": now()}
        Release.objects.filter(pk=word.pk).update(**decided)
    third = signed_in("管三号", "0020209016", "datahub.steward")
    assert word.batch.file_name in third.get(TODO).content.decode()
    assert word.batch.file_name not in second.get(TODO).content.decode()
    assert agreed(third, held).status_code == 302
    run_jobs()
    assert state_of(held) == "applied"


def test_what_waits_for_a_steward_does_so_as_it_is_now(steward, second, registry_office):  # noqa: F811
    """Not as it was when it was asked for: an office that has a head again is not passed over, and one that lost him is not waited for."""
    unit("学生处", "0031", "1000")
    assert steward.post(SET, wanted()).status_code == 302
    change = waiting_change()
    assert_stewards_to_do(second, change, "没有负责人、副职或书记在任")
    office = head_of(registry_office, "王处长", "0020209010")
    assert "改归学生处" in office.get(TODO).content.decode()
    assert at_desk(change) not in second.get(TODO).content.decode()
    listed = second.get("/datahub/owners/").content.decode()
    assert ["另一位数据管理员（" in listed, "approve/" in second.get(at_desk(change)).content.decode()] == [
        False,
        False,
    ]
    Account.objects.filter(pk=account_of("0020209010").pk).update(state="suspended")
    assert_stewards_to_do(second, change, "在任的人都没有在用的账号")
    assert second.post(at_desk(change, "approve/")).status_code == 302
    assert OwnerChange.objects.get().vacancy == "no_account"


def assert_stewards_to_do(client, change, why):
    page = client.get(TODO).content.decode()
    assert (at_desk(change) in page, f"另一位数据管理员（{why}）" in page) == (True, True)


def test_who_leads_both_offices_does_not_speak_for_the_two(steward, second, head, registry_office):  # noqa: F811
    other = unit("学生处", "0031", "1000")
    appointed(other, "0020209010")
    assert steward.post(SET, wanted()).status_code == 302
    change = waiting_change()
    assert change.vacancy == "both_sides"
    assert "改归学生处" not in head.get(TODO).content.decode()
    assert at_office(change, "agree/") not in head.get(at_office(change)).content.decode()
    assert head.post(at_office(change, "agree/")).status_code == 409
    assert_stewards_to_do(second, change, "能替它说话的人也替改后的部门说话")
    appointed(other, "0020209009", "deputy")
    assert second.post(at_desk(change, "approve/")).status_code == 409, "a steward who is of the other side neither"
    assert at_desk(change) not in second.get(TODO).content.decode()
    deputy = head_of(registry_office, "李副处长", "0020209011", post="deputy")
    assert "改归学生处" in deputy.get(TODO).content.decode()
    assert deputy.post(at_office(change, "agree/")).status_code == 302
    assert owner_now() == "学生处"


def test_a_source_that_is_nobodys_has_its_owner_at_once_and_a_takeback_is_ones_own(steward, second, right):  # noqa: F811
    unit("学生处", "0031", "1000")
    unit("图书馆", "0030", "1000")
    assert steward.post(SET, wanted()).status_code == 302
    assert (owner_now(), OwnerChange.objects.exists()) == ("学生处", False)
    assert steward.post(SET, wanted()).status_code == 302
    assert (SourceOwner.objects.get().agreed_by_id, OwnerChange.objects.exists()) == (None, False)
    assert steward.post(SET, wanted("0030 图书馆")).status_code == 302
    change = waiting_change()
    assert second.post(at_desk(change, "take-back/"), {"answer": "不改了"}).status_code in {403, 409}
    assert steward.post(at_desk(change, "take-back/"), {"answer": "不改了"}).status_code == 302
    assert second.post(at_desk(change, "approve/")).status_code == 409
    assert owner_now() == "学生处"


def test_a_source_whose_office_is_called_otherwise_stays_and_another_owner_is_asked_for(steward, head, registry_office):  # noqa: F811
    library = unit("图书馆", "0030", "1000")
    form = HTTP | {"address": "https://jw.example.com/api/xk"}
    assert steward.post("/datahub/sources/new/http/", form).status_code == 302
    made = DataSource.objects.get(key="aa.lessons")
    assert (owners.unit_of("aa.lessons"), SourceOwner.objects.exists()) == (registry_office, False)
    change = {name: value for name, value in form.items() if name not in {"key", "fills"}}
    for office in ("信息化办（没有的）", "图书馆"):
        assert steward.post(at(made, "change/http/"), change | {"office": office}).status_code == 302
        assert owners.unit_of("aa.lessons") == registry_office
    assert SourceOwner.objects.get().changed_by_id == account_of("0020209001").pk
    waits = waiting_change()
    assert (waits.unit_id, waits.before_id) == (library, registry_office)
    assert head.post(at_office(waits, "agree/")).status_code == 302
    assert owners.unit_of("aa.lessons") == library
