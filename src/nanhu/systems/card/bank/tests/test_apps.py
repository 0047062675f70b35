"""Outside apps (云闪付, 完美校园): who may bind, what a binding may do, and how it ends."""

from datetime import timedelta
from unittest.mock import Mock

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, transaction

from nanhu.kernel import read_only
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry, SmsMessage
from nanhu.kernel.read_only import switching
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.messages import api as messages
from nanhu.platforms.payments.api import APP_OPERATIONS, AcquirerSilentError
from nanhu.platforms.payments.models import AppRequest
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation
from nanhu.systems.card.bank.models import Appeal, Binding, BindingLock, OnlineTopUp
from nanhu.systems.card.bank.services import appeals, bindings, loads, top_ups
from nanhu.systems.card.bank.tests.conftest import BEGINNING_FEN, CARDS, ID_NUMBERS, drive
from nanhu.systems.card.bank.tests.phones import Phone, last_code
from nanhu.systems.card.codes.models import CodeDevice
from nanhu.systems.card.codes.rules import read_code
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.models import Card
from nanhu.systems.card.tests.conftest import CAST, SYSTEM


@pytest.fixture
def phone(campus):
    return Phone()


def test_in_the_read_only_mode_it_looks_reports_a_loss_and_unbinds_and_begins_nothing(campus, phone):
    phone.bind("student")
    said = {"campus_no": CAST["teacher"][2], "name": CAST["teacher"][0], "phone": "13907300000", "text": "不是我绑的"}
    heard = phone.ask("appeal", request="said before", **said)
    switching.begin(by=SYSTEM, reason="存储告警")
    read_only.current.forget()
    assert phone.ask("appeal", request="said before", **said) == heard, "not done again, and not told that it was not"
    refused = [
        phone.verify("teacher"),
        phone.ask("top_up", request="once", amount_fen=100),
        phone.ask("appeal", **said),
    ]
    assert [one["code"] for one in refused] == ["read_only"] * 3
    assert refused[0]["sentence"].startswith("学校启用了应急只读")
    assert not OnlineTopUp.objects.exists()
    unanswered = phone.send("top_up", {"binding": phone.binding, "amount_fen": 100}, request="once")
    assert (unanswered.status_code, unanswered["Retry-After"]) == (200, "60")
    went_on = [phone.ask(name, kind="pay") for name in ("look", "rows", "news", "code", "loss", "unbind")]
    assert [one["outcome"] for one in went_on] == ["done"] * 6
    assert Binding.objects.get().state == Binding.State.REVOKED


def test_an_order_that_was_made_before_the_read_only_mode_is_answered_as_ever_and_no_other(campus, phone, monkeypatch):
    """Whose answer was lost on the way would else tell its holder that there is no order, and take the money twice."""
    phone.bind("student")
    before = phone.ask("top_up", request="once", amount_fen=5000)
    with monkeypatch.context() as away:
        away.setattr(top_ups, "open_top_up", Mock(side_effect=AcquirerSilentError))
        assert phone.ask("top_up", request="never opened", amount_fen=5000)["outcome"] != "done"
    switching.begin(by=SYSTEM, reason="存储告警")
    read_only.current.forget()
    assert phone.ask("top_up", request="once", amount_fen=5000) == before
    assert phone.ask("top_up", request="twice", amount_fen=5000)["code"] == "read_only"
    assert phone.ask("top_up", request="never opened", amount_fen=5000)["code"] == "read_only", "nobody can pay it"
    assert OnlineTopUp.objects.count() == 2


@pytest.mark.capability("A086.1")
def test_the_school_is_found_by_its_code_and_another_is_not(phone):
    said = phone.ask("school", school_code="10543")
    assert (said["name"], said["city"]) == ("湖南理工学院", "岳阳")
    assert said["presets_fen"] == [5000, 10000, 20000, 30000]
    for other in ("99999", "1054", "105430"):
        assert phone.ask("school", school_code=other)["code"] == "bank.school_unknown", other


@pytest.mark.capability("A086.1")
def test_the_schools_code_is_configured(phone, school_file):
    school_file({'school_code = "10543"': 'school_code = "10544"'})
    assert phone.ask("school", school_code="10543")["code"] == "bank.school_unknown"
    assert phone.ask("school", school_code="10544")["outcome"] == "done"


