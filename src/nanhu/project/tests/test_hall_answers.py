"""The service hall and the directory together: known answers before the question, an answer that becomes public, what the menu keeps."""

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import answer_books, applications
from nanhu.services.directory.models import Answer
from nanhu.services.requests.models import Request
from nanhu.services.requests.tests.conftest import school  # noqa: F401 - a fixture
from nanhu.testing.inboxes import texts_to

pytestmark = pytest.mark.django_db
HALL, ANSWERS = "/requests/", "/requests/answers/"


@pytest.mark.capability("A054.1")
def test_a_question_is_answered_and_the_answer_becomes_public_in_other_words(school):  # noqa: F811
    student = school.client("S1")
    assert (
        student.post(f"{HALL}policy/", {"unit": "1012 计划财务处", "words": "林同学的差旅怎么报销？"}).status_code
        == 302
    )
    one = Request.objects.get()
    office = school.client("A2")
    assert one.number in office.get(ANSWERS).content.decode()
    public = {"question": "差旅费怎么报销？", "answer": "带发票到一楼报销大厅。"}
    assert office.post(f"{ANSWERS}{one.public_id}/publish/", public).status_code == 409, "not before it is answered"
    assert office.post(f"{ANSWERS}{one.public_id}/answer/", {"words": "带发票到一楼。"}).status_code == 302
    assert "带发票到一楼" in student.get(f"{HALL}mine/{one.public_id}/").content.decode()
    assert [text for text in texts_to(school["S1"]) if text.endswith("有了答复")], "who asked is told that there is one"
    other = school.question("S2", unit="1012", words="学费怎么交？")
    assert "带发票到一楼" not in school.client("S2").get(f"{HALL}mine/{other.public_id}/").content.decode()
    assert office.post(f"{ANSWERS}{one.public_id}/publish/", public).status_code == 302
    answer = Answer.objects.get()
    assert (answer.question, answer.unit.code) == ("差旅费怎么报销？", "1012")
    assert "林同学" not in school.client("S2").get(f"/directory/answers/{answer.public_id}/").content.decode()


@pytest.mark.capability("A079.3")
def test_known_answers_come_before_the_question_and_it_is_handed_on(school):  # noqa: F811
    Answer.objects.create(
        unit_id=school.units["1032"],
        question="企业微信收不到消息怎么办？",
        answer="更新客户端。",
        searched="",
        confirmed_on=campus_today(),
        confirmed_by_name="安答复",
    )
    student = school.client("S1")
    form = student.get(f"{HALL}service/").content.decode()
    assert 'hx-post="/requests/known/"' in form
    assert form.index('id="known"') < form.index('name="words"')
    assert (
        "企业微信收不到消息怎么办"
        in student.post("/requests/known/", {"words": "我的企业微信为什么没有消息提醒"}).content.decode()
    )
    known = student.post("/requests/known/", {"words": "我的企业微信为什么没有消息提醒"}).content.decode()
    answer = Answer.objects.get()
    assert f"/directory/answers/{answer.public_id}/" in known
    assert "更新客户端" in student.get(f"/directory/answers/{answer.public_id}/").content.decode()
    assert "企业微信" not in student.post("/requests/known/", {"words": "食堂几点开门"}).content.decode()
    one = school.question(kind="service", unit="1032", words="企业微信收不到消息")
    desk = school.client("A1")
    assert "企业微信收不到消息怎么办" in desk.get(f"{ANSWERS}{one.public_id}/").content.decode()
    there, moved = f"{ANSWERS}{one.public_id}/", {"unit": "1012 计划财务处", "reason": "是财务系统"}
    assert f'href="{there}transfer/"' in desk.get(there).content.decode()
    assert school.client("A2").get(there).status_code == 404
    assert desk.post(f"{there}transfer/", {"unit": "1012 计划财务处", "reason": ""}).status_code == 422
    assert desk.post(f"{there}transfer/", moved).status_code == 302
    one.refresh_from_db()
    assert one.unit.code == "1012"
    assert one.number not in desk.get(ANSWERS).content.decode()
    assert one.number in school.client("A2").get(ANSWERS).content.decode(), "who has it now answers"
    assert school.client("A2").post(f"{there}answer/", {"words": "已处理。"}).status_code == 302
    assert "是财务系统" in student.get(f"{HALL}mine/{one.public_id}/").content.decode(), "its author sees where it went"


def test_what_is_sent_anonymously_is_no_entry_of_the_menu_that_could_be_noted_as_opened():
    assert not [one for one in applications if "anonymous" in one.address()]
    assert len(answer_books) == 1
