"""`nanhu radius_key`, and what the panel hands out."""

import io
import re
import stat

import pytest
from django.core.management import CommandError, call_command

from nanhu.platforms.identity.models import AccessRule, Application
from nanhu.platforms.identity.protocols.radius import panel
from nanhu.platforms.identity.protocols.radius.models import RadiusClient
from nanhu.platforms.identity.protocols.radius.services import clients
from nanhu.platforms.identity.services import access
from nanhu.platforms.identity.services.sign_in import account_with
from nanhu.platforms.identity.tests.conftest import TEST

pytestmark = pytest.mark.django_db
KEY = re.compile(r"X-Nanhu-Radius-Key: (\S+)\"")


def test_the_files_of_a_new_application_hold_a_key_that_opens(tmp_path):
    call_command("radius_key", "wifi", "--register", "校园无线网", "--into", str(tmp_path))

    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {
        "mods-available/nanhu-wifi",
        "sites-available/nanhu-wifi",
        "sites-available/nanhu",
        "clients-nanhu-wifi.conf",
    }
    site = tmp_path / "sites-available" / "nanhu-wifi"
    assert {clients.client_with(key).application.key for key in KEY.findall(site.read_text())} == {"wifi"}
    of_wifi = AccessRule.objects.filter(application__key="wifi", effect="allow")
    assert set(of_wifi.values_list("affiliation_kind", flat=True)) == {"student", "staff", "temporary", "guest"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*") if path.is_file()} == {0o600}


def test_a_changed_key_touches_only_the_file_that_holds_it(tmp_path):
    call_command("radius_key", "wifi", "--register", "校园无线网", "--into", str(tmp_path))
    before = {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    call_command("radius_key", "wifi", "--into", str(tmp_path))

    changed = {path.name for path, text in before.items() if path.read_text() != text}
    assert changed == {"nanhu-wifi"}
    assert before[tmp_path / "mods-available" / "nanhu-wifi"] == (tmp_path / "mods-available/nanhu-wifi").read_text()


def test_without_a_folder_everything_is_printed(capsys):
    call_command("radius_key", "mail", "--register", "电子邮箱", "--service", "mail")

    printed = capsys.readouterr().out
    assert re.findall(r"==> (\S+)", printed) == ["conf.d/90-nanhu.conf", "nanhu.lua"]
    assert "@key@" not in printed


def test_an_unknown_application_and_a_missing_folder_are_named(tmp_path):
    with pytest.raises(CommandError, match="no application wifi"):
        call_command("radius_key", "wifi")
    with pytest.raises(CommandError, match="is no folder"):
        call_command("radius_key", "wifi", "--register", "x", "--into", str(tmp_path / "gone"))
    assert not Application.objects.exists()


def test_the_panel_shows_a_key_once():
    wifi = Application.objects.create(key="wifi", name="校园无线网", owner="信息中心")
    first = panel.save(TEST, wifi, {"session_seconds": 3600, "service": "network", "new_key": False})
    again = panel.save(TEST, wifi, {"session_seconds": 7200, "service": "network", "new_key": False})
    shown = "".join(one.text for one in panel.snippets_for(wifi, first))
    later = "".join(one.text for one in panel.snippets_for(wifi, again))

    assert again == {}
    assert RadiusClient.objects.get().session_seconds == 7200
    assert shown.count(first["key"]) == 3
    assert first["key"] not in later
    assert "secret = …" in later


@pytest.mark.parametrize(
    ("key", "more", "students_come_in"),
    [
        ("vpn", (), False),
        ("vpn", ("--admit", "everybody"), True),
        ("wifi", (), True),
        ("wifi", ("--admit", "staff"), False),
    ],
)
def test_a_vpn_lets_staff_in_and_no_student_unless_the_school_says_so(student, teacher, key, more, students_come_in):
    call_command("radius_key", key, "--register", "校园网", *more, stdout=io.StringIO())
    application = Application.objects.get(key=key)
    accounts = {number: account_with(number) for number in (student.numbers[0], "T00123")}
    answers = {
        number: access.decide(account=account, application=application).is_allowed
        for number, account in accounts.items()
    }
    assert answers == {student.numbers[0]: students_come_in, "T00123": True}


def test_a_vpn_asks_for_a_second_factor_unless_the_school_says_otherwise():
    for key, more, wanted in (
        ("vpn", (), True),
        ("wifi", (), False),
        ("vpn2", ("--second-factor",), True),
        ("wired", ("--no-second-factor",), False),
    ):
        call_command("radius_key", key, "--register", "校园网", *more, stdout=io.StringIO())
        assert Application.objects.get(key=key).demands_second_factor is wanted