@pytest.mark.capability("A087.2", "A088.1", "A153.1", "A084.1")
def test_name_number_and_id_then_a_code_to_the_phone_on_record_bind(campus, phone):
    asked = phone.verify("student", phone="13999999999")
    assert asked["phone"] == "139****0000"
    message = SmsMessage.objects.order_by("-pk").first()
    assert message.phone == "13907300000"
    other_app = Phone(key="yunshanfu", name="云闪付")
    assert other_app.ask("bind", binding=asked["binding"], code=last_code())["code"] == "bank.binding_not_found"
    assert phone.ask("look", binding=asked["binding"])["code"] == "bank.binding_not_found", "not before the code"
    said = phone.ask("bind", binding=asked["binding"], code=last_code())
    assert other_app.ask("look", binding=asked["binding"])["code"] == "bank.binding_not_found"
    assert (said["name"], said["campus_no"], said["balance_fen"], said["device"]) == (
        "林小满",
        CAST["student"][2],
        0,
        "小米 15",
    )
    assert len(said["virtual_no"]) == 16
    device = CodeDevice.objects.get()
    assert (device.person_id, device.name) == (campus.persons["student"], "完美校园 · 小米 15")


@pytest.mark.capability("A087.1", "A153.1")
@pytest.mark.parametrize(
    "changes",
    [
        {"name": "林小蛮"},
        {"id_number": ID_NUMBERS["teacher"]},
        {"campus_no": "99999999"},
        {"campus_no": CAST["teacher"][2]},
    ],
)
def test_whichever_differs_the_words_are_the_same_and_nobody_gets_a_message(phone, changes):
    said = phone.verify("student", **changes)
    assert (said["code"], said["sentence"]) == (
        "bank.identity_differs",
        "姓名、学工号、证件号与学校登记不一致，还可以试 2 次。",
    )
    assert SmsMessage.objects.count() == 0
    assert phone.verify("student")["outcome"] == "done", "and where all three agree he is asked for the code"
    assert SmsMessage.objects.count() == 1


@pytest.mark.capability("A088.1", "A117.1", "A153.1")
@pytest.mark.parametrize("state", ["lost", "frozen", "closed"])
def test_a_card_that_does_not_pay_becomes_no_virtual_one(campus, phone, state):
    Card.objects.filter(person_id=campus.persons["student"]).update(state=state, lost_at=now())
    assert phone.verify("student")["outcome"] == "refused"
    assert (SmsMessage.objects.count(), Binding.objects.count()) == (0, 0)


@pytest.mark.capability("A087.2", "A153.1")
def test_a_phone_that_an_office_changed_today_gets_no_code(campus, phone):
    """Whoever may write the record could else add somebody's card to a phone of his own."""
    changed = people.PersonRecord(key="1", person_id=campus.persons["student"], phone="13900139009")
    with time_machine.travel(now() + timedelta(days=2)):
        people.apply_records(by=SYSTEM, records=[changed], origin=people.Origin(source="sa.contacts", title="联系方式"))
        said = phone.verify("student")
        assert (said["code"], "满 24 小时" in said["sentence"]) == ("bank.phone_unsettled", True)
        assert SmsMessage.objects.count() == 0
    with time_machine.travel(now() + timedelta(days=3, minutes=1)):
        assert phone.verify("student")["outcome"] == "done"
        assert SmsMessage.objects.get().phone == "13900139009"


@pytest.mark.capability("A087.3", "A153.1")
def test_three_failures_lock_also_for_the_right_answer_until_the_holder_lifts_it(campus, phone):
    for _time in range(3):
        said = phone.verify("student", name="林小蛮")
    assert said["code"] == "bank.binding_locked"
    assert phone.verify("student")["code"] == "bank.binding_locked"
    assert Phone(user="u-2").verify("student")["code"] == "bank.binding_locked"
    assert phone.verify("teacher")["code"] == "bank.binding_locked"
    failed = AuditEntry.objects.filter(action="card.binding_failed").order_by("id")
    assert [one.facts["failures"] for one in failed] == [1, 2, 3]
    assert bindings.unlock(by=campus.actor("student"), person_id=campus.persons["student"])
    entry = AuditEntry.objects.get(action="card.unlock_binding")
    assert (entry.actor, entry.target) == ("林小满", f"person:{campus.persons['student']}")
    assert Phone(user="u-2").verify("student")["outcome"] == "done"


