"""The counter's pages: who may, how a person is found, that a form posts once, that two clerks make an exception."""

from uuid import uuid4

import pytest

from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.card.models import CashException, Receipt, TopUp
from nanhu.systems.card.tests.conftest import CAST, queries_of
from nanhu.systems.card.views.counter import find
from nanhu.testing.members import also_studies

COUNTER = "/card/counter/"


def desk(campus, part: str, tail: str = "") -> str:
    return f"{COUNTER}cards/{campus.card(part).public_id}/{tail}"


def text(answer) -> str:
    return answer.content.decode()


def balance(campus, part: str) -> int:
    return ledger.balance_of(campus.card(part).wallet_id)


def form_of(campus, part: str, **given) -> dict[str, str]:
    """The form as the page hands it out, filled in."""
    form = campus.client("clerk").get(desk(campus, part)).context["form"]
    return {"token": str(form["token"].value()), **given}


@pytest.mark.parametrize("part", ["student", "teacher"])
def test_a_stranger_finds_no_counter(campus, part):
    browser, card = campus.client(part), campus.card("teacher")
    asked = CashException.objects.create(
        token=uuid4(),
        card=card,
        amount_fen=1,
        reason="x",
        author_id=campus.actor("clerk").account_id,
        author_name="周敏",
    )
    done = campus.top_up("teacher", 100)
    exception = f"{COUNTER}exceptions/{asked.public_id}/"
    for path in (
        COUNTER,
        desk(campus, "teacher"),
        desk(campus, "teacher", "loss/"),
        f"{COUNTER}top-ups/",
        f"{COUNTER}exceptions/",
        exception,
        f"{COUNTER}top-ups/{done.pk}/",
    ):
        assert browser.get(path).status_code == 404, path
    for path in (
        desk(campus, "teacher", "top-up/"),
        desk(campus, "teacher", "ask/"),
        desk(campus, "teacher", "loss/"),
        f"{exception}approve/",
        f"{exception}refuse/",
        f"{exception}take/",
    ):
        assert browser.post(path, {"amount": "5", "token": uuid4(), "reason": "x", "answer": "x"}).status_code == 404, (
            path
        )
    assert balance(campus, "teacher") == 100
    assert campus.card("teacher").state == "issued"
    asked.refresh_from_db()
    assert asked.state == "pending"


@pytest.mark.parametrize("how", ["number", "campus_no", "uid", "name", "pinyin", "wide"])
def test_one_hit_opens_at_once(campus, how):
    card = campus.card("teacher")
    typed = {
        "number": card.number,
        "campus_no": CAST["teacher"][2],
        "uid": card.uid.lower(),
        "name": "陈志远",
        "pinyin": "czy",
        "wide": card.number.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)}),
    }[how]
    answer = campus.client("clerk").get(COUNTER, {"q": typed})
    assert (answer.status_code, answer.url) == (302, desk(campus, "teacher"))


def test_several_hits_are_a_list_and_none_is_said(campus):
    clerk = campus.client("clerk")
    several = text(clerk.get(COUNTER, {"q": "1423"}))
    assert "林小满" in several
    assert "赵一鸣" in several
    assert "没有找到" in text(clerk.get(COUNTER, {"q": "不存在的人"}))
    assert clerk.get(COUNTER, {"q": "\0%_'"}).status_code == 200


def test_focus_lands_where_the_hands_are(campus):
    clerk = campus.client("clerk")
    assert 'id="q"' in text(clerk.get(COUNTER)).split("autofocus")[0].rsplit("<", 1)[1]
    assert (
        'name="amount"'
        in text(clerk.get(desk(campus, "teacher"))).split("autofocus")[0].rsplit("<", 1)[1] + "autofocus"
    )


@pytest.mark.capability("A138.3")
def test_cash_is_posted_and_the_receipt_says_so(campus):
    answer = campus.client("clerk").post(
        desk(campus, "teacher", "top-up/"), form_of(campus, "teacher", amount="１００．５")
    )
    assert answer.status_code == 302
    page = text(campus.client("clerk").get(answer.url))
    done = TopUp.objects.get()
    assert all(
        word in page
        for word in ("¥ 100.50", "陈志远", campus.card("teacher").number, f"{done.pk:012d}", "周敏", "充值后余额")
    )
    assert balance(campus, "teacher") == 10050


@pytest.mark.parametrize("typed", ["3,0", "3，0", "1,23", "1 00", "١٢"])
def test_a_sum_that_could_be_two_is_refused_and_nothing_moves(campus, typed):
    answer = campus.client("clerk").post(desk(campus, "teacher", "top-up/"), form_of(campus, "teacher", amount=typed))
    assert answer.status_code == 422
    assert "不是有效的金额" in text(answer)
    assert balance(campus, "teacher") == 0


