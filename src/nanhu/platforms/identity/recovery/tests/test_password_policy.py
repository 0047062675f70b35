"""One policy for set-up, change and reset."""

from itertools import pairwise

import pytest
from django.test import Client

from nanhu.platforms.identity.lifecycle import counter
from nanhu.platforms.identity.models import FormerPassword, RecoveryContact
from nanhu.platforms.identity.passwords import leaked_passwords, problems_of
from nanhu.platforms.identity.recovery.tests.conftest import NEW, prove_by_phone, set_new
from nanhu.platforms.identity.rules import is_leaked
from nanhu.platforms.identity.tests.conftest import PASSWORD, TEST, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Boat-13873012345", "手机号"),
        ("Boat#3873012", "手机号"),
        ("Boat-13900001111", "手机号"),
        ("xiaonanzeng-Boat1", "姓名"),
        ("Zeng Xiaonan 99", "姓名"),
        ("200803150-Boat", "生日"),
        ("0020260101-Boat", "学号"),
        ("Hnist@2026", "学校"),
        ("湖南理工学院2026", "学校"),
        ("Sunshine2026!", "泄露"),
        ("p@ssw0rd-123", "泄露"),
        ("Football!!99", "泄露"),
        ("abababababab", "重复"),
        ("Ab-1", "至少"),
    ],
)
@pytest.mark.capability("A040.3")
def test_what_others_know_or_guess_is_refused(owner, password, why):
    RecoveryContact.objects.update(phone="13900001111")
    problems = [str(problem) for problem in problems_of(by=TEST, account=owner.account, password=password)]
    assert any(why in problem for problem in problems), problems


@pytest.mark.parametrize(
    "password", ["Reed-Boat-1995", "Qiushui-yewuyan-26", "correct horse battery", "洞庭湖畔看日落真好呀"]
)
def test_good_ones_pass(password):
    assert not is_leaked(password, leaked_passwords())


@pytest.mark.capability("A040.3")
def test_length_and_classes_are_held_to_the_letter(browser, owner):
    """The page's hint says the same words as a refusal: what counts is whether the password is taken."""
    sign_in(browser, owner.numbers[0])
    good = ["kvmztwqrbx", "Kvmzt-wq", ("kvmztwqrbx-" * 12)[:128]]
    for weak in ("kvmztwqrb", "kvmzt-wq", "Kvm-twq", f"{good[-1]}x"):
        asked = {"old_password": PASSWORD, "new_password": weak, "again": weak}
        assert browser.post("/account/password", asked).status_code == 200, weak
    for old, new in pairwise([PASSWORD, *good]):
        asked = {"old_password": old, "new_password": new, "again": new}
        assert browser.post("/account/password", asked).status_code == 302, new


@pytest.mark.capability("A043.3", "A040.2")
def test_the_last_five_do_not_come_back(browser, owner):
    sign_in(browser, owner.numbers[0])
    used = [PASSWORD, *(f"Harbour-Light-{number}" for number in range(31, 37))]
    for old, new in pairwise(used):
        changed = browser.post("/account/password", {"old_password": old, "new_password": new, "again": new})
        assert changed.status_code == 302
    last = used[-1]
    for former in used[-5:]:
        tried = {"old_password": last, "new_password": former, "again": former}
        assert browser.post("/account/password", tried).status_code == 200
    assert FormerPassword.objects.filter(account=owner.account).count() == 5
    before = used[-6]
    tried = {"old_password": last, "new_password": before, "again": before}
    assert browser.post("/account/password", tried).status_code == 302


@pytest.mark.capability("A043.3")
def test_the_password_that_was_taken_away_does_not_come_back(browser, owner):
    code = counter.reset(by=TEST, campus_no=owner.numbers[0], reason="证件已核对")
    assert sign_in(browser, owner.numbers[0], code).headers["Location"] == "/setup"
    for new, status in ((PASSWORD, 200), (NEW, 302)):
        assert browser.post("/setup/password", {"new_password": new, "again": new}).status_code == status, new


@pytest.mark.capability("A040.3")
def test_the_reset_asks_the_same(browser, owner):
    prove_by_phone(browser, owner)
    for weak in ("Boat-13873012345", "Hnist@2026", "Sunshine2026!", PASSWORD):
        page = set_new(browser, weak)
        assert page.status_code == 200
        assert "error" in page.content.decode()
    assert sign_in(Client(), owner.numbers[0], PASSWORD).status_code == 302
