"""What the gate holds at red passes by a word of its owner office and a data steward's, who are two; by nobody else, and once."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse_lazy

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.datahub.api import roll_back
from nanhu.platforms.datahub.models import Batch, Release
from nanhu.platforms.datahub.tests import at_red
from nanhu.platforms.datahub.tests.at_red import agreed, appointed, desk_of, found_right, head_of, state_of, unit
from nanhu.platforms.datahub.tests.conftest import BY, enrolled
from nanhu.platforms.datahub.tests.test_gate import PEOPLE, WRONG, listed, right, second  # noqa: F401  (fixtures)
from nanhu.platforms.datahub.tests.test_strangers_files import values
from nanhu.platforms.datahub.views.looks import LOOK
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation, OrgUnit, Post
from nanhu.testing import sessions

pytestmark = pytest.mark.django_db
TODO, WAITS = reverse_lazy("flows:todo"), "确认文件：学籍.csv"


@pytest.fixture
def registry_office(right):  # noqa: F811
    return unit("教务处", "0005", "1000")


@pytest.fixture
def head(registry_office):
    return head_of(registry_office, "王处长", "0020209010")


@pytest.fixture
def held(hand_in, head):
    """A list of one, where fifty-four stand."""
    return hand_in(WRONG["one row"]).batch


def students():
    return [one for one in values() if one[5] in {person["no"] for person in PEOPLE}]


def test_the_office_sees_who_is_gone_and_says_that_it_is_right_and_a_steward_agrees(
    steward,
    head,
    held,
    run_jobs,
):
    before = students()
    page = steward.get(f"/datahub/batches/{held}/").content.decode()
    assert "等负责部门“教务处”确认文件无误（王处长）" in page
    assert "ask-release/" not in page
    alone = steward.post(f"/datahub/batches/{held}/ask-release/", at_red.filled_in(steward, desk_of_steward(held)))
    assert (alone.status_code, "王处长" in alone.content.decode()) == (409, True)
    assert WAITS in head.get(TODO).content.decode()
    page = head.get(desk_of(held)).content.decode()
    assert ("少了 53 人" in page, PEOPLE[5]["name"] in page) == (True, True)
    assert "一共 53 个，这里列出前 50 个" in page
    assert head.get(f"/datahub/batches/{held}/").status_code == 404, "with no right of a steward"
    whole = b"".join(head.get(desk_of(held, "gone.csv"))).decode()
    assert PEOPLE[53]["no"] in whole
    looks = AuditEntry.objects.filter(action=LOOK, actor__contains="王处长")
    assert {one["no"] for one in PEOPLE[1:]} <= {one.facts["campus_no"] for one in looks}
    said = at_red.filled_in(head, desk_of(held, "confirm/"))
    for _time in range(2):
        assert head.post(desk_of(held, "confirm/"), said).status_code == 302
    assert found_right(head, held).status_code == 409, "said already"
    word = Release.objects.get()
    assert head.post(f"/datahub/gate/{word.public_id}/approve/").status_code == 404
    assert (state_of(held), students()) == ("waiting", before)
    assert "王处长已确认文件无误：看过名单" in steward.get(f"/datahub/batches/{held}/").content.decode()
    assert agreed(steward, held).status_code == 302
    run_jobs()
    assert state_of(held) == "applied"
    assert agreed(steward, held).status_code == 409
    assert found_right_at(head, held, said).status_code == 302, "the same form led where it led"
    roll_back(by=BY, batch_id=held, reason="错了")
    said = said | {"token": "6c6e7ab4-0000-4000-8000-000000000009"}
    late = found_right_at(head, held, said)
    assert (late.status_code, "已回退" in late.content.decode()) == (409, True)
    assert "这份文件不用再确认了" in head.get(desk_of(held)).content.decode()
    actions = AuditEntry.objects.filter(target=f"batch:{held}").values_list("action", flat=True)
    assert {"datahub.confirm_file", "datahub.agree_release"} <= set(actions)


def desk_of_steward(batch_id):
    return f"/datahub/batches/{batch_id}/ask-release/"


def found_right_at(client, batch_id, said):
    return client.post(desk_of(batch_id, "confirm/"), said)


def test_the_office_sends_a_wrong_file_back_also_after_it_said_that_it_is_right(steward, head, held, run_jobs):
    before = students()
    assert found_right(head, held).status_code == 302
    stale = at_red.filled_in(steward, desk_of_steward(held))
    assert head.post(desk_of(held, "return/"), {"reason": ""}).status_code == 422
    assert head.post(desk_of(held, "return/"), {"reason": "导错了学期"}).status_code == 302
    assert (state_of(held), Release.objects.get().state) == ("refused", "taken_back")
    assert agreed(steward, held).status_code == 409
    assert steward.post(desk_of_steward(held), stale).status_code == 409
    assert head.post(desk_of(held, "return/"), {"reason": "又一次"}).status_code == 409
    opened = {page: head.get(desk_of(held, page)).status_code for page in ("", "confirm/", "return/", "gone.csv")}
    assert opened == {"": 200, "confirm/": 200, "return/": 200, "gone.csv": 409}, "as they stood open in another window"
    run_jobs()
    assert students() == before
    told = AuditEntry.objects.get(action="datahub.return_file")
    assert (told.reason, told.facts["unit"]) == ("导错了学期", "教务处")


def test_who_said_it_takes_it_back_and_nobody_else(steward, head, held, registry_office):
    deputy = head_of(registry_office, "李副处长", "0020209011", post="deputy")
    assert found_right(head, held).status_code == 302
    assert deputy.post(desk_of(held, "take-back/"), {"answer": "没看清"}).status_code in {403, 409}
    assert head.post(desk_of(held, "take-back/"), {"answer": "没看清"}).status_code == 302
    assert agreed(steward, held).status_code == 409
    assert found_right(deputy, held).status_code == 302
    assert agreed(steward, held).status_code == 302


def of_another_unit(_registry_office):
    return head_of(unit("图书馆", "0030", "1000"), "钱馆长", "0020209012")


def once_of_the_office(registry_office):
    enrolled("孙前处长", "0020209013")
    people.end_post(by=BY, post=appointed(registry_office, "0020209013", "deputy"), reason="离任")
    return sessions.signed_in("0020209013")


def a_clerk_of_the_office(registry_office):
    enrolled("周科员", "0020209014")
    appointed(registry_office, "0020209014", "asset_keeper")
    return sessions.signed_in("0020209014")


@pytest.mark.parametrize("who", [of_another_unit, once_of_the_office, a_clerk_of_the_office])
def test_nobody_else_finds_the_page_or_speaks(held, registry_office, who):
    other = who(registry_office)
    said = {"token": "6c6e7ab4-0000-4000-8000-000000000001", "seen": "", "reason": "对的"}
    for page in ("", "confirm/", "return/", "take-back/", "gone.csv"):
        assert other.get(desk_of(held, page)).status_code == 404
    assert found_right_at(other, held, said).status_code == 404
    assert other.post(desk_of(held, "return/"), {"reason": "错"}).status_code == 404
    assert (state_of(held), Release.objects.exists()) == ("waiting", False)


def test_a_steward_who_leads_the_office_is_one_of_the_two_and_not_both(steward, second, held, registry_office):  # noqa: F811
    appointed(registry_office, "0020209009", "secretary")
    assert found_right(second, held).status_code == 302
    assert agreed(second, held).status_code == 409
    assert state_of(held) == "waiting"
    with pytest.raises(IntegrityError), transaction.atomic():
        word = Release.objects.get()
        Release.objects.filter(pk=word.pk).update(approver=word.author, state="agreed", decided_at=word.created_at)
    assert agreed(steward, held).status_code == 302


def test_who_handed_it_in_and_is_of_the_office_speaks_for_it(steward, second, hand_in, registry_office):  # noqa: F811
    """It has no head. A steward who is of another office does not."""
    held = hand_in(WRONG["one row"]).batch
    Batch.objects.filter(pk=held).update(account_id=account_of("0020209001").pk)
    assert steward.get(desk_of(held)).status_code == 404
    assert "没有负责人、副职或书记在任" in second.get(f"/datahub/batches/{held}/").content.decode()
    Affiliation.objects.filter(campus_no="0020209001").update(unit_id=registry_office)
    assert second.get(desk_of(held)).status_code == 404
    assert desk_of(held) in steward.get(f"/datahub/batches/{held}/").content.decode()
    right_of = {"by": BY, "account_id": account_of("0020209001").pk, "role": "datahub.steward"}
    identity.revoke_role(**right_of)
    assert "没有负责人、副职或书记在任" in second.get(f"/datahub/batches/{held}/").content.decode()
    identity.grant_role(**right_of)
    assert found_right(steward, held).status_code == 302
    assert agreed(steward, held).status_code == 409
    case, his = f"/datahub/gate/{Release.objects.get().public_id}/", Affiliation.objects.filter(campus_no="0020209001")
    assert "现在不能替它说话了" not in second.get(case).content.decode()
    his.update(unit_id=unit("图书馆", "0030", "1000"))
    assert "现在不能替它说话了" in second.get(case).content.decode(), "before anybody agrees"
    assert agreed(second, held).status_code == 409
    his.update(unit_id=registry_office)
    assert agreed(second, held).status_code == 302


def account_of(campus_no):
    return Account.objects.get(person_id=people.find_person_by_campus_no(campus_no))


def test_a_steward_stands_in_only_while_the_office_can_not_speak(steward, second, hand_in, registry_office):  # noqa: F811
    held = hand_in(WRONG["one row"]).batch
    enrolled("王处长", "0020209010")
    appointed(registry_office, "0020209010")
    Account.objects.filter(pk=account_of("0020209010").pk).update(state="suspended")
    page = steward.get(f"/datahub/batches/{held}/").content.decode()
    assert "在任的人都没有在用的账号" in page
    assert at_red.stood_in(steward, held).status_code == 302
    Account.objects.filter(pk=account_of("0020209010").pk).update(state="active")
    head = sessions.signed_in("0020209010")
    refused = agreed(second, held)
    assert (refused.status_code, "王处长" in refused.content.decode()) == (409, True)
    assert found_right(head, held).status_code == 302
    assert list(Release.objects.order_by("id").values_list("state", "vacancy")) == [
        ("taken_back", "no_account"),
        ("asked", ""),
    ]
    assert agreed(second, held).status_code == 302


def loses_the_post(campus_no):
    people.end_post(by=BY, post=Post.objects.get(person__affiliations__campus_no=campus_no), reason="离任")


def is_frozen(campus_no):
    Account.objects.filter(pk=account_of(campus_no).pk).update(state="suspended")


@pytest.mark.parametrize("happens", [loses_the_post, is_frozen])
def test_the_word_of_who_can_speak_no_more_is_not_agreed_to_and_another_of_the_office_speaks(
    steward,
    head,
    held,
    registry_office,
    happens,
):
    """As somebody's whose session was stolen, and whose account was closed then."""
    assert WAITS in head.get(TODO).content.decode()
    assert found_right(head, held).status_code == 302
    assert WAITS not in head.get(TODO).content.decode()
    happens("0020209010")
    refused = agreed(steward, held)
    assert (refused.status_code, "他的确认不算数" in refused.content.decode()) == (409, True)
    assert "现在不能替它说话了" in steward.get(f"/datahub/batches/{held}/").content.decode()
    deputy = head_of(registry_office, "李副处长", "0020209011", post="deputy")
    assert WAITS in deputy.get(TODO).content.decode(), "at once, before a steward refused anything"
    assert desk_of(held, "confirm/") in deputy.get(desk_of(held)).content.decode()
    assert found_right(deputy, held).status_code == 302
    assert agreed(steward, held).status_code == 302
    assert list(Release.objects.order_by("id").values_list("state", flat=True)) == ["taken_back", "agreed"]


