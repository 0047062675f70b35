"""The portal's menu shows registered applications to those who may use them; health is looked after."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import Application, AttributeRelease
from nanhu.platforms.identity.registry import menu
from nanhu.platforms.identity.registry.models import Health, HealthLook
from nanhu.platforms.identity.registry.services import health, maintenance, rules
from nanhu.platforms.identity.registry.tests.conftest import Answering, signed_in
from nanhu.platforms.identity.services.applications import (
    change_application,
    register_application,
    set_addresses,
)
from nanhu.platforms.identity.services.releases import set_releases
from nanhu.platforms.identity.tests.conftest import TEST


@pytest.fixture(autouse=True)
def _fresh_menu():
    menu.read_anew()
    yield
    menu.read_anew()


@pytest.fixture
def listed(library) -> Application:
    change_application(by=TEST, application=library, home_url="https://lib.example.edu.cn/", menu_section="study")
    menu.read_anew()
    return library


def test_the_menu_shows_it_to_those_who_may_use_it(listed, student, teacher):
    rules.add_rule(by=TEST, application=listed, effect="allow", affiliation_kind="staff")
    assert "https://lib.example.edu.cn/" in signed_in(teacher.numbers[0]).get("/apps/").content.decode()
    assert "https://lib.example.edu.cn/" not in signed_in(student.numbers[0]).get("/apps/").content.decode()


def test_no_registered_key_hides_an_entry_of_the_house(student):
    register_application(
        by=TEST,
        key="identity-security",
        name="冒充",
        owner="x",
        home_url="https://evil.example/",
        menu_section="personal",
    )
    Application.objects.update(key="identity.security")
    menu.read_anew()
    page = signed_in(student.numbers[0]).get("/apps/").content.decode()
    assert "https://evil.example/" not in page
    assert "账号安全" in page


def test_an_application_that_rests_or_is_down_is_marked(listed, student):
    maintenance.plan(
        by=TEST,
        application=listed,
        starts_at=now() - timedelta(hours=1),
        ends_at=now() + timedelta(hours=1),
        notice="维护",
    )
    menu.read_anew()
    assert menu.listed_applications()[listed.pk].in_maintenance()
    assert "图书馆" in signed_in(student.numbers[0]).get("/apps/").content.decode()
    listed.maintenances.all().delete()
    Health.objects.create(application=listed, state="down")
    menu.read_anew()
    assert menu.listed_applications()[listed.pk].in_maintenance()


def test_a_menu_entry_needs_a_home(library):
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=library.pk).update(menu_section="study", home_url="")


def test_health_is_up_then_slow_then_down_and_since_moves_with_the_state(library, web):
    change_application(by=TEST, application=library, home_url=web)
    assert health.look_at_all() == 1
    held = Health.objects.get(application=library)
    assert (held.state, held.error) == ("up", "")
    begun = held.since

    Answering.status = 503
    health.look_at_all()
    assert Health.objects.get(application=library).state == "slow"
    health.look_at_all()
    held = Health.objects.get(application=library)
    assert (held.state, held.error, held.failures) == ("down", "HTTP 503", 2)
    assert held.since > begun
    down_since = held.since
    health.look_at_all()
    assert Health.objects.get(application=library).since == down_since

    Answering.status = 302
    health.look_at_all()
    assert Health.objects.get(application=library).state == "up"
    assert HealthLook.objects.filter(application=library).count() == 5


def test_what_cannot_be_reached_says_why_and_old_looks_go(library):
    change_application(by=TEST, application=library, home_url="http://127.0.0.1:9/")
    old = HealthLook.objects.create(
        application=library, state="up", milliseconds=1, created_at=now() - timedelta(days=8)
    )
    health.look_at_all()
    held = Health.objects.get(application=library)
    assert "Refused" in held.error
    assert not HealthLook.objects.filter(pk=old.pk).exists()


def test_without_a_home_the_first_address_is_asked_and_switched_off_nobody(library, web):
    set_addresses(by=TEST, application=library, prefixes=[])
    assert health.look_at_all() == 0
    set_addresses(by=TEST, application=library, prefixes=[f"{web}app"])
    assert health.look_at_all() == 1
    assert Health.objects.get(application=library).state == "up"
    change_application(by=TEST, application=library, home_url=web, is_enabled=False)
    assert health.look_at_all() == 0


def test_the_list_of_attributes_follows_the_releases_whoever_writes_them(library):
    AttributeRelease.objects.filter(application=library, name="campusNo").delete()
    library.refresh_from_db()
    assert library.attributes == ["displayName"]
    AttributeRelease.objects.filter(application=library).update(state="refused")
    library.refresh_from_db()
    assert library.attributes == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": " "},
        {"is_sensitive": True, "decided_by": ""},
        {"state": "maybe"},
    ],
)
def test_the_database_keeps_reasons_and_decisions(wrong, library):
    given = {"name": "phone", "reason": "提醒", "requested_by": "account:1"} | wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        AttributeRelease.objects.create(application=library, **given)


@pytest.mark.django_db(transaction=True)
def test_two_who_change_attributes_at_once_do_not_mix():
    application = register_application(by=TEST, key="a", name="应用", owner="校办")
    start = threading.Barrier(2)

    def change(names):
        start.wait()
        set_releases(by=TEST, application=application, reasons=dict.fromkeys(names, "要用"))
        connection.close()

    wanted = [["sn", "givenName"], ["mail", "category"]]
    threads = [threading.Thread(target=change, args=(names,)) for names in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    application.refresh_from_db()
    assert application.attributes in wanted
