"""Merchants, terminals, kiosks and doors come by a page or a command, each key handed over once, and go away for good."""

import re
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.access.models import Door, DoorList, DoorListRow
from nanhu.platforms.campus.api import Place, close_place
from nanhu.platforms.identity import api as identity
from nanhu.platforms.terminals.api import Kiosk, KioskAlarm, Terminal
from nanhu.systems.card import models
from nanhu.systems.card.closing.models import Settlement
from nanhu.systems.card.closing.services import contracts, settling
from nanhu.systems.card.closing.tests.test_settlement import terms
from nanhu.systems.card.closing.tests.till import Till
from nanhu.systems.card.fleet.models import TerminalReport
from nanhu.systems.card.models import Hold, Merchant, Receipt
from nanhu.systems.card.tests.conftest import SYSTEM, make_finance
from nanhu.testing.patience import PATIENCE_SECONDS

FLEET = "/card/fleet/"
POS = {"number": "R1001", "kind": "pos", "merchant": "n1.rice", "place": "9 号窗口", "reason": "装机单 12"}
KEY = re.compile(r"[0-9a-f]{64}")


@pytest.fixture
def field(campus):
    """The clerk registers, the second clerk accepts, the teacher keeps the books."""
    for role in ("card.registrar", "terminals.registrar"):
        identity.grant_role(by=SYSTEM, account_id=campus.actor("clerk").account_id, role=role)
    make_finance(campus, "teacher")
    return campus


def register(field, **changes):
    return field.client("clerk").post(f"{FLEET}register/", POS | changes)


def key_in(answer) -> str:
    return KEY.search(answer.content.decode())[0]


def todo(field, part: str) -> str:
    return field.client(part).get("/flows/").content.decode()


def switch_on(field, part="second_clerk", number="R1001"):
    address = f"{FLEET}terminals/{number}/on/"
    return field.client(part).post(address, {"reason": "装好了"}, follow=True).content.decode()


def opens_nothing(till: Till, uid: str) -> bool:
    """A stranger is not even answered under a signature."""
    with pytest.raises(KeyError, match="nanhu-signature"):
        till.pay(uid, 300)
    return not Receipt.objects.filter(terminal=till.terminal).exists()


def test_a_till_is_registered_by_one_accepted_by_another_and_sells_with_the_key_that_was_shown(field):
    field.top_up("teacher", 2000)
    answer = register(field)
    key = key_in(answer)
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    till = Till("R1001", key=key)
    assert till.pay(field.card("teacher").uid, 300)["outcome"] == "refused"
    identity.grant_role(by=SYSTEM, account_id=field.actor("second_clerk").account_id, role="terminals.registrar")
    assert "须由另一位经办人" in switch_on(field, "clerk")
    assert ["首次启用：R1001" in todo(field, part) for part in ("second_clerk", "clerk")] == [True, False]
    assert "已启用" in switch_on(field)
    assert till.pay(field.card("teacher").uid, 300)["outcome"] == "approved"
    assert Receipt.objects.get(kind="payment", outcome="posted").terminal.number == "R1001"
    audited = AuditEntry.objects.get(action="terminals.register")
    assert (audited.account_id, audited.reason) == (field.actor("clerk").account_id, "装机单 12")
    with pytest.raises(DatabaseError), transaction.atomic():
        Terminal.objects.filter(number="R1001").update(accepter=field.actor("clerk").account_id)


def test_a_key_is_shown_once_and_stands_nowhere_in_clear(field):
    key = key_in(register(field))
    again = register(field)
    assert (again.status_code, KEY.search(again.content.decode())) == (409, None)
    for address in ("", "register/", "terminals/R1001/", "merchants/"):
        assert key not in field.client("clerk").get(FLEET + address).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM terminals_terminal t WHERE number = 'R1001'")
        assert key not in cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(e::text, '') FROM kernel_audit_entry e")
        assert key not in cursor.fetchone()[0]


