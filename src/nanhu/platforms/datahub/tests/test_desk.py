"""The desk of the data steward: what the kit promises of every page."""

from itertools import count as counting
from uuid import uuid4

import pytest

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.datahub.feeding.reading import BY as READ_BY
from nanhu.platforms.datahub.models import Batch, Grant, LimitNotice, LimitRequest, OwnerChange, Release, WriterSwitch
from nanhu.platforms.datahub.tests import at_red
from nanhu.platforms.datahub.tests.conftest import signed_in
from nanhu.platforms.datahub.tests.test_sharing import CARD, registered, wanted
from nanhu.platforms.datahub.views.desk import desk, gate_desk, limits_desk, owners_desk, sharing_desk
from nanhu.platforms.datahub.views.own_lineage import mine
from nanhu.platforms.identity.models import Account
from nanhu.platforms.openapi.models import Vendor
from nanhu.testing.pages import PageTests, ProposalTests

pytestmark = pytest.mark.django_db
NUMBERS = counting(1)


class OfStewards(ProposalTests):
    @pytest.fixture
    def holder(self, steward):
        return steward

    @pytest.fixture
    def second(self, db):
        return signed_in("管二号", "0020209003", "datahub.steward")


class TestPages(OfStewards):
    desk = desk

    def submitted(self, client):
        said = {"token": uuid4(), "writer": "aa.zhengfang", "starts_on": campus_today(), "reason": "教务系统上线"}
        assert client.post("/datahub/shared/academic.roster/switch/", said)["Location"] == "/datahub/shared/switches/"
        return f"/datahub/shared/switches/{WriterSwitch.objects.get().public_id}/"

    def fill(self, count):
        Batch.objects.bulk_create(
            Batch(
                source="aa.students",
                file_name="=1+1",
                sha256=f"{next(NUMBERS):064x}",
                size_bytes=1,
                state="refused",
                actor="=1+1",
            )
            for _one in range(count)
        )


def test_what_offices_handed_in_comes_first_and_what_waits_is_never_hidden(steward):
    def batch(name, number, **other):
        said = {"source": "aa.students", "file_name": name, "size_bytes": 1, "state": "applied", "actor": "管数据"}
        Batch.objects.create(sha256=f"{number:064x}", **said | other)

    batch("教务处交来", 1)
    for number in range(2, 30):
        batch("系统读入", number, actor=READ_BY.name)
    batch("系统读入待看", 30, actor=READ_BY.name, state="waiting", gate_level="amber")
    views = ("", "?whose=systems", "?whose=all")
    pages = [steward.get(f"/datahub/{view}").context["batches"].page.object_list for view in views]
    found = [{one.file_name for one in page} for page in pages]
    assert found == [{"教务处交来", "系统读入待看"}, *[{"系统读入", "系统读入待看"}] * 2]


class TestLimitPages(OfStewards):
    desk = limits_desk

    def submitted(self, client):
        said = {"token": uuid4(), "measure": "gone", "source": "", "amber": "50", "red": "60", "reason": "分院交名册"}
        assert client.post("/datahub/gate/limits/set/", said).status_code == 302
        return f"/datahub/limits/{LimitRequest.objects.get().public_id}/"

    def fill(self, count):
        said = {"state": "taken_back", "decided_at": now(), "author": Account.objects.order_by("pk").first()}
        LimitRequest.objects.bulk_create(
            LimitRequest(token=uuid4(), measure="gone", amber=1, red=1, reason="=1+1", author_name="=1+1", **said)
            for _one in range(count)
        )


class TestGatePages(OfStewards):
    desk = gate_desk

    def held(self):
        return Batch.objects.create(
            source="aa.students",
            file_name="=1+1",
            sha256=f"{next(NUMBERS):064x}",
            size_bytes=1,
            state="waiting",
            gate_level="red",
            actor="=1+1",
        )

    def submitted(self, client):
        batch = self.held()
        said = {"token": uuid4(), "reason": "看过名单"}
        answer = client.post(f"/datahub/batches/{batch.pk}/ask-release/", said)
        assert answer["Location"] == f"/datahub/batches/{batch.pk}/"
        return f"/datahub/gate/{Release.objects.get().public_id}/"

    def fill(self, count):
        author = Account.objects.order_by("pk").first()
        Release.objects.bulk_create(
            Release(
                token=uuid4(), batch=self.held(), reason="=1+1", author=author, author_name="=1+1", vacancy="no_unit"
            )
            for _one in range(count)
        )
        TestOwnerPages.fill(self, count)
        decided = {"state": "taken_back", "decided_at": now(), "author": author, "author_name": "=1+1"}
        loosened = LimitRequest.objects.bulk_create(
            LimitRequest(token=uuid4(), measure="gone", amber=1, red=1, reason="=1+1", **decided)
            for _one in range(count)
        )
        LimitNotice.objects.bulk_create(
            LimitNotice(request=one, unit_id=at_red.unit("教务处", "0005")) for one in loosened
        )


class TestOwnerPages(OfStewards):
    """Of a source whose office has nobody who can speak: another steward agrees."""

    desk = owners_desk

    def submitted(self, client):
        at_red.unit("学校", "1000")
        at_red.unit("教务处", "0005", "1000")
        at_red.unit("学生处", "0031", "1000")
        said = {"token": uuid4(), "source": "aa.students", "unit": "0031 学生处", "reason": "学籍归学生处"}
        assert client.post("/datahub/gate/owners/set/", said).status_code == 302
        return f"/datahub/owners/{OwnerChange.objects.get().public_id}/"

    def fill(self, count):
        before, unit = at_red.unit("教务处", "0005"), at_red.unit("学生处", "0031")
        said = {"state": "taken_back", "decided_at": now(), "author": Account.objects.order_by("pk").first()}
        said |= {"before_id": before, "unit_id": unit, "reason": "=1+1", "author_name": "=1+1"}
        OwnerChange.objects.bulk_create(
            OwnerChange(token=uuid4(), source=f"aa.s{number}", source_name="=1+1", **said) for number in range(count)
        )


class TestSharingPages(OfStewards):
    desk = sharing_desk

    def submitted(self, client):
        said = wanted(registered(), ["campus_no"])
        assert client.post(f"/datahub/shared/{CARD}/grant/", said).status_code == 302
        return f"/datahub/grants/{Grant.objects.get().public_id}/"

    def fill(self, count):
        author = Account.objects.order_by("pk").first()
        vendors = Vendor.objects.bulk_create(Vendor(company="=1+1", contact="=1+1") for _one in range(count))
        said = {"basis": "duty", "purpose": "=1+1", "expires_on": campus_today(), "author": author}
        Grant.objects.bulk_create(
            Grant(token=uuid4(), vendor=one, table_key=CARD, fields=["campus_no"], author_name="=1+1", **said)
            for one in vendors
        )


class TestOwnLineage(PageTests):
    desk = mine
    is_for_everybody = True

    @pytest.fixture
    def holder(self, steward):
        return steward
