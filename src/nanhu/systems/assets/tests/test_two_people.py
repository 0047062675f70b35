"""The second pair of eyes (一人经办、一人复核), through the doors of transfers and old cards: both prove who they are, and nothing waits for ever."""

from datetime import date, timedelta

import pytest

from nanhu.kernel import proposals
from nanhu.kernel.clock import now
from nanhu.kernel.kit.cases import expire_proposals
from nanhu.kernel.proposals import days_to_decide
from nanhu.platforms.identity.models import SsoSession
from nanhu.systems.assets.models import CardImport, Rollback, Transfer
from nanhu.systems.assets.services import keeping, transferring
from nanhu.systems.assets.tests.conftest import token
from nanhu.systems.assets.tests.test_importing import PRINTER, handed_in, posted
from nanhu.systems.assets.tests.test_moving import asked, confirmed

pytestmark = pytest.mark.django_db
SAID = {"unit": "13", "keeper": "T8", "room": "b1-102", "reason": "专业调整"}


def sessions_are(minutes: int) -> None:
    SsoSession.objects.update(authenticated_at=now() - timedelta(minutes=minutes))


def test_whoever_proposes_proves_first_who_he_is(school):
    address = f"/assets/unit/{confirmed(school).public_id}/transfer/"
    keeper = school.client("T1")
    sessions_are(11)

    assert keeper.get(address)["Location"].startswith("/sign-in/again?next=")
    refused = keeper.post(address, SAID | {"token": token()})
    page = refused.content.decode()
    assert refused.status_code == 403
    assert "/sign-in/again?next=" in page
    assert "专业调整" in page, "nothing that was typed is lost"
    assert not Transfer.objects.exists()

    sessions_are(9)
    assert keeper.get(address).status_code == 200
    assert keeper.post(address, SAID | {"token": token()}).status_code == 302
    assert Transfer.objects.get().state == "asked"


def test_so_does_whoever_decides(school):
    transfer = asked(school, confirmed(school))
    address, office = f"/assets/transfers/{transfer.public_id}/", school.client("T5")
    sessions_are(11)

    page = office.get(address).content.decode()
    assert "/sign-in/again?next=" in page
    assert "approve/" not in page
    for button in ("approve", "refuse"):
        refused = office.post(f"{address}{button}/", {"answer": "不够用"})
        assert refused.status_code == 403
        page = refused.content.decode()
        assert "/sign-in/again?next=" in page
        assert ('value="不够用"' in page) == (button == "refuse"), "nothing that was typed is lost"
    assert Transfer.objects.get().state == "asked"

    sessions_are(9)
    assert "approve/" in office.get(address).content.decode()
    assert office.post(f"{address}approve/").status_code == 302
    assert Transfer.objects.get().state == "done"


def test_a_list_that_was_checked_is_submitted_by_its_own_author_alone(school):
    batch = handed_in(school, PRINTER)
    office = school.client("T5")
    sessions_are(11)
    assert office.post(f"/assets/imports/{batch.public_id}/submit/").status_code == 403
    assert CardImport.objects.get().state == "checked"


def test_what_nobody_decided_in_time_closes_itself_and_is_made_anew(school):
    asset, still = confirmed(school), asked(school, confirmed(school))
    transfer = asked(school, asset)
    Transfer.objects.filter(pk=transfer.pk).update(created_at=now() - timedelta(days=30))
    Transfer.objects.filter(pk=still.pk).update(created_at=now() - timedelta(days=29))
    address, office = f"/assets/transfers/{transfer.public_id}/", school.client("T5")
    late = office.post(f"{address}approve/")
    assert (late.status_code, "已过期" in late.content.decode()) == (409, True)

    assert expire_proposals() == 1
    assert expire_proposals() == 0

    transfer.refresh_from_db()
    still.refresh_from_db()
    assert (transfer.state, transfer.approver_id, still.state) == ("refused", None, "asked")
    page = school.client("T6").get(address).content.decode()
    assert "已过期" in page
    assert "请重新提出" in page
    assert "未同意" not in page
    assert asked(school, asset).state == "asked"