def test_a_new_key_is_handed_over_once_and_the_old_one_opens_nothing(field):
    field.top_up("teacher", 2000)
    old = key_in(register(field))
    switch_on(field)
    new = key_in(field.client("clerk").post(f"{FLEET}terminals/R1001/renew/", {"reason": "密钥可能泄露"}))
    uid = field.card("teacher").uid
    assert new != old
    assert opens_nothing(Till("R1001", key=old), uid)
    assert Till("R1001", key=new).pay(uid, 300)["outcome"] == "approved"


def test_a_door_and_a_kiosk_are_registered_with_what_belongs_to_them(field):
    Place.objects.create(key="lib", name="图书馆", kind="library")
    assert register(field, number="R2001", kind="door", merchant="", door_place="lib").status_code == 200
    assert (
        register(field, number="R3001", kind="load_kiosk", merchant="", yard="南院", map_x="10", map_y="20").status_code
        == 200
    )
    assert Door.objects.get(terminal__number="R2001").place.key == "lib"
    assert Kiosk.objects.get(terminal__number="R3001").yard == "南院"
    assert not models.Till.objects.filter(terminal__number__startswith="R").exists()
    for wrong in ({"kind": "door", "merchant": ""}, {"kind": "load_kiosk", "merchant": ""}):
        assert register(field, number="R4001", **wrong).status_code == 422
    assert register(field, number="R4001", merchant="").status_code == 422
    assert not Terminal.objects.filter(number="R4001").exists()


def test_no_door_is_registered_at_a_closed_place(field):
    place = Place.objects.create(key="lib", name="图书馆", kind="library")
    close_place(by=SYSTEM, place=place, reason="漏水")
    assert register(field, number="R2001", kind="door", merchant="", door_place="lib").status_code == 422
    with pytest.raises(CommandError, match="图书馆已停用"):
        run("terminal", "R2001", "--kind", "door", "--door-place", "lib")
    assert not Terminal.objects.filter(number="R2001").exists()


def test_a_till_that_keeps_unsent_rows_goes_only_with_their_loss_accepted(field):
    key = key_in(register(field))
    switch_on(field)
    terminal = Terminal.objects.get(number="R1001")
    TerminalReport.objects.create(terminal=terminal, stored_rows=3, stored_fen=4500)
    clerk, address = field.client("clerk"), f"{FLEET}terminals/R1001/retire/"
    assert "还有 3 笔没有上传（¥ 45.00）" in clerk.post(address, {"reason": "报废"}, follow=True).content.decode()
    page = clerk.post(address, {"reason": "报废", "is_loss_accepted": "on"}, follow=True).content.decode()
    assert "撤机时还有 3 笔没有上传" in page
    terminal.refresh_from_db()
    assert (terminal.state, terminal.lost_rows, terminal.till.lost_fen) == ("retired", 3, 4500)
    assert opens_nothing(Till("R1001", key=key), field.card("teacher").uid)
    assert "已经撤机" in switch_on(field)
    assert "已经撤机" in clerk.post(f"{FLEET}terminals/R1001/renew/", {"reason": "x"}, follow=True).content.decode()
    with pytest.raises(DatabaseError, match="does not come back"), transaction.atomic():
        Terminal.objects.filter(number="R1001").update(state="on", retired_at=None)


def test_a_till_with_an_open_hold_waits_until_it_is_settled(field):
    register(field)
    terminal = Terminal.objects.get(number="R1001")
    wallet = field.card("teacher").wallet
    Hold.objects.create(
        receipt_id=1,
        wallet=wallet,
        terminal=terminal,
        merchant=terminal.till.merchant,
        amount_fen=100,
        begun_at=now(),
        ends_at=now() + timedelta(minutes=5),
    )
    page = field.client("clerk").post(f"{FLEET}terminals/R1001/retire/", {"reason": "报废"}, follow=True)
    assert "1 笔预扣没有结清" in page.content.decode()


