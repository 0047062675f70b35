"""代发 at the card's bank: a file of pay goes out once, the return file says of each line what became of it, and nobody is paid twice."""

from dataclasses import replace

import pytest

from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import configuration
from nanhu.kernel.files.tests.conftest import data_folder
from nanhu.platforms.parties import api as parties
from nanhu.platforms.parties import lines
from nanhu.platforms.parties.errors import LineOpenError
from nanhu.platforms.parties.tests.conftest import work
from nanhu.platforms.parties.tests.outside import LATE_SECONDS, impatient
from nanhu.platforms.payments.tests.banks import EmulatedBank

__all__ = ["data_folder"]
pytestmark = pytest.mark.django_db
BY = Actor.system("test")
SECRET = "reed-boat-lake"


@pytest.fixture
def bank(tmp_path, monkeypatch):
    secret, path = tmp_path / "secret", tmp_path / "parties.toml"
    secret.write_text(SECRET)
    monkeypatch.setenv("NANHU_EMULATOR_SECRET_FILE", str(secret))
    bank = EmulatedBank(tmp_path).start()
    path.write_text(
        f'[payroll]\naddress = "{bank.url}/payroll"\nsecret = "{SECRET}"\nseconds = {lines.LONGEST_SECONDS}\n'
    )
    monkeypatch.setattr(lines, "configuration", lambda: replace(configuration(), parties_file=str(path)))
    yield bank
    bank.kill()


def pay(number, fen="5000.00", account=None):
    facts = {"业务参考号": f"2026-11-{number}", "收款账号": account or f"A{number}", "户名": "李老师", "金额": fen}
    return facts | {"附言": "十一月工资"}


def batch_of(*rows, key="hr.payroll:2026-11"):
    return parties.make_batch(by=BY, party="payroll", key=key, rows=rows)


def paid(bank):
    return sorted((one["request"], one["fen"]) for one in bank.books()["movements"] if one["kind"] == "pay_out")


def codes(batch):
    return dict(batch.lines.order_by("pk").values_list("key", "code"))


def test_each_is_paid_once_and_who_was_not_is_named_with_the_bank_s_code(bank):
    batch = batch_of(pay("T1"), pay("T2", account="TK-unknown"))
    assert batch.sum_fen == 1_000_000
    work(2)
    batch.refresh_from_db()
    assert (batch.state, codes(batch)) == ("done", {"2026-11-T1": "0000", "2026-11-T2": "1402"})
    assert paid(bank) == [("2026-11-T1", 500_000)]
    again = batch_of(pay("T2"), key="hr.payroll:2026-11:2")
    work(2)
    assert codes(again) == {"2026-11-T2": "0000"}
    assert len(paid(bank)) == 2


@pytest.mark.parametrize("fault", ["silent_after", "late", "twice", "killed_after", "error"])
def test_an_answer_that_is_not_clear_stays_open_until_the_return_file_says(bank, tmp_path, fault):
    bank.fault("payroll", fault, seconds=LATE_SECONDS)
    batch = batch_of(pay("T1"))
    with impatient(tmp_path / "parties.toml", fault):
        work()
    if fault == "killed_after":
        bank.wait_dead()
        work()
        bank.start()
    if fault != "twice":
        batch.refresh_from_db()
        assert batch.state == "sent"
        with pytest.raises(LineOpenError):
            batch_of(pay("T1"), key="another month, the same reference")
    while batch.state != "done":
        work()
        batch.refresh_from_db()
    assert (codes(batch), paid(bank)) == ({"2026-11-T1": "0000"}, [("2026-11-T1", 500_000)])


def test_what_the_bank_never_got_waits_for_a_person(bank):
    bank.fault("payroll", "silent_before")
    batch = batch_of(pay("T1"))
    work(3)
    batch.refresh_from_db()
    assert (batch.state, batch.is_unknown, paid(bank)) == ("sent", True, [])


def test_a_reference_that_was_paid_before_is_neither_paid_nor_failed(bank):
    batch = batch_of(pay("T1"))
    work(2)
    batch.lines.update(outcome="failed")  # as if somebody had read the return wrongly
    second = batch_of(pay("T1"), key="second")
    work(2)
    second.refresh_from_db()
    assert (second.state, dict(second.lines.values_list("key", "outcome"))) == ("sent", {"2026-11-T1": "open"})
    assert paid(bank) == [("2026-11-T1", 500_000)]