def test_a_list_waits_from_its_submission_on(school):
    batch = handed_in(school, PRINTER)
    CardImport.objects.update(created_at=now() - timedelta(days=40))
    school.client("T5").post(f"/assets/imports/{batch.public_id}/submit/")
    assert expire_proposals() == 0
    CardImport.objects.update(submitted_at=now() - timedelta(days=31))
    assert expire_proposals() == 1
    assert handed_in(school, PRINTER).state == "checked", "its numbers are free again"


def test_a_kind_of_case_that_cannot_be_closed_keeps_no_other_from_it(school, monkeypatch):
    broken, whole = asked(school, confirmed(school)), asked(school, confirmed(school))
    Transfer.objects.update(created_at=now() - timedelta(days=30))
    refuse = transferring.refuse

    def refuses(**given):
        if given["transfer"].pk == broken.pk:
            raise RuntimeError
        return refuse(**given)

    monkeypatch.setattr(transferring, "refuse", refuses)
    assert expire_proposals() == 1
    assert Transfer.objects.get(pk=whole.pk).state == "refused"
    assert Transfer.objects.get(pk=broken.pk).state == "asked"


def test_how_long_it_waits_is_a_dated_figure_of_the_school(monkeypatch):
    days = [{"from": date(2026, 1, 1), "days": 10}, {"from": date(2026, 9, 1), "days": 5}]
    raw = {"proposals": {"second_person": days}}
    monkeypatch.setattr(proposals, "school", lambda: type("School", (), {"raw": raw}))
    found = [days_to_decide(date(*day)) for day in ((2025, 12, 31), (2026, 1, 1), (2026, 8, 31), (2026, 9, 1))]
    assert found == [30, 10, 10, 5]


def test_a_keeper_takes_a_transfer_back_on_the_card_while_nobody_answered(school):
    asset = confirmed(school)
    transfer = asked(school, asset)
    card, keeper = f"/assets/unit/{asset.public_id}/", school.client("T1")
    back = f"{card}withdraw/"
    assert back in keeper.get(card).content.decode()
    assert keeper.post(back).status_code == 302
    transfer.refresh_from_db()
    assert (transfer.is_withdrawn, transfer.approver_id, transfer.ended_by) == (True, None, "陈资产")
    assert back not in keeper.get(card).content.decode()
    assert keeper.post(back).status_code == 404
    assert school.client("T5").post(f"/assets/transfers/{transfer.public_id}/approve/").status_code == 409
    assert asked(school, asset).state == "asked", "it may be asked for anew"


def test_who_asked_for_an_idle_thing_takes_it_back_and_another_does_not(school):
    offered = confirmed(school)
    keeping.mark_idle(by=school.actor("T1"), asset=offered, reason="换新")
    page, asker = f"/assets/mine/idle/{offered.public_id}/", school.client("T8")
    assert asker.post(page, {"token": token(), "room": "b1-102", "reason": "实验课"}).status_code == 302
    assert f"{page}withdraw/" in asker.get(page).content.decode()
    other = school.client("T3")
    assert f"{page}withdraw/" not in other.get(page).content.decode()
    assert other.post(f"{page}withdraw/").status_code == 404
    assert Transfer.objects.get().state == "asked"
    assert asker.post(f"{page}withdraw/").status_code == 302
    assert Transfer.objects.get().is_withdrawn


def test_a_roll_back_is_taken_back_on_the_page_of_its_list_by_who_asked(school):
    batch = posted(school, PRINTER)
    page, office = f"/assets/imports/{batch.public_id}/", school.client("T6")
    assert office.post(f"{page}undo/", {"token": token(), "reason": "看错了"}).status_code == 302
    back = f"{page}undo/withdraw/"
    assert back in office.get(page).content.decode()
    other = school.client("T5")
    assert back not in other.get(page).content.decode()
    assert other.post(back).status_code == 409
    assert Rollback.objects.get().state == "asked", "another's stays"
    assert office.post(back).status_code == 302
    assert office.post(back).status_code == 409, "it waits no more, as where the other agreed a moment earlier"
    assert Rollback.objects.get().is_withdrawn
    shown = office.get(page).content.decode()
    assert ("已撤回" in shown, f"{page}undo/" in shown, back in shown) == (True, True, False)