def test_a_door_taken_away_has_no_list_and_a_kiosk_no_alarm(field):
    Place.objects.create(key="lib", name="图书馆", kind="library")
    register(field, number="R2001", kind="door", merchant="", door_place="lib")
    register(field, number="R3001", kind="load_kiosk", merchant="", yard="南院")
    door, machine = Door.objects.get(), Kiosk.objects.get(terminal__number="R3001")
    DoorList.objects.create(door=door, profiles={"1": []}, ends_at=now() + timedelta(days=1))
    DoorListRow.objects.create(
        door=door,
        hashed="x",
        profile="1",
        valid_from=campus_today(),
        valid_until=campus_today(),
        version=1,
    )
    KioskAlarm.objects.create(kiosk=machine, kind="offline", raised_at=now())
    for number in ("R2001", "R3001"):
        field.client("clerk").post(f"{FLEET}terminals/{number}/retire/", {"reason": "拆除"})
    assert not DoorListRow.objects.exists()
    assert DoorList.objects.get().ends_at <= now()
    assert KioskAlarm.objects.get().cleared_at is not None


def test_a_merchant_is_registered_by_one_agreed_by_finance_and_closed_with_a_last_settlement(field):
    clerk, finance = field.client("clerk"), field.client("teacher")
    form = {"key": "w1.tea", "name": "湖畔茶饮", "canteen": "西院", "reason": "招标结果"}
    assert clerk.post(f"{FLEET}merchants/new/", form).status_code == 302
    assert clerk.post(f"{FLEET}merchants/new/", form).status_code == 409
    asked = Merchant.objects.get(key="w1.tea")
    assert asked.state == "asked"
    assert register(field, merchant="w1.tea").status_code == 422
    assert clerk.post(f"{FLEET}merchants/w1.tea/agree/").status_code == 404
    with pytest.raises(DatabaseError), transaction.atomic():
        Merchant.objects.filter(pk=asked.pk).update(state="open", approver=asked.registrar)
    other = form | {"key": "w2.tea", "name": "山脚茶饮"}
    clerk.post(f"{FLEET}merchants/new/", other)
    refuse = f"{FLEET}merchants/w2.tea/refuse/"
    assert refuse in finance.get(f"{FLEET}merchants/").content.decode()
    assert finance.post(refuse, {"answer": " "}).status_code == 422
    assert (clerk.post(refuse, {"answer": "x"}).status_code, Merchant.objects.get(key="w2.tea").state) == (404, "asked")
    assert finance.post(refuse, {"answer": "没有招标结果"}).status_code == 302
    assert AuditEntry.objects.get(action="card.refuse_merchant").reason == "没有招标结果"
    assert ["西院 湖畔茶饮" in todo(field, part) for part in ("teacher", "clerk")] == [True, False]
    assert "已同意开业" in finance.post(f"{FLEET}merchants/w1.tea/agree/", follow=True).content.decode()
    assert "西院 湖畔茶饮" not in todo(field, "teacher")
    field.top_up("guest", 2000)
    till = Till("R1001", key=key_in(register(field, merchant="w1.tea")))
    switch_on(field)
    assert till.pay(field.card("guest").uid, 900)["outcome"] == "approved"
    contracts.agree(by=SYSTEM, merchant=asked, terms=terms(cycle="monthly"))
    close = f"{FLEET}merchants/w1.tea/close/"
    assert "还有终端没有撤机：R1001" in clerk.post(close, {"reason": "合同到期"}, follow=True).content.decode()
    with pytest.raises(DatabaseError, match="still has terminals"), transaction.atomic():
        Merchant.objects.filter(pk=asked.pk).update(state="closed", closed_at=now())
    clerk.post(f"{FLEET}terminals/R1001/retire/", {"reason": "停办"})
    charges = Terminal.objects.create(number="VA0001000001", kind="scanner", key="00" * 32)
    models.Till.objects.create(terminal=charges, merchant=asked)
    assert "已停业" in clerk.post(close, {"reason": "合同到期"}, follow=True).content.decode()
    assert Terminal.objects.get(number="VA0001000001").state == "retired"
    assert register(field, number="R1002", merchant="w1.tea").status_code == 422
    with pytest.raises(DatabaseError, match="for good"), transaction.atomic():
        Merchant.objects.filter(pk=asked.pk).update(state="open")
    settling.settle_due(by=SYSTEM, today=campus_today() + timedelta(days=1))
    assert Settlement.objects.get(merchant=asked).takings_fen == 900


