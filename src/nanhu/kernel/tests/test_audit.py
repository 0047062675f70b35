"""The audit log is append-only by the database's own hand."""

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.models import AuditEntry

CLERK = Actor(account_id=7, name="陈丽华", address="10.0.0.8")

pytestmark = pytest.mark.django_db


def test_it_says_who_did_what_to_whom_and_why() -> None:
    audit.record(by=CLERK, action="card.report_lost", target="card:42", reason="电话挂失", facts={"channel": "phone"})

    entry = AuditEntry.objects.get()
    assert (entry.account_id, entry.actor, entry.address) == (7, "陈丽华", "10.0.0.8")
    assert (entry.action, entry.target, entry.reason) == ("card.report_lost", "card:42", "电话挂失")
    assert entry.facts == {"channel": "phone"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_audit_entry SET actor = 'somebody else'",
        "DELETE FROM kernel_audit_entry",
        "TRUNCATE kernel_audit_entry",
    ],
)
def test_the_database_refuses_to_change_it(statement: str) -> None:
    audit.record(by=CLERK, action="card.report_lost", target="card:42")

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEntry.objects.get().actor == "陈丽华"


def test_many_lines_are_written_together() -> None:
    audit.record_many(audit.Record(by=Actor.system("test"), action="test.did", target=f"lamp:{n}") for n in range(50))

    assert AuditEntry.objects.filter(actor="system:test").count() == 50
