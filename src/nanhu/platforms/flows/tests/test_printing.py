"""A case on paper: from its applicant's page to the stranger who is shown it."""

import pytest
from django.test import Client

from nanhu.kernel.printing.models import PrintedDocument
from nanhu.kernel.printing.tests.reading import text_of
from nanhu.platforms.flows.models import Case, Task

pytestmark = pytest.mark.slow


def test_its_applicant_prints_it_and_a_stranger_asks_whether_it_is_ours(school):
    case = school.apply("S1", paper="330102200501010011")
    school.decide("T1", Task.objects.get(case=case), "refuse", "名额已满了")
    student, address = school.client("S1"), f"/flows/cases/{case.public_id}/print/"
    answer = student.post(address, follow=True, headers={"accept-language": "en"})
    document = PrintedDocument.objects.get()
    text = text_of(answer.content)
    assert all(
        said in text for said in (case.number, "林晓湖", "回家看看", "不同意", "名额已满了", f"/v/{document.code}")
    )
    assert "330102200501010011" not in text
    assert document.number in Client().get(f"/v/{document.code}").content.decode()
    for other in ("T1", "T3", "S2"):
        assert school.client(other).post(address).status_code == 404
        assert school.client(other).get(f"/files/{document.file.public_id}/").status_code == 404
    assert PrintedDocument.objects.count() == 1


def test_what_was_forgotten_is_not_printed(school):
    case = school.apply("S1")
    school.decide("T1", Task.objects.get(case=case), "agree")
    Case.objects.filter(pk=case.pk).update(forgotten_at=case.opened_at, data={}, sealed=None)
    assert school.client("S1").post(f"/flows/cases/{case.public_id}/print/").status_code == 409
    assert not PrintedDocument.objects.exists()