def test_a_terminal_is_never_on_for_a_merchant_that_is_not_open(field):
    field.client("clerk").post(f"{FLEET}merchants/new/", {"key": "w1.tea", "name": "茶", "canteen": "", "reason": "x"})
    with pytest.raises(DatabaseError, match="not open"), transaction.atomic():
        models.Till.objects.filter(terminal__number="N1001").update(merchant=Merchant.objects.get(key="w1.tea"))


def test_nobody_else_finds_these_pages(field):
    for part in ("student", "second_clerk"):
        browser = field.client(part)
        assert browser.get(f"{FLEET}register/").status_code == 404
        assert browser.post(f"{FLEET}register/", POS).status_code == 404
        for action in ("renew", "retire"):
            assert browser.post(f"{FLEET}terminals/N1001/{action}/", {"reason": "x"}).status_code == 404
        assert browser.get(f"{FLEET}merchants/").status_code == 404
    assert Terminal.objects.get(number="N1001").state == "on"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("card_field", *arguments, "--reason", "装机", stdout=out)
    return out.getvalue()


def test_the_command_does_the_same_and_prints_a_key_once(field):
    assert run("merchant", "w1.tea", "湖畔茶饮", "--canteen", "西院") == "w1.tea：营业中\n"
    said = run("terminal", "R1001", "--merchant", "w1.tea", "--place", "1 号窗口")
    field.top_up("guest", 2000)
    assert Till("R1001", key=KEY.search(said)[0]).pay(field.card("guest").uid, 300)["outcome"] == "approved"
    Place.objects.create(key="lib", name="图书馆", kind="library")
    assert KEY.search(run("terminal", "R2001", "--kind", "door", "--door-place", "lib"))
    with pytest.raises(CommandError):
        run("terminal", "R1001", "--merchant", "w1.tea")
    with pytest.raises(CommandError):
        run("close", "w1.tea")
    with pytest.raises(CommandError, match="没有找到这个商户"):
        run("close", "w9")
    assert run("retire", "R1001") == "R1001：已撤机，没有上传的 0 笔，¥ 0.00\n"
    assert run("close", "w1.tea") == "w1.tea：已停业\n"


@pytest.mark.django_db(transaction=True)
def test_the_gateway_is_told_of_a_new_terminal_at_once(transactional_db):
    settings = connection.get_connection_params()
    names = {key: settings[key] for key in ("host", "port", "user", "password", "dbname") if settings.get(key)}
    with psycopg.connect(**names, autocommit=True) as listener:
        listener.execute("LISTEN terminals")
        run("merchant", "w1.tea", "湖畔茶饮")
        run("terminal", "R1001", "--merchant", "w1.tea")
        assert next(listener.notifies(timeout=PATIENCE_SECONDS)).payload == "R1001"


def test_finance_hears_that_a_merchant_waits(field):
    assert "待同意的商户" not in field.client("teacher").get("/card/closing/").content.decode()
    entry = {"key": "n1.noodle", "name": "米粉", "canteen": "南院一食堂", "reason": "合同 8"}
    field.client("clerk").post(f"{FLEET}merchants/new/", entry)
    home = field.client("teacher").get("/card/closing/").content.decode()
    assert "待同意的商户" in home
    assert f'href="{FLEET}merchants/"' in home