@pytest.mark.capability("A087.3")
def test_failures_are_counted_for_the_holder_however_the_number_is_typed(campus):
    """Each spelling, and each further number of his, had three tries of its own at name and document, for as many app users as one has."""
    number = CAST["student"][2]
    second = Affiliation.objects.get(campus_no=number)
    second.pk, second.campus_no = None, "Z990001"
    second.save()
    wide = number.translate({ord("0") + n: chr(ord("０") + n) for n in range(10)})
    said = [
        Phone(user=f"u-{at}").verify("student", name="林小蛮", campus_no=typed)["code"]
        for at, typed in enumerate((number, wide, "ｚ９９０００１"))
    ]
    assert said == ["bank.identity_differs", "bank.identity_differs", "bank.binding_locked"]
    for at, typed in enumerate((number, wide, "Z990001", "z990001")):
        assert Phone(user=f"v-{at}").verify("student", campus_no=typed)["code"] == "bank.binding_locked"
    unknown = [
        Phone(user=f"w-{at}").verify("student", campus_no=typed)["code"]
        for at, typed in enumerate(("x1", "X1", "Ｘ１", "x１"))
    ]
    assert unknown == ["bank.identity_differs"] * 2 + ["bank.binding_locked"] * 2
    targets = [one.target for one in AuditEntry.objects.filter(action="card.binding_failed").order_by("id")]
    assert [len(set(some)) for some in (targets[:2], targets[:3], targets[3:])] == [1, 2, 1], "as far as it is one text"
    typed_in_full = {number, wide, "ｚ９９０００１", "Z990001", "x1", "X1"}
    assert not any(one in target for one in typed_in_full for target in targets), "it may be a password"


def test_who_works_and_studies_here_is_shown_the_number_that_his_card_follows(campus, phone):
    """The newest is the one under which he studies."""
    mine = Affiliation.objects.get(campus_no=CAST["teacher"][2])
    mine.pk, mine.campus_no, mine.kind, mine.starts_on = None, "24990001", "student", campus_today()
    mine.save()
    assert people.person_card(campus.persons["teacher"]).affiliations[0].campus_no == "24990001"
    phone.bind("teacher")
    assert phone.ask("look")["campus_no"] == CAST["teacher"][2]


@pytest.mark.capability("A087.2", "A153.1")
@pytest.mark.usefixtures("clock_stands")
def test_who_knows_the_document_floods_no_phone_and_closes_it_for_no_other_app_user(campus, phone):
    said = [phone.verify("student")["code"] for _time in range(6)]
    assert said == ["ok"] * 3 + ["bank.binding_codes_used_up"] * 3
    assert SmsMessage.objects.count() == 3
    mine = Phone(user="u-2")
    assert mine.ask("bind", binding=mine.verify("student")["binding"], code=last_code())["outcome"] == "done"
    assert [Phone(user=f"u-{number}").verify("student")["code"] for number in range(3, 7)] == [
        "ok",
        "ok",
        *["bank.binding_codes_used_up"] * 2,
    ]
    assert phone.verify("teacher")["outcome"] == "done"


@pytest.mark.capability("A087.3")
def test_a_lock_ends_by_itself(phone):
    for _time in range(3):
        phone.verify("student", name="林小蛮")
    BindingLock.objects.update(locked_until=now() - timedelta(seconds=1))
    assert phone.verify("student")["outcome"] == "done"


@pytest.mark.capability("A084.1", "A087.2", "A088.1", "A153.1")
def test_a_code_is_tried_three_times_and_lives_ten_minutes(phone):
    asked = phone.verify("student")
    right = last_code()
    wrong = "000000" if right != "000000" else "111111"
    for _time in range(3):
        assert phone.ask("bind", binding=asked["binding"], code=wrong)["code"] == "bank.binding_code"
    assert phone.ask("bind", binding=asked["binding"], code=right)["code"] == "bank.binding_code"
    assert AuditEntry.objects.filter(action="card.refuse_binding_code").count() == 3
    assert not Binding.objects.filter(state="active").exists()
    asked_at = now()
    again = phone.verify("student")
    assert phone.ask("bind", binding=asked["binding"], code=right)["code"] == "bank.binding_not_found", "asked anew"
    assert "10 分钟内有效" in SmsMessage.objects.latest("pk").text
    with time_machine.travel(asked_at + timedelta(minutes=10, seconds=5), tick=False):
        assert phone.ask("bind", binding=again["binding"], code=last_code())["code"] == "bank.binding_code"
    with time_machine.travel(asked_at + timedelta(minutes=11), tick=False):
        last = phone.verify("student")
    with time_machine.travel(asked_at + timedelta(minutes=20, seconds=55), tick=False):
        assert phone.ask("bind", binding=last["binding"], code=last_code())["outcome"] == "done"


