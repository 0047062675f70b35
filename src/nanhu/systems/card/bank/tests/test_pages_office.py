"""The office's pages: signing new students, differences closed by two, loads and sums nobody claimed, payout files."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.errors import AgreementExistsError
from nanhu.platforms.payments.models import Agreement, BankPayout, BulkSigning, Channel, Difference
from nanhu.platforms.payments.services import reconciliation
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.bank.services import loads, money_back
from nanhu.systems.card.bank.tests.conftest import BEGINNING_FEN, CARDS, ID_NUMBERS, PHONES, drive
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.funds.checks import funds_differences
from nanhu.systems.card.funds.models import Withdrawal
from nanhu.systems.card.funds.services import withdrawals
from nanhu.systems.card.models import Card
from nanhu.systems.card.tests.conftest import CAST, SYSTEM, make_finance, queries_of
from nanhu.testing.members import also_studies

DESK, CARD_DESK = "/payments/", "/card/bank/desk/"
HEAD = "学号,姓名,证件号,银行卡号,预留手机号\n"


@pytest.fixture
def clerk(campus):
    return campus.client("clerk")


@pytest.fixture
def finance(campus):
    make_finance(campus, "second_clerk")
    return campus.client("second_clerk")


def text_of(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def file_of(answer):
    return b"".join(answer.streaming_content).decode()


def line(part, **changes):
    facts = {
        "no": CAST[part][2],
        "name": CAST[part][0],
        "id": ID_NUMBERS[part],
        "card": CARDS[part],
        "phone": PHONES[part],
    }
    return ",".join({**facts, **changes}.values()) + "\n"


def test_only_finance_is_led_to_what_finance_does(clerk, finance):
    for path in ("payouts/", "deposits/"):
        assert (DESK + path in text_of(clerk, DESK)) is (clerk.get(DESK + path).status_code == 200)
        assert DESK + path in text_of(finance, DESK)


def test_an_appeal_names_the_app_as_people_call_it(clerk):
    channel = Channel.objects.create(key="campus_app", kind="app", name="掌上校园")
    page = text_of(clerk, "/card/bank/phones/appeal/")
    assert channel.name in page
    assert "object (" not in page


def hand_in(client, text, token=None):
    token = token or str(client.get(DESK + "bulk/").context["form"]["token"].value())
    return client.post(DESK + "bulk/", {"file": SimpleUploadedFile("新生.csv", text.encode()), "token": token})


@pytest.mark.capability("A141.1", "A141.2")
def test_new_students_are_signed_by_a_list_and_who_is_missing_is_known(campus, clerk, bank):
    wrong = hand_in(clerk, HEAD + line("student") + line("other_student", id=ID_NUMBERS["teacher"]))
    assert wrong.status_code == 422
    assert "学号、姓名、证件号与学校登记不一致" in wrong.content.decode()
    assert (Agreement.objects.count(), BulkSigning.objects.count()) == (0, 0)
    for part, days in (("clerk", 121), ("guest", 119)):
        Card.objects.filter(pk=campus.card(part).pk).update(created_at=now() - timedelta(days=days))
    Card.objects.filter(pk=campus.card("second_clerk").pk).update(state="expired")
    bank.fault("sign", "silent_after")
    card, told = "6228480088888888158", "13900008888"  # a phone that the bank has, and the school has not
    bank.add_customer(CAST["student"][0], ID_NUMBERS["student"], told, card)
    listed = line("teacher") + line("student", card=card, phone=told) + line("other_student", card=CARDS["teacher"])
    answer = hand_in(clerk, HEAD + listed)
    noted = AuditEntry.objects.get(action="payments.bulk_sign")
    assert (noted.actor, noted.facts["rows"]) == (CAST["clerk"][0], 3)
    result = text_of(clerk, answer.url)
    assert re.findall(r'data-label="结果">\s*(\w+)', result) == ["正在向银行核验", "已签约", "未通过"]
    assert "银行没有答复，正在查询" in result
    assert "四项不一致" in result
    assert card not in result
    assert Agreement.objects.get(state="active").source == "bulk"
    missing = text_of(clerk, CARD_DESK + "unsigned/")
    assert CAST["student"][2] not in missing
    found = missing.partition("<tbody")[2].partition("</tbody")[0].split("</tr>")
    [row] = [one for one in found if CAST["other_student"][2] in one]
    assert CAST["other_student"][0] in row
    assert campus.card("other_student").number in row
    assert CAST["guest"][2] in missing, "who stood on no list"
    for part, why in (("teacher", "being asked for"), ("clerk", "of long ago"), ("second_clerk", "no card")):
        assert CAST[part][2] not in missing.partition("<main")[2], why
    assert CAST["clerk"][2] in text_of(
        clerk, f"{CARD_DESK}unsigned/?issued_from={campus_today() - timedelta(days=200)}"
    )
    assert CAST["other_student"][0] in file_of(clerk.get(CARD_DESK + "unsigned/?export=csv"))
    assert "8158" in file_of(clerk.get(DESK + "agreements/?export=csv"))
    load = loads.ask_load(by=SYSTEM, card=campus.card("student"), amount_fen=3000, terminal=None)
    drive()
    load.refresh_from_db()
    assert load.state == "credited"


@pytest.mark.capability("A141.1")
def test_the_same_form_twice_and_whoever_is_signed_already_asks_the_bank_nothing_new(campus, clerk):
    campus.agree("teacher")
    token = "5f0c3a44-6f2a-4d0e-9a51-2f8a5b1d7e12"
    as_typed = {
        "card": f" {CARDS['student'][:4]} {CARDS['student'][4:]}",
        "phone": PHONES["student"].translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    }
    first = hand_in(clerk, HEAD + line("student", **as_typed) + line("teacher"), token)
    assert hand_in(clerk, HEAD + line("student"), token).url == first.url
    result = text_of(clerk, first.url)
    assert "未送银行" in result
    assert AgreementExistsError(tail=CARDS["teacher"][-4:]).message in result
    assert Agreement.objects.count() == 2


@pytest.mark.capability("A141.1")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "学号,姓名\n1,2\n",
        HEAD,
        HEAD + "1,2,3\n",
        HEAD + line("student") * 2,
        HEAD + line("student", phone="1390730"),
        HEAD + line("student", name="林小蛮"),
        HEAD + line("student", card="62284800888"),
    ],
)
def test_a_list_that_does_not_fit_is_refused_with_its_lines(clerk, text):
    answer = hand_in(clerk, text)
    assert answer.status_code == 422
    assert Agreement.objects.count() == 0


def test_agreements_are_found_by_number_name_and_tail(campus, clerk):
    campus.agree("student")
    for asked in (CAST["student"][2], "林小满", "8018"):
        assert "已签约" in text_of(clerk, f"{DESK}agreements/?q={asked}")
    assert "没有符合条件的" in text_of(clerk, f"{DESK}agreements/?q=8018&state=refused")


@pytest.mark.capability("A137.1", "A137.2")
def test_live_notice_and_file_of_the_banks_app_agree_and_what_does_not_is_closed_by_two(campus, clerk, bank):
    """One transfer is told at once, one never: the file brings it, one clerk says whose it is, another agrees."""

    def send(fen):
        return bank.do("transfer", card=CARDS["student"], campus_no=CAST["student"][2], amount_fen=fen)

    assert send(2000)["outcome"] == "done"
    assert loads.held_fen(campus.card("student")) == 2000
    assert reconciliation.bank_differences(campus_today()) == []
    bank.fault("transfer", "silent_after")
    send(5000)
    (found,) = reconciliation.bank_differences(campus_today())
    address = f"{DESK}differences/{found.public_id}/"
    assert address in text_of(clerk, DESK)
    assert "50.00" in file_of(clerk.get(DESK + "?export=csv"))
    assert "银行经办" in text_of(clerk, address)
    assert clerk.post(address + "agree/").status_code == 409
    assert clerk.post(address + "propose/", {"reason": ""}).status_code == 422
    clerk.post(address + "propose/", {"reason": "银行文件有，通知没有到"})
    assert "等另一位经办人复核" in text_of(clerk, address)
    assert clerk.post(address + "agree/").status_code == 409
    assert loads.held_fen(campus.card("student")) == 2000
    todos = [text_of(campus.client(part), "/flows/") for part in ("second_clerk", "clerk")]
    assert ["银行文件有，通知没有到" in one for one in todos] == [True, False]
    campus.client("second_clerk").post(address + "agree/")
    campus.client("second_clerk").post(address + "agree/")
    assert loads.held_fen(campus.card("student")) == 7000
    bank.do("repeat")
    assert loads.held_fen(campus.card("student")) == 7000
    assert reconciliation.bank_differences(campus_today()) == []
    assert "没有差异" in text_of(clerk, DESK)
    noted = AuditEntry.objects.filter(action__endswith="_difference").order_by("pk")
    assert [(one.action.partition(".")[2], one.actor) for one in noted] == [
        ("propose_difference", CAST["clerk"][0]),
        ("settle_difference", CAST["second_clerk"][0]),
    ]
    assert (receipt_differences(), funds_differences(), ledger.trial_balance().difference_fen) == ([], [], 0)


@pytest.mark.capability("A137.2")
def test_a_difference_may_be_sent_back_and_then_explained_without_moving_money(campus, clerk, bank):
    bank.fault("transfer", "silent_after")
    bank.do("transfer", card=CARDS["student"], campus_no=CAST["student"][2], amount_fen=5000)
    (found,) = reconciliation.bank_differences(campus_today())
    address = f"{DESK}differences/{found.public_id}/"
    clerk.post(address + "propose/", {"reason": "补记"})
    campus.client("second_clerk").post(address + "refuse/", {"answer": "先问银行"})
    assert campus.client("second_clerk").post(address + "agree/").status_code == 409
    clerk.post(address + "explain/", {"note": "银行次日冲正"})
    found.refresh_from_db()
    assert (found.state, found.note, found.entry_id) == ("explained", "银行次日冲正", None)
    assert loads.held_fen(campus.card("student")) == 0
    assert reconciliation.bank_differences(campus_today()) == [], "and stays so when the day is compared again"
    noted = AuditEntry.objects.filter(action__endswith="_difference").order_by("pk")
    assert [(one.action.partition(".")[2], one.actor, one.reason) for one in noted] == [
        ("propose_difference", CAST["clerk"][0], "补记"),
        ("refuse_difference", CAST["second_clerk"][0], "先问银行"),
        ("settle_difference", CAST["clerk"][0], "银行次日冲正"),
    ]


@pytest.mark.capability("A139.1", "A139.2")
def test_a_load_is_seen_with_every_step_it_took(campus, clerk):
    campus.agree("student")
    terminal = Terminal.objects.get(number="QC001")
    load = loads.ask_load(by=SYSTEM, card=campus.card("student"), amount_fen=3000, terminal=terminal)
    assert load.number in text_of(clerk, CARD_DESK)
    drive()
    assert load.number not in text_of(clerk, CARD_DESK), "nothing to do"
    assert load.number in text_of(clerk, CARD_DESK + "?state=credited")
    page = text_of(clerk, f"{CARD_DESK}loads/{load.number}/")
    assert re.findall(r'data-label="到">\s*(\w+)', page) == ["已发往银行", "银行已扣款", "已入账"]
    assert "圈存未领" in text_of(clerk, CARD_DESK + "unclaimed/")
    assert "¥ 30.00" in text_of(clerk, CARD_DESK + "unclaimed/").partition("<tfoot>")[2], "and what it comes to"
    assert "30.00" in file_of(clerk.get(CARD_DESK + "unclaimed/?export=csv"))


def left(campus, part="teacher", fen=4000):
    """Somebody who left, whose refund two clerks agreed to."""
    campus.agree(part)
    held = Agreement.objects.get(person_id=campus.persons[part], state="active")
    campus.top_up(part, fen)
    card = campus.card(part)
    Card.objects.filter(pk=card.pk).update(state="expired")
    to = withdrawals.BankCard(bank="农业银行", tail=held.tail, token=held.token)
    asked = withdrawals.ask_for_withdrawal(
        by=campus.actor("clerk"), card=Card.objects.get(pk=card.pk), to=to, reason="离校", token=held.public_id
    )
    return withdrawals.approve(by=campus.actor("second_clerk"), withdrawal=asked)


@pytest.mark.capability("A122.6")
def test_a_leavers_balance_goes_back_to_the_bank_from_the_form_to_the_file(campus, clerk):
    campus.agree("teacher")
    campus.top_up("teacher", 4000)
    new = CARD_DESK + "withdrawals/ask/"
    said = {"holder": CAST["teacher"][2], "reason": "调离", "token": "5f0c3a44-6f2a-4d0e-9a51-2f8a5b1d7e13"}
    assert clerk.post(new, said).status_code == 409, "she is still here"
    Card.objects.filter(pk=campus.card("teacher").pk).update(state="expired")
    assert clerk.post(new, said | {"holder": CAST["guest"][2]}).status_code == 409, "no bank card was signed for"
    address = clerk.post(new, said).url
    assert clerk.post(new, said).url == address
    assert clerk.post(address + "approve/").status_code == 409
    second = campus.client("second_clerk")
    assert [address in text_of(one, "/flows/") for one in (second, clerk)] == [True, False]
    page = text_of(second, address)
    assert all(words in page for words in ("¥ 40.00", "…8034", "调离"))
    assert second.post(address + "approve/").status_code == 302
    assert (second.post(address + "approve/").status_code, Withdrawal.objects.count()) == (409, 1)
    assert "待银行付款" in text_of(clerk, CARD_DESK + "withdrawals/")
    make_finance(campus, "second_clerk")
    assert second.post(DESK + "payouts/make/").status_code == 302
    assert BankPayout.objects.get().subject == str(Withdrawal.objects.get().public_id)
    for stranger in ("student", "teacher"):
        for path in (new, address):
            assert campus.client(stranger).get(path).status_code == 404


def results(payout, result="成功", **changes):
    facts = {
        "no": payout.number,
        "fen": f"{payout.amount_fen / 100:.2f}",
        "result": result,
        "ref": "BK1",
        "day": campus_today().isoformat(),
        "why": "" if result == "成功" else "户名不符",
        **changes,
    }
    return "付款编号,金额,结果,银行流水号,入账日期,原因\n" + ",".join(facts.values()) + "\n"


def take(client, address, text):
    return client.post(address, {"file": SimpleUploadedFile("结果.csv", text.encode())})


@pytest.mark.capability("A122.6")
def test_a_leavers_refund_goes_out_by_file_and_is_paid_when_the_bank_says_so(campus, finance):
    withdrawal = left(campus)
    address = finance.post(DESK + "payouts/make/").url
    (payout,) = BankPayout.objects.all()
    text = file_of(finance.get(address + "file.csv"))
    assert payout.number in text
    assert "40.00" in text
    assert CARDS["teacher"] not in text
    assert finance.post(DESK + "payouts/make/").status_code == 409
    assert BankPayout.objects.count() == 1
    said = campus.bank.gateway().pay_out(
        request=payout.number, token=payout.token, amount_fen=payout.amount_fen, purpose="退款"
    )
    answer = results(payout, ref=said.reference, day=said.settled_on.isoformat())
    for _time in range(2):
        assert take(finance, address, answer).status_code == 302
    withdrawal.refresh_from_db()
    assert (withdrawal.state, withdrawal.bank_reference) == ("paid", said.reference)
    assert campus.bank_balance("teacher") == BEGINNING_FEN + 4000
    assert reconciliation.bank_differences(campus_today()) == []
    assert take(finance, address, results(payout, "失败")).status_code == 422
    assert (receipt_differences(), funds_differences(), ledger.trial_balance().difference_fen) == ([], [], 0)


def test_the_desk_counts_what_waits_without_opening_a_token(campus, finance, monkeypatch):
    left(campus)
    monkeypatch.setattr(money_back.Refund, "owed", lambda _refund: pytest.fail("a token was opened to count"))
    assert "有 1 笔等银行付款的退款" in text_of(finance, DESK + "payouts/")


def test_a_returned_refund_stays_owed_and_goes_into_the_next_file(campus, finance):
    withdrawal = left(campus)
    address = finance.post(DESK + "payouts/make/").url
    payout = BankPayout.objects.get()
    take(finance, address, results(payout, "失败"))
    withdrawal.refresh_from_db()
    assert withdrawal.state == Withdrawal.State.APPROVED
    assert "户名不符" in text_of(finance, address)
    again = finance.post(DESK + "payouts/make/").url
    assert again != address
    take(finance, again, results(BankPayout.objects.latest("pk")))
    withdrawal.refresh_from_db()
    assert withdrawal.state == "paid"
    assert take(finance, address, results(payout)).status_code == 422


@pytest.mark.parametrize(
    "changes",
    [
        {"no": "PO00000000"},
        {"fen": "40.01"},
        {"fen": "-40"},
        {"result": "也许"},
        {"ref": ""},
        {"day": "昨天"},
    ],
)
def test_a_result_that_does_not_fit_pays_nothing(campus, finance, changes):
    withdrawal = left(campus)
    address = finance.post(DESK + "payouts/make/").url
    answer = take(finance, address, results(BankPayout.objects.get(), **changes))
    assert answer.status_code == 422
    withdrawal.refresh_from_db()
    assert withdrawal.state == "approved"


def test_strangers_find_no_such_desk_and_clerks_no_payouts(campus):
    pages = [DESK + path for path in ("", "agreements/", "bulk/", "apps/", "payouts/", "deposits/", "days/")]
    for path in (*pages, *(CARD_DESK + path for path in ("", "unsigned/", "unclaimed/", "appeals/"))):
        assert campus.client("student").get(path).status_code == 404
    assert campus.client("clerk").get(DESK + "payouts/").status_code == 404


def test_each_page_asks_a_bounded_number_of_queries(campus, clerk, bank):
    for part in ("student", "teacher", "other_student"):
        campus.agree(part)
        loads.ask_load(by=SYSTEM, card=campus.card(part), amount_fen=3000, terminal=None)
    bank.fault("transfer", "silent_after")
    bank.do("transfer", card=CARDS["clerk"], campus_no=CAST["student"][2], amount_fen=5000)
    reconciliation.bank_differences(campus_today())
    pages = [DESK + path for path in ("", "agreements/", "bulk/", "apps/", "channels/")]
    pages += [CARD_DESK + path for path in ("", "unsigned/", "unclaimed/", "appeals/")]
    for path in (*pages, f"{DESK}differences/{Difference.objects.latest('pk').public_id}/"):
        assert queries_of(clerk, path) <= 20, path


def test_who_works_and_studies_here_stands_unsigned_under_the_number_that_the_card_follows(campus, clerk):
    also_studies(campus.persons["teacher"])
    page = text_of(clerk, CARD_DESK + "unsigned/")
    assert (CAST["teacher"][2] in page, "24990001" in page) == (True, False)