def test_where_nobody_else_of_the_office_can_speak_a_steward_stands_in(steward, second, head, held):  # noqa: F811
    assert found_right(head, held).status_code == 302
    loses_the_post("0020209010")
    assert desk_of_steward(held) in steward.get(f"/datahub/batches/{held}/").content.decode()
    assert at_red.stood_in(steward, held).status_code == 302
    assert agreed(second, held).status_code == 302


def test_who_headed_an_office_that_was_closed_is_offered_nothing_that_is_refused(head, held, registry_office):
    said = at_red.filled_in(head, desk_of(held, "confirm/"))
    OrgUnit.objects.filter(pk=registry_office).update(is_active=False)
    page = head.get(desk_of(held)).content.decode()
    assert [desk_of(held, one) in page for one in ("confirm/", "return/")] == [False, False]
    assert "机构名册里没有这个部门" in page
    assert found_right_at(head, held, said).status_code == 403


def test_what_grew_since_needs_the_offices_word_anew(steward, head, held, run_jobs, registry_office):
    before = students()
    deputy = head_of(registry_office, "李副处长", "0020209011", post="deputy")
    stale = at_red.filled_in(deputy, desk_of(held, "confirm/"))
    Batch.objects.filter(pk=held).update(gate=[one | {"count": 1} for one in Batch.objects.get(pk=held).gate])
    assert found_right(head, held).status_code == 302
    assert agreed(steward, held).status_code == 302
    run_jobs()
    assert (state_of(held), students()) == ("waiting", before)
    assert agreed(steward, held).status_code == 409
    refused = found_right_at(deputy, held, stale)
    assert (refused.status_code, "请看过再办" in refused.content.decode()) == (409, True)
    assert "同意放行时是 1" in head.get(desk_of(held)).content.decode()
    assert found_right(deputy, held).status_code == 302
    assert agreed(steward, held).status_code == 302
    run_jobs()
    assert state_of(held) == "applied"


def test_at_amber_no_office_is_asked(steward, head, hand_in):
    amber = hand_in(listed(PEOPLE[:-3])).batch
    assert Batch.objects.get(pk=amber).gate_level == "amber"
    assert head.get(desk_of(amber)).status_code == 404
    assert (
        steward.post(
            desk_of_steward(amber), {"token": "6c6e7ab4-0000-4000-8000-000000000002", "reason": "x"}
        ).status_code
        == 409
    )
    assert steward.post(f"/datahub/batches/{amber}/release/", {"reason": "退学三人"}).status_code == 302