@pytest.mark.capability("A088.3", "A084.1", "A153.1")
def test_a_new_phone_ends_the_former_and_its_codes(campus, phone):
    phone.bind("student")
    other = Phone(user="u-2")
    other.bind("student")
    assert phone.ask("look")["code"] == "bank.binding_not_found"
    assert list(CodeDevice.objects.order_by("pk").values_list("ending", flat=True)) == ["replaced", ""]
    assert other.ask("look")["name"] == "林小满"
    former = other.binding
    other.bind("teacher")
    assert other.ask("look")["name"] == CAST["teacher"][0]
    assert other.ask("look", binding=former)["code"] == "bank.binding_not_found", "one app user holds one card"


def test_the_database_lets_one_app_hold_one_binding_for_a_person(campus, phone):
    phone.bind("student")
    first = Binding.objects.get(state="active")
    with pytest.raises(IntegrityError), transaction.atomic():
        Binding.objects.create(
            app=first.app,
            app_user="x",
            person_id=first.person_id,
            virtual_no="9000",
            device="x",
            state="active",
            bound_at=now(),
            code_expires_at=now(),
        )


@pytest.mark.capability("A088.3")
def test_a_revoked_phone_neither_looks_nor_pays(campus, phone):
    phone.bind("student")
    assert read_code(phone.ask("code", kind="pay")["code"]).kind == "pay"
    bindings.revoke(by=campus.actor("student"), binding=Binding.objects.get(state="active"), reason="手机丢了")
    for operation in ("look", "rows", "loss", "unbind"):
        assert phone.ask(operation)["code"] == "bank.binding_not_found"
    assert phone.ask("code", kind="pay")["code"] == "bank.binding_not_found"
    assert phone.ask("top_up", amount_fen=5000)["code"] == "bank.binding_not_found"
    assert CodeDevice.objects.get().ending == "owner"
    entry = AuditEntry.objects.get(action="card.unbind_app")
    assert (entry.actor, entry.reason, entry.facts["device"]) == ("林小满", "手机丢了", "小米 15")


@pytest.mark.capability("A088.3")
def test_a_phone_ended_among_the_codes_ends_the_binding_too(campus, phone):
    phone.bind("student")
    CodeDevice.objects.update(ended_at=now(), ending="lost")
    assert phone.ask("look")["code"] == "bank.binding_not_found"
    assert Binding.objects.get().state == "revoked"


@pytest.mark.capability("A136.1", "A136.2", "A153.1")
def test_recharging_in_the_app_is_pending_without_waiting_for_a_job_and_the_same_request_is_one_order(
    campus, phone, bank
):
    phone.bind("student")
    first = phone.ask("top_up", request="order-1", amount_fen=5000)
    assert phone.ask("top_up", request="order-1", amount_fen=5000)["order"] == first["order"]
    assert phone.ask("top_up", request="order-1", amount_fen=5001)["outcome"] == "refused", "another sum under it"
    assert phone.ask("top_up/look", order=first["order"])["state"] == "opened"
    bank.fault("notice", "twice")
    bank.do("pay", tn=first["tn"], card=CARDS["student"])
    assert phone.ask("top_up/look", order=first["order"])["state"] == "credited"
    assert phone.ask("top_up", request="order-1", amount_fen=5000)["order"] == first["order"], "also once it is paid"
    assert phone.ask("look")["pending_fen"] == 5000
    assert campus.bank_balance("student") == BEGINNING_FEN - 5000
    assert OnlineTopUp.objects.get().told_times == 2
    assert phone.ask("loss")["outcome"] == "done"
    assert phone.ask("top_up", amount_fen=100)["outcome"] == "refused", "no money for a card that was reported lost"
    assert ledger.trial_balance().difference_fen == 0


@pytest.mark.capability("A136.3")
def test_a_recharge_that_cannot_be_credited_goes_back_to_the_bank_once(campus, phone, bank):
    """The card was closed between the order and the payment; the app is told what became of it."""
    phone.bind("student")
    order = phone.ask("top_up", amount_fen=5000)
    Card.objects.filter(person_id=campus.persons["student"]).update(state="closed")
    bank.do("pay", tn=order["tn"], card=CARDS["student"])
    drive(4)
    assert OnlineTopUp.objects.get().state == "refunded"
    assert campus.bank_balance("student") == BEGINNING_FEN
    assert Claimable.objects.count() == 0
    assert ledger.trial_balance().difference_fen == 0


