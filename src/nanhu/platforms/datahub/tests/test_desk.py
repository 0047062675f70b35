"""The desk of the data steward: what the kit promises of every page."""

from itertools import count as counting
from uuid import uuid4

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.platforms.datahub.models import Batch, Release, WriterSwitch
from nanhu.platforms.datahub.tests.conftest import signed_in
from nanhu.platforms.datahub.views.desk import desk, gate_desk
from nanhu.platforms.identity.models import Account
from nanhu.testing.pages import ProposalTests

pytestmark = pytest.mark.django_db


class TestPages(ProposalTests):
    desk = desk

    @pytest.fixture
    def second(self, db):
        return signed_in("管二号", "0020209003", "datahub.steward")

    def submitted(self, client):
        said = {"token": uuid4(), "writer": "aa.zhengfang", "starts_on": campus_today(), "reason": "教务系统上线"}
        assert client.post("/datahub/shared/academic.roster/switch/", said)["Location"] == "/datahub/shared/switches/"
        return f"/datahub/shared/switches/{WriterSwitch.objects.get().public_id}/"

    @pytest.fixture
    def holder(self, steward):
        self.number = counting(1)
        return steward

    def fill(self, count):
        Batch.objects.bulk_create(
            Batch(
                source="aa.students",
                file_name="=1+1",
                sha256=f"{next(self.number):064x}",
                size_bytes=1,
                state="refused",
                actor="=1+1",
            )
            for _one in range(count)
        )


class TestGatePages(ProposalTests):
    desk = gate_desk

    @pytest.fixture
    def second(self, db):
        return signed_in("管二号", "0020209003", "datahub.steward")

    @pytest.fixture
    def holder(self, steward):
        self.number = counting(1)
        return steward

    def held(self):
        return Batch.objects.create(
            source="aa.students",
            file_name="=1+1",
            sha256=f"{next(self.number):064x}",
            size_bytes=1,
            state="waiting",
            gate_level="red",
            actor="=1+1",
        )

    def submitted(self, client):
        self.number = counting(1)
        batch = self.held()
        said = {"token": uuid4(), "reason": "看过名单"}
        answer = client.post(f"/datahub/batches/{batch.pk}/ask-release/", said)
        assert answer["Location"] == f"/datahub/batches/{batch.pk}/"
        return f"/datahub/gate/{Release.objects.get().public_id}/"

    def fill(self, count):
        author = Account.objects.order_by("pk").first()
        Release.objects.bulk_create(
            Release(token=uuid4(), batch=self.held(), reason="=1+1", author=author, author_name="=1+1")
            for _one in range(count)
        )
