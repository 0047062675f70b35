"""Who keeps something is told that it is to be confirmed, and that somebody finds it wrong."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import now
from nanhu.platforms.messages.models import Entry
from nanhu.platforms.people import api as people
from nanhu.services.directory import jobs
from nanhu.services.directory.models import Phone
from nanhu.services.directory.services import keeping

BOOK = "/directory/"


def told(what):
    found = Entry.objects.filter(message__template=f"directory.{what}").order_by("pk")
    return list(found.values_list("person_id", "message__title"))


@pytest.mark.capability("A081.3")
def test_who_keeps_it_is_asked_once_a_month_after_a_year_until_it_is_confirmed(school):
    school.phone("报销大厅", "8640101")
    facts = {"name": "财务处公众号", "intro": "报销进度", "address": "http://weixin.qq.com/r/abcDEF123"}
    account = keeping.enter(by=school.actor("T0001"), kind="account", unit_id=school.units["20"], facts=facts)
    secretary = people.find_person_by_campus_no("T0002")
    assert jobs.ask_to_confirm() == 0
    first = now().replace(day=2) + timedelta(days=400)
    with time_machine.travel(first.replace(day=2)):
        assert jobs.ask_to_confirm() == 1
        assert told("unconfirmed") == [(secretary, "财务处有 2 条电话、公众号、问答该确认了")]
        assert jobs.ask_to_confirm() == 0
    with time_machine.travel(first.replace(day=2) + timedelta(days=20)):
        assert jobs.ask_to_confirm() == 0, "once a month"
    with time_machine.travel(first.replace(day=2) + timedelta(days=33)):
        assert jobs.ask_to_confirm() == 1
        keeper = school.client("T0001")
        for one in Phone.objects.all():
            keeper.post(f"/directory/desk/{one.public_id}/confirm/")
    with time_machine.travel(first.replace(day=2) + timedelta(days=70)):
        assert jobs.ask_to_confirm() == 1, "of the account nobody said so yet"
        assert told("unconfirmed")[-1] == (secretary, "财务处有 1 条电话、公众号、问答该确认了")
        school.client("T0001").post(f"/directory/desk/accounts/{account.public_id}/confirm/")
    with time_machine.travel(first.replace(day=2) + timedelta(days=101)):
        assert jobs.ask_to_confirm() == 0


def test_of_a_unit_without_anybody_the_head_above_is_asked(school):
    school.phone("值班室", "8640110", unit="21")
    with time_machine.travel(now() + timedelta(days=400)):
        assert jobs.ask_to_confirm() == 0, "nobody leads the school here"


@pytest.mark.capability("A068.4")
def test_whoever_finds_it_wrong_tells_who_keeps_it_and_changes_nothing(school):
    phone = school.phone("报销大厅", "8640101")
    reader = school.client("T0003")
    wrong = f"{BOOK}{phone.public_id}/wrong/"
    assert wrong in reader.get(f"{BOOK}{phone.public_id}/").content.decode()
    assert reader.post(wrong, {"words": "空号，改成了 8640109"}).status_code == 302
    secretary = people.find_person_by_campus_no("T0002")
    assert told("wrong") == [(secretary, "有人说“报销大厅 8640101”不对")]
    assert Entry.objects.get().message.text == "有人说“报销大厅 8640101”不对：空号，改成了 8640109"
    assert Phone.objects.get().number == "8640101"
    answer = school.answer("报销要什么？")
    assert reader.post(f"{BOOK}answers/{answer.public_id}/wrong/", {"words": "早就改了"}).status_code == 302
    assert len(told("wrong")) == 2


@pytest.mark.parametrize("words", ["", "长" * 101, "  "])
def test_without_words_or_with_too_many_nobody_is_told(school, words):
    phone = school.phone("报销大厅", "8640101")
    assert school.client("T0003").post(f"{BOOK}{phone.public_id}/wrong/", {"words": words}).status_code == 422
    assert told("wrong") == []


def test_one_account_says_it_a_few_times_and_then_waits(school):
    phones = [school.phone(f"窗口{number}", f"864010{number}") for number in range(7)]
    reader = school.client("T0003")
    with time_machine.travel(now(), tick=False):
        answers = [reader.post(f"{BOOK}{one.public_id}/wrong/", {"words": "空号"}).status_code for one in phones]
    assert answers == [302] * 6 + [429]
