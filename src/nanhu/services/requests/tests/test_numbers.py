"""A phone or an ID in words that several read is sent back with a hint to where it belongs; nothing is kept."""

import pytest

from nanhu.services.requests.models import Request, SpentToken
from nanhu.services.requests.tests import blinding
from nanhu.services.requests.tests.test_anonymous import token  # noqa: F401 - a fixture
from nanhu.services.requests.tests.test_repairs import HALL, said

pytestmark = pytest.mark.django_db
PHONE = "打 138 0013 8000"


@pytest.mark.parametrize("field", ["words", "window"])
def test_a_repair_takes_a_number_beside_and_none_in_its_words(school, field):
    student = school.client("S1")
    answer = student.post(f"{HALL}repair/", said(**{field: PHONE}))
    assert answer.status_code == 422
    assert "电话写在“联系电话”里" in answer.content.decode()
    assert not Request.objects.exists()
    plain = said(words="漏水，13:00-15:00、16:00-18:00 在", window="")
    assert student.post(f"{HALL}repair/", plain).status_code == 302


def test_questions_and_reports_take_none(school):
    student = school.client("S1")
    for page, facts in (
        ("service/", {"system": "network", "words": f"我上不了网，{PHONE}"}),
        ("policy/", {"unit": "1032 信息中心", "words": "430602200503181263 怎么查"}),
        ("opinion/", {"words": f"有人在传，{PHONE}"}),
    ):
        answer = student.post(f"{HALL}{page}", facts)
        assert (answer.status_code, "答复会写在这里" in answer.content.decode()) == (422, True)
    assert not Request.objects.exists()


def test_a_published_question_takes_none(school):
    one = school.question(words="怎么报销？")
    facts = {"question": "怎么报销？", "answer": f"找王老师，{PHONE}"}
    answer = school.client("A1").post(f"/requests/answers/{one.public_id}/publish/", facts)
    assert "登在“校内电话”里" in answer.content.decode()


@pytest.mark.parametrize(("kind", "status"), [("opinion", 422), ("policy", 422), ("complaint", 200)])
def test_an_unnamed_report_takes_none_and_its_token_stays(school, token, client, kind, status):  # noqa: F811
    """Of a complaint the number may be what it is about, and its few readers are the handlers."""
    answer = blinding.send(client, token, kind=kind, unit="1012 计划财务处", words=f"请{PHONE}")
    assert answer.status_code == status
    assert SpentToken.objects.exists() == (status == 200)
