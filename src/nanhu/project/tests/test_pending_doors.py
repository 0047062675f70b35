"""Between the first and the second step of a sign-in: every door of the house stays shut."""

import pytest

from nanhu.platforms.identity.factors.tests.conftest import first_step
from nanhu.platforms.identity.models import SsoSession
from nanhu.project.tests.test_doors import DOORS, OPEN, UNSAFE

pytestmark = pytest.mark.django_db


def test_between_the_steps_no_door_opens_that_is_shut_to_strangers(careful):
    """Every address of the house, by every method, with the second step pending."""
    client = first_step(careful)
    for door in DOORS:
        if door.name in OPEN:
            continue
        for method in ("get", "head", *UNSAFE):
            answer = getattr(client, method)(door.address)
            is_sent = answer.status_code == 302 and answer["Location"].startswith(("/sign-in?", "/sign-in/second"))
            assert is_sent or answer.status_code in {404, 405}, (door.name, method, answer.status_code)
    assert not SsoSession.objects.exists()
    assert client.get("/sign-in/second").status_code == 200, "the step is pending still"


def test_one_without_a_factor_reaches_nothing_but_setting_one_up(administrator):
    client = first_step(administrator)
    assert "先设置第二步验证" in client.get("/sign-in/second").content.decode()
    for door in DOORS:
        if door.name in OPEN or door.name.startswith(("identity:add_",)):
            continue
        answer = client.get(door.address)
        is_sent = answer.status_code == 302 and answer["Location"].startswith("/sign-in")
        assert is_sent or answer.status_code in {404, 405}, (door.name, answer.status_code)
    assert not SsoSession.objects.exists()
