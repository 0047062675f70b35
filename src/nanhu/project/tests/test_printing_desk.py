"""The desk of print: who may replace templates and revoke documents, and what a wrong template is told."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nanhu.kernel.clock import campus_today
from nanhu.kernel.printing.desk import KEEPER, desk
from nanhu.kernel.printing.models import PrintTemplate
from nanhu.testing.members import grant, open_staff
from nanhu.testing.pages import PageTests
from nanhu.testing.sessions import signed_in

KEEPS, OTHER = "T900001", "T900002"
REPLACE = "/printing/papers/card.statement/replace/"


@pytest.fixture
def keeper(db):
    open_staff({KEEPS: "吴静", OTHER: "陈志远"})
    grant(KEEPS, [KEEPER])
    return signed_in(KEEPS)


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, keeper):
        return keeper

    @pytest.fixture
    def stranger(self, keeper):
        return signed_in(OTHER)

    def fill(self, count):
        for number in range(count):
            facts = {"starts_on": campus_today(), "reason": "=1+1", "created_by_name": "=1+1"}
            PrintTemplate.objects.create(paper="card.statement", text=f"{number}", **facts)


def form(text):
    return {
        "file": SimpleUploadedFile("own.typ", text.encode()),
        "starts_on": f"{campus_today()}",
        "reason": "本校版式",
    }


@pytest.mark.slow
def test_the_school_s_own_template_is_tried_then_kept_previewed_and_withdrawn(keeper):
    own = keeper.get("/printing/papers/card.statement/template.typ").content.decode()
    refused = keeper.post(REPLACE, form(own + "\n#nobody()"))
    assert refused.status_code == 422
    assert f"模板第 {own.count(chr(10)) + 2} 行" in refused.content.decode()
    assert keeper.post(REPLACE, form(own.replace("期初余额", "上期余额"))).status_code == 302
    template = PrintTemplate.objects.get()
    shown = keeper.get(f"/printing/templates/{template.public_id}/preview.pdf")
    assert (shown.content[:5], shown["Content-Type"]) == (b"%PDF-", "application/pdf")
    assert keeper.get("/printing/papers/card.statement/sample.pdf").content[:5] == b"%PDF-"
    assert "本校模板" in keeper.get("/printing/").content.decode()
    assert keeper.post(f"/printing/templates/{template.public_id}/withdraw/", {"reason": "有错字"}).status_code == 302
    assert PrintTemplate.objects.get().withdrawn_at is not None


def test_what_is_no_text_is_refused(keeper):
    sent = form("x") | {"file": SimpleUploadedFile("own.typ", b"\xff\xfe\x00")}
    assert keeper.post(REPLACE, sent).status_code == 422
    assert keeper.get("/printing/papers/no.such/replace/").status_code == 404


def test_a_template_with_a_null_character_is_refused_and_no_accident(keeper):
    answer = keeper.post(REPLACE, form("// \0"))
    assert answer.status_code == 422
    assert not PrintTemplate.objects.exists()