@pytest.mark.capability("A154.2")
def test_limits_hold_in_the_app(phone):
    phone.bind("student")
    for fen in (99, 50_001):
        assert phone.ask("top_up", amount_fen=fen)["code"] == "bank.load_limit"
    for fen in (100, 50_000):
        assert phone.ask("top_up", request=f"of-{fen}", amount_fen=fen)["outcome"] == "done", "the limit itself"
    assert phone.ask("top_up", amount_fen=-1)["code"] == "malformed"


@pytest.mark.capability("A151.1")
def test_details_loss_and_news_of_the_app(campus, phone):
    messages.publish_notice(by=SYSTEM, title="食堂新增窗口", body="明天起")
    phone.bind("student")
    campus.top_up("student", 5000)
    campus.top_up("teacher", 700)
    campus.pay("student", 600)
    found = phone.ask("rows")["rows"]
    assert [(one["kind"], one["amount_fen"]) for one in found] == [("消费", 600), ("充值", 5000)]
    assert [one["id"] for one in phone.ask("rows", before=found[0]["id"])["rows"]] == [found[1]["id"]]
    assert [one["title"] for one in phone.ask("news")["news"]] == ["食堂新增窗口"]
    assert phone.ask("loss")["card_state"] == "lost"
    assert AuditEntry.objects.get(action="card.report_lost").facts["proof"] == "bound app", "nobody signed in for it"
    assert campus.pay("student", 100) == "card_lost"
    assert phone.ask("code", kind="pay")["outcome"] == "refused"


@pytest.mark.capability("A151.1")
def test_a_sale_that_was_uploaded_late_stands_where_it_happened(campus, phone):
    """As on the holder's page and at the kiosk, also on the second page."""
    phone.bind("student")
    campus.top_up("student", 5000)
    campus.pay("student", 600)
    with time_machine.travel(now() - timedelta(hours=1)):
        campus.pay("student", 300)
    found = phone.ask("rows")["rows"]
    assert [one["amount_fen"] for one in found] == [600, 5000, 300]
    assert [one["amount_fen"] for one in phone.ask("rows", before=found[1]["id"])["rows"]] == [300]
    assert phone.ask("rows", before=2**40)["rows"] == []


@pytest.mark.capability("A136.1", "A151.1", "A153.1")
def test_one_holder_never_sees_anothers_order(campus, phone, bank):
    phone.bind("student")
    order = phone.ask("top_up", amount_fen=5000)["order"]
    other = Phone(user="u-2")
    other.bind("teacher")
    assert other.ask("top_up/look", order=order)["code"] == "bank.top_up_not_found"
    campus.top_up("student", 3000)
    seen = [one.ask("look") for one in (phone, other)]
    assert [(one["name"], one["balance_fen"]) for one in seen] == [(CAST["student"][0], 3000), (CAST["teacher"][0], 0)]
    assert Phone(key="yunshanfu", name="云闪付").ask("look", binding=phone.binding)["code"] == "bank.binding_not_found"


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "5b" * 32},
        {"clock": 1_700_000_000},
        {"clock": "9" * 5000},
        {"app": "nobody"},
        {"signed": b"{}"},
    ],
)
@pytest.mark.capability("A151.1")
def test_who_does_not_sign_rightly_learns_nothing(phone, changes):
    assert phone.send("school", {"school_code": "10543"}, **changes).status_code == 401


def test_a_recorded_question_cannot_be_played_again(phone):
    """What changed something is told once more and not done; what only looks is not even told."""
    phone.bind("student")
    first = phone.ask("loss", request="again")
    assert first["outcome"] == "done"
    assert phone.ask("loss", request="again") == first
    assert AuditEntry.objects.filter(action="card.report_lost").count() == 1
    assert phone.ask("unbind", request="again")["code"] == "request_reused"
    assert phone.ask("loss", request="again", binding="other")["code"] == "request_reused"
    assert phone.ask("look", request="seen")["outcome"] == "done"
    assert phone.ask("look", request="seen")["code"] == "request_reused"
    assert first["card_state"] not in AppRequest.objects.values_list("answer", flat=True)


