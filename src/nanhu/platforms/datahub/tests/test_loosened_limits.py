"""Two stewards loosen a limit of the gate: the office whose files it lets pass hears of it, and until it has, its files are measured by what held before."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse_lazy

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.datahub.known_sources import named_source
from nanhu.platforms.datahub.models import Batch, LimitNotice, LimitRequest
from nanhu.platforms.datahub.services import owner_changes
from nanhu.platforms.datahub.services.gate import limits_of
from nanhu.platforms.datahub.services.shared_gate import most_of
from nanhu.platforms.datahub.tests.at_red import head_of, state_of, unit
from nanhu.platforms.datahub.tests.test_gate import WRONG, right, second  # noqa: F401  (fixtures)
from nanhu.platforms.datahub.tests.test_office_word import account_of, head, registry_office  # noqa: F401  (fixtures)
from nanhu.platforms.identity.models import Account

pytestmark = pytest.mark.django_db
SET, SEEN, TODO = "/datahub/gate/limits/set/", "/datahub/gate/office/limits/", reverse_lazy("flows:todo")
HEARD_OF = "放行标准放宽了：文件里没有了的人"


def loosened(steward, second, source="aa.students", *, amber="50", red="60", measure="gone"):  # noqa: F811
    said = {"measure": measure, "source": source, "reason": "分院交名册", "amber": amber, "red": red}
    assert steward.post(SET, said | {"token": str(uuid4())}).status_code == 302
    request = LimitRequest.objects.latest("id")
    assert second.post(f"/datahub/limits/{request.public_id}/approve/").status_code == 302
    return request


@pytest.fixture
def short(hand_in, right):  # noqa: F811
    """Hands in a list that a fifth is gone from; never the same file twice."""
    handed = []

    def once_more():
        handed.append("\n")
        return hand_in(WRONG["a fifth less"] + "".join(handed)).batch

    return once_more


@pytest.mark.parametrize("source", ["aa.students", ""])
def test_what_stands_red_is_not_passed_by_the_two_who_loosen_the_limit(
    steward,
    second,  # noqa: F811
    head,  # noqa: F811
    short,
    source,
):
    held = short()
    assert Batch.objects.get(pk=held).gate_level == "red"
    other = head_of(unit("图书馆", "0030", "1000"), "钱馆长", "0020209012")
    request = loosened(steward, second, source)
    notice = LimitNotice.objects.get(request=request, unit__name="教务处")
    assert state_of(held) == "waiting"
    assert steward.post(f"/datahub/batches/{held}/release/", {"reason": "标准改了"}).status_code == 409
    assert steward.post(f"/datahub/batches/{held}/discard/", {"reason": "重交"}).status_code == 302
    assert Batch.objects.get(pk=short()).gate_level == "red", "handed in again it is measured as before"
    assert HEARD_OF in head.get(TODO).content.decode()
    assert "10% → 60%" in head.get(SEEN).content.decode()
    assert other.post(f"{SEEN}{notice.pk}/seen/").status_code == 404
    assert steward.post(f"{SEEN}{notice.pk}/seen/").status_code == 403
    assert f"{notice.pk}/seen/" not in steward.get(SEEN).content.decode()
    for _time in range(2):
        assert head.post(f"{SEEN}{notice.pk}/seen/").status_code == 302
    assert HEARD_OF not in head.get(TODO).content.decode()
    assert state_of(short()) == "applied", "by what its office knows"
    assert AuditEntry.objects.get(action="datahub.hear_limit").facts["unit"] == "教务处"


def test_a_looser_limit_of_all_sources_makes_none_of_ones_own_stricter(steward, second, head):  # noqa: F811
    own = loosened(steward, second, amber="40", red="50")
    assert head.post(f"{SEEN}{LimitNotice.objects.get(request=own).pk}/seen/").status_code == 302
    loosened(steward, second, source="", amber="30", red="60")
    assert (limits_of("aa.students")["gone"].amber, limits_of("aa.students")["gone"].red) == (400, 500)


def test_what_the_office_has_not_seen_is_no_step_to_a_looser_limit_of_its_own(steward, second, head):  # noqa: F811
    before = limits_of("aa.students")["gone"]
    loosened(steward, second, source="", amber="30", red="60")
    loosened(steward, second, amber="31", red="61")
    held = limits_of("aa.students")["gone"]
    assert (held.amber, held.red, held.amber_rows) == (before.amber, before.red, before.amber_rows)


def test_an_office_where_nobody_can_speak_is_not_waited_for(steward, second, head, short):  # noqa: F811
    loosened(steward, second)
    assert Batch.objects.get(pk=short()).gate_level == "red"
    Batch.objects.filter(state="waiting").update(state="refused")
    Account.objects.filter(pk=account_of("0020209010").pk).update(state="suspended")
    assert state_of(short()) == "applied"


def test_what_one_office_has_not_seen_the_next_owner_is_to_see(steward, second, head, hand_in, right):  # noqa: F811
    """Else what was loosened waits for an office whose files they are no more, or for nobody."""
    library = unit("图书馆", "0030", "1000")
    keeper = head_of(library, "钱馆长", "0020209012")
    own, of_all = loosened(steward, second), loosened(steward, second, source="", amber="30", red="60")
    asked = owner_changes.set_owner(
        by=Actor(account_of("0020209001").pk, "管数据"),
        token=uuid4(),
        source="aa.students",
        unit_id=library,
        reason="归图书馆",
    )
    owner_changes.agree_owner(by=Actor(account_of("0020209010").pk, "王处长"), asked=asked)
    assert limits_of("aa.students")["gone"].amber < 500
    for request in (own, of_all):
        notice = LimitNotice.objects.get(request=request, unit=library)
        assert keeper.post(f"{SEEN}{notice.pk}/seen/").status_code == 302
    assert limits_of("aa.students")["gone"].amber == 500


def test_what_was_made_as_strict_again_waits_for_nobody(steward, second, head):  # noqa: F811
    """Its office would press for a loosening that there is no more."""
    notice = LimitNotice.objects.get(request=loosened(steward, second))
    said = {
        "measure": "gone",
        "source": "aa.students",
        "reason": "名册齐了",
        "amber": "2",
        "red": "10",
        "amber_rows": 50,
    }
    assert HEARD_OF in head.get(TODO).content.decode()
    assert steward.post(SET, said | {"token": str(uuid4())}).status_code == 302
    assert HEARD_OF not in head.get(TODO).content.decode()
    page = head.get(SEEN).content.decode()
    assert ("后来又改过了" in page, f"{notice.pk}/seen/" in page) == (True, False)
    assert "0 / 1，后来又改过了" in steward.get("/datahub/limits/").content.decode()
    assert head.post(f"{SEEN}{notice.pk}/seen/").status_code == 409
    assert AuditEntry.objects.filter(action="datahub.set_limit").latest("id").facts["superseded"] == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        LimitNotice.objects.filter(pk=notice.pk).update(heard_at=now(), heard_by=account_of("0020209010"))


def test_of_two_loosenings_of_a_source_that_it_has_not_seen_an_office_is_shown_the_later(steward, second, head):  # noqa: F811
    """The one of all sources holds on elsewhere."""
    of_all = loosened(steward, second, source="", amber="30", red="60")
    first = loosened(steward, second)
    later = loosened(steward, second, amber="40", red="50")
    waiting = LimitNotice.waiting().filter(unit__name="教务处").values_list("request", flat=True)
    assert (set(waiting), first.notices.get().waits) == ({of_all.pk, later.pk}, False)
    assert head.post(f"{SEEN}{later.notices.get().pk}/seen/").status_code == 302
    assert limits_of("aa.students")["gone"].amber == 400


@pytest.mark.parametrize("measure", ["gone", "changed"])
def test_a_tables_first_own_limit_needs_two_where_it_is_looser_than_its_declaration(steward, second, measure):  # noqa: F811
    """It may be stricter than that of all sources, by which no shared table is measured."""
    establishment, roster = named_source("hr.yongyou"), named_source("aa.zhengfang")
    loosened(steward, second, source="", amber="40", red="60", measure=measure)
    before = most_of(establishment, measure, 1000)
    said = {"measure": measure, "source": "hr.yongyou", "reason": "编制调整", "amber": "25", "red": "60"}
    assert steward.post(SET, said | {"token": str(uuid4())}).status_code == 302
    assert (most_of(establishment, measure, 1000), LimitRequest.objects.latest("id").state) == (before, "asked")
    stricter = said | {"source": "aa.zhengfang", "amber": "1", "token": str(uuid4())}
    assert steward.post(SET, stricter).status_code == 302
    assert most_of(roster, measure, 1000) == 10, "it is known for more"
    assert LimitRequest.objects.count() == 2


def test_until_it_is_seen_a_table_is_measured_by_what_it_is_known_for(steward, second, head):  # noqa: F811
    """Not by the limit of all sources, which is stricter than what its declaration says: loosening would tighten it."""
    spec = replace(named_source("aa.students"), turnover=30)
    before = most_of(spec, "gone", 1000)
    loosened(steward, second, amber="50", red="60")
    assert (before, most_of(spec, "gone", 1000)) == (300, 300)
    assert head.post(f"{SEEN}{LimitNotice.objects.latest('pk').pk}/seen/").status_code == 302
    assert most_of(spec, "gone", 1000) > before