def test_the_page_has_a_place_for_what_was_understood_and_the_receipt_writes_it_out(campus):
    clerk = campus.client("clerk")
    assert '<output class="field-echo num" id="id_amount_echo" for="id_amount"' in text(
        clerk.get(desk(campus, "teacher"))
    )
    answer = clerk.post(desk(campus, "teacher", "top-up/"), form_of(campus, "teacher", amount="30"))
    assert "叁拾元整" in text(clerk.get(answer.url))


def test_double_click_back_and_resend_post_once(campus):
    clerk, form = campus.client("clerk"), form_of(campus, "teacher", amount="50")
    answers = [clerk.post(desk(campus, "teacher", "top-up/"), form) for _press in range(3)]
    assert len({answer.url.split("?")[0] for answer in answers}) == 1
    assert balance(campus, "teacher") == 5000
    assert TopUp.objects.count() == Receipt.objects.filter(kind="top_up").count() == 1
    assert "没有重复" in text(clerk.get(answers[1].url))
    assert "没有重复" not in text(clerk.get(answers[0].url))


def test_a_repeated_press_is_told_that_the_money_was_booked_once(campus):
    """As a browser sends it, with the token that the page gave the form."""
    clerk, form = campus.client("clerk"), form_of(campus, "teacher", amount="50") | {"form_token": str(uuid4())}
    first = text(clerk.post(desk(campus, "teacher", "top-up/"), form, follow=True))
    again = text(clerk.post(desk(campus, "teacher", "top-up/"), form, follow=True))
    assert ["钱只记了一笔" in page for page in (first, again)] == [False, True]
    assert "校园卡现金充值收据" in again
    assert balance(campus, "teacher") == 5000


def test_a_receipt_and_a_card_open_whole(campus):
    """Printing and the till's sums need their script, which a page beside a list does not load."""
    campus.top_up("teacher", 5000)
    clerk = campus.client("clerk")
    found = TopUp.objects.get()
    for path, target in (
        ("top-ups/", f"{COUNTER}top-ups/{found.receipt_id}/"),
        ("top-ups/", desk(campus, "teacher")),
        ("?q=1423", desk(campus, "student")),
    ):
        page = text(clerk.get(COUNTER + path))
        assert f'href="{target}"' in page
        assert "data-panel" not in page


def test_the_next_form_is_another_top_up(campus):
    clerk = campus.client("clerk")
    for _person in range(2):
        clerk.post(desk(campus, "teacher", "top-up/"), form_of(campus, "teacher", amount="50"))
    assert balance(campus, "teacher") == 10000


@pytest.mark.capability("A138.1")
def test_a_student_of_this_country_is_refused_by_rule(campus):
    clerk = campus.client("clerk")
    assert "不在现金充值范围内" in text(clerk.get(desk(campus, "student")))
    answer = clerk.post(desk(campus, "student", "top-up/"), {"amount": "50", "token": uuid4()})
    assert answer.status_code == 409
    assert "只面向教职工和留学生" in text(answer)
    assert "没有入账，钱没有动" in text(answer)
    assert balance(campus, "student") == 0
    assert not Receipt.objects.exists()
    assert clerk.post(desk(campus, "guest", "top-up/"), form_of(campus, "guest", amount="50")).status_code == 302
    assert balance(campus, "guest") == 5000


@pytest.mark.parametrize("amount", ["", "0", "-5", "1e3", "500.01", "12.345", "九十", "99999999999999999999", "=1+1"])
def test_an_amount_that_is_none_moves_nothing(campus, amount):
    answer = campus.client("clerk").post(desk(campus, "teacher", "top-up/"), form_of(campus, "teacher", amount=amount))
    assert answer.status_code in {400, 409, 422}
    assert balance(campus, "teacher") == 0


@pytest.mark.parametrize("token", ["", "x", "1"])
def test_a_form_without_its_token_is_not_posted(campus, token):
    answer = campus.client("clerk").post(desk(campus, "teacher", "top-up/"), {"amount": "50", "token": token})
    assert answer.status_code == 422
    assert balance(campus, "teacher") == 0