def test_a_question_whose_work_broke_off_is_not_used_up(campus, phone, monkeypatch):
    """The database goes amid the work: nothing was done, and the app may ask the same again."""
    phone.bind("student")
    really = APP_OPERATIONS["loss"]

    def break_off(asked):
        really.work(asked)
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setitem(APP_OPERATIONS, "loss", really._replace(work=break_off))
        with pytest.raises(OperationalError):
            phone.ask("loss", request="once")
    assert campus.card("student").state == "issued"
    assert phone.ask("loss", request="once")["outcome"] == "done"
    assert campus.card("student").state == "lost"


@pytest.mark.capability("A087.2")
def test_a_wrong_code_told_again_is_counted_once(phone):
    asked = phone.verify("student")
    wrong = {"binding": asked["binding"], "code": "000000"}
    told = [phone.ask("bind", request="typed", **wrong) for _time in range(3)]
    assert told[1:] == told[:1] * 2
    assert told[0]["outcome"] == "refused"
    left = Binding.objects.get().tries_left
    assert phone.ask("bind", request="typed again", **wrong)["outcome"] == "refused"
    assert Binding.objects.get().tries_left == left - 1


@pytest.mark.capability("A136.2")
def test_the_number_of_an_order_stands_for_that_holder_and_sum(campus, phone):
    phone.bind("student")
    order = phone.ask("top_up", request="once", amount_fen=5000)
    other = Phone(user="u-2")
    other.bind("teacher")
    for told in (
        other.ask("top_up", request="once", amount_fen=5000),
        phone.ask("top_up", request="once", amount_fen=100),
    ):
        assert (told["outcome"], told["code"], "order" in told) == ("refused", "request_reused", False)
    assert phone.ask("top_up", request="once", amount_fen=5000) == order
    assert OnlineTopUp.objects.count() == 1


@pytest.mark.parametrize("body", [{}, {"binding": 7}, {"binding": "x"}, {"binding": "a\0b"}, {"binding": ["1"]}])
def test_garbage_is_refused(phone, body):
    assert phone.ask("look", **body)["outcome"] == "refused" if body else phone.send("look", body).status_code == 200


@pytest.mark.capability("A153.2")
def test_a_wrong_binding_is_appealed_and_ended_by_a_clerk(campus, phone):
    phone.bind("student")
    neighbour = Phone(user="u-3")
    neighbour.bind("teacher")
    elsewhere = Phone(key="yunshanfu", name="云闪付", user="u-4")
    elsewhere.bind("student")
    for _twice in range(2):
        said = Phone(user="u-2").ask(
            "appeal", campus_no=CAST["student"][2], name="林小满", phone="13907300000", text="不是我绑的"
        )
        assert said["outcome"] == "done"
    unfounded, found = Appeal.objects.order_by("pk")
    appeals.decide(by=campus.actor("clerk"), public_id=unfounded.public_id, is_upheld=False, answer="是本人绑的")
    assert phone.ask("look")["outcome"] == "done", "who was wrong ends nothing"
    appeals.decide(by=campus.actor("clerk"), public_id=found.public_id, is_upheld=True, answer="已核对身份证")
    assert phone.ask("look")["code"] == "bank.binding_not_found"
    assert Binding.objects.get(state="revoked").reason == "误绑申诉：已核对身份证"
    decided = AuditEntry.objects.filter(action="card.decide_appeal").order_by("id")
    assert [(one.reason, one.actor) for one in decided] == [("是本人绑的", "周敏"), ("已核对身份证", "周敏")]
    assert neighbour.ask("look")["name"] == CAST["teacher"][0], "and nobody else's binding"
    assert elsewhere.ask("look")["name"] == CAST["student"][0], "nor the one in another app"
    clerk = campus.actor("clerk").account_id
    settled = Appeal.objects.order_by("pk").values_list("state", "clerk")
    assert list(settled) == [("refused", clerk), ("revoked", clerk)]


@pytest.mark.capability("A154.2")
def test_a_load_and_a_top_up_share_the_limit(campus, phone, bank):
    campus.agree("student")
    phone.bind("student")
    for _time in range(4):
        loads.ask_load(by=campus.actor("student"), card=campus.card("student"), amount_fen=50_000, terminal=None)
        drive()
    assert phone.ask("top_up", amount_fen=100)["code"] == "bank.load_balance"
