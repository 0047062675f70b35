"""Two at once: of whatever counts once, one gets it."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from nanhu.platforms.identity.factors.services import recovery_codes, sample, scans, totp
from nanhu.platforms.identity.factors.tests.conftest import SECRET, TEST, code_now, sign_in
from nanhu.platforms.identity.models import SsoSession
from nanhu.testing.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


def won(deed) -> int:
    barrier, wins = Barrier(AT_ONCE), []

    def work() -> None:
        try:
            barrier.wait(timeout=PATIENCE_SECONDS)
            try:
                wins.append(bool(deed()))
            except scans.ScanRefusedError:
                wins.append(False)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wins) == AT_ONCE
    return sum(wins)


def test_one_of_those_who_bring_the_same_recovery_code_at_once_gets_in(student):
    account = student.account
    code = recovery_codes.issue(by=TEST, account=account)[0]
    assert won(lambda: recovery_codes.use(by=TEST, account=account, code=code)) == 1
    assert recovery_codes.left(account) == 9


def test_one_of_those_who_bring_the_same_totp_code_at_once_gets_in(student):
    sample.give_totp_for_sample(by=TEST, campus_no=student.numbers[0], secret=SECRET)
    account, code = student.account, code_now()
    assert won(lambda: totp.use(account=account, code=code)) == 1


def test_one_of_those_who_finish_the_same_scan_at_once_gets_in(student, browser):
    sign_in(browser, student.numbers[0])
    phone = SsoSession.objects.get()
    opened = scans.open_request(address="192.0.2.1", user_agent="")
    scans.claim(token=opened.token, session=phone)
    scans.approve(by=TEST, token=opened.token, session=phone, number=str(opened.number))
    assert won(lambda: scans.use(poll=opened.poll)) == 1