@pytest.mark.capability("A138.4")
def test_an_exception_takes_two_clerks_and_posts_once(campus):
    first, second = campus.client("clerk"), campus.client("second_clerk")
    form = form_of(campus, "student", amount="30", reason="银行卡被冻结，已联系辅导员")
    here = [first.post(desk(campus, "student", "ask/"), form).url for _press in range(2)]
    assert here[0] == here[1]
    assert CashException.objects.count() == 1
    assert "先不要收钱" in text(first.get(here[0]))
    assert first.post(f"{here[0]}approve/").status_code == 409
    assert first.post(f"{here[0]}take/").status_code == 409
    assert balance(campus, "student") == 0

    assert "银行卡被冻结" in text(second.get(COUNTER))
    assert "同意周敏收这笔现金" in text(second.get(here[0]))
    assert second.post(f"{here[0]}approve/").status_code == 302
    assert second.post(f"{here[0]}take/").status_code == 409

    assert "收现金 ¥ 30.00" in text(first.get(here[0]))
    answers = [first.post(f"{here[0]}take/") for _press in range(2)]
    assert answers[0].url.split("?")[0] == answers[1].url.split("?")[0]
    assert balance(campus, "student") == 3000
    assert "何平" in text(first.get(answers[0].url))


def test_a_refusal_says_why(campus):
    first, second = campus.client("clerk"), campus.client("second_clerk")
    here = first.post(desk(campus, "student", "ask/"), form_of(campus, "student", amount="30", reason="想交现金")).url
    assert second.post(f"{here}refuse/", {"answer": ""}).status_code == 422
    assert second.post(f"{here}refuse/", {"answer": "请用银行圈存"}).status_code == 302
    assert "请用银行圈存" in text(first.get(here))
    assert first.post(f"{here}take/").status_code == 409
    assert balance(campus, "student") == 0


def test_the_drawer_lists_what_she_took_herself_without_its_sum(campus):
    """The sum is said after the drawer was counted."""
    campus.top_up("teacher", 5000)
    campus.top_up("guest", 700)
    other = campus.client("second_clerk")
    other.post(desk(campus, "teacher", "top-up/"), {"amount": "1", "token": uuid4()})
    page = text(campus.client("clerk").get(f"{COUNTER}top-ups/"))
    assert all(word in page for word in ("¥ 50.00", "¥ 7.00", "陈志远"))
    assert "57.00" not in page
    assert "¥ 1.00" in text(other.get(f"{COUNTER}top-ups/"))


@pytest.mark.capability("A118.2")
def test_a_loss_is_taken_back_with_a_document_a_face_and_a_reason(campus):
    clerk, url = campus.client("clerk"), desk(campus, "student", "loss/")
    campus.top_up("student", 1000)
    assert clerk.post(url, {"document": "student_card", "reason": "本人到柜台"}).status_code == 302
    assert campus.pay("student", 100) == "card_lost"
    said, url = {"document": "resident_id", "face_checked": "on", "reason": "卡已找回"}, f"{url}take-back/"
    for missing in said:
        assert clerk.post(url, {key: value for key, value in said.items() if key != missing}).status_code == 422
        assert campus.card("student").state == "lost"
    assert clerk.post(url, said).status_code == 302
    assert campus.pay("student", 100) == "posted"


@pytest.mark.parametrize("path", ["", "top-ups/", "exceptions/"])
def test_lists_ask_little_of_the_database(campus, path):
    campus.top_up("student", 5000)
    campus.top_up("teacher", 5000)
    assert queries_of(campus.client("clerk"), COUNTER + path) <= 12


def test_the_persons_page_asks_little_of_the_database(campus):
    campus.top_up("teacher", 5000)
    assert queries_of(campus.client("clerk"), desk(campus, "teacher")) <= 12


def test_the_list_of_what_waits_names_the_holder_not_the_clerk(campus):
    CashException.objects.create(
        token=uuid4(),
        card=campus.card("teacher"),
        amount_fen=1,
        reason="x",
        author_name="周某人",
        author_id=campus.actor("second_clerk").account_id,
    )
    page = campus.client("clerk").get(COUNTER).content.decode()
    assert people.person_card(campus.card("teacher").person_id).name in page.partition('id="waiting"')[2]
    assert campus.card("teacher").number in page.partition('id="waiting"')[2]
    assert "周某人" not in page


def test_who_works_and_studies_here_stands_at_the_counter_with_the_tie_that_the_card_follows(campus):
    also_studies(campus.persons["teacher"])
    clerk, number = campus.client("clerk"), CAST["teacher"][2]
    page = text(clerk.get(desk(campus, "teacher")))
    assert (number in page, "24990001" in page) == (True, False)
    assert [hit.tie.campus_no for hit in find(CAST["teacher"][0])] == [number]
