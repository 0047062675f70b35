"""Applications and the second step: a demand of theirs, and a ticket that was asked for before it."""

import pytest
from django.test import Client

from nanhu.platforms.identity.factors.tests.conftest import (
    TEST,
    code_now,
    first_step,
    second_step,
    sign_in,
    signed_in,
)
from nanhu.platforms.identity.models import Application, SsoSession
from nanhu.platforms.identity.services import roles
from nanhu.platforms.identity.services.applications import register_application

pytestmark = pytest.mark.django_db
SERVICE = "https://oa.example.edu.cn/login"
LOGIN = f"/cas/login?service={SERVICE}"


@pytest.fixture
def office(db) -> Application:
    register_application(
        by=TEST, key="office", name="OA", owner="党政办", service_prefix="https://oa.example.edu.cn/", logout_url=""
    )
    return Application.objects.get(key="office")


def has_ticket(answer) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(f"{SERVICE}?ticket=ST-")


def test_the_ticket_comes_after_both_steps(office, careful):
    client = Client()
    client.get(LOGIN)
    assert sign_in(client, careful.numbers[0], next=LOGIN)["Location"] == "/sign-in/second"
    assert not has_ticket(client.get(LOGIN))
    after = second_step(client)["Location"]
    assert after == LOGIN
    assert has_ticket(client.get(after))


@pytest.mark.parametrize("wish", ["", "&renew=true"])
def test_the_password_typed_at_cas_itself_leads_over_the_second_step_to_the_ticket(office, careful, wish):
    """With renew, too: both proofs were given for this very request, nothing is asked twice."""
    client, address = Client(), LOGIN + wish
    client.get(address, follow=True)
    answer = client.post(address, {"username": careful.numbers[0], "password": "Reed-Boat-1995"})
    assert answer["Location"] == "/sign-in/second"
    after = second_step(client)["Location"]
    assert has_ticket(client.get(after)), after


def test_a_demand_is_met_in_the_open_session(office, careful):
    client = signed_in_with_rest(careful)
    assert has_ticket(client.get(LOGIN))
    Application.objects.update(demands_second_factor=True)
    led = client.get(LOGIN)
    assert led["Location"].startswith("/sign-in/second?next=")
    answer = second_step(client, code_now(1), next=LOGIN)
    assert has_ticket(client.get(answer["Location"]))


def test_who_has_no_factor_sets_one_up_for_the_application(office, student):
    Application.objects.update(demands_second_factor=True)
    client = signed_in(student)
    led = client.get(LOGIN)
    page = client.get(led["Location"]).content.decode()
    assert "先设置第二步验证" in page
    assert not has_ticket(client.get(LOGIN))


def test_an_administrator_without_one_enters_no_application(office, careful):
    client = signed_in_with_rest(careful)
    roles.grant(by=TEST, account_id=careful.account.pk, role="campus.admin")
    assert client.get(LOGIN)["Location"].startswith("/sign-in/second?next=")
    silent = client.get(f"{LOGIN}&gateway=true")
    assert "ticket=" not in silent.get("Location", "")


def signed_in_with_rest(member) -> Client:
    """In, as on a remembered browser: the second factor was not given in this session."""
    client = first_step(member)
    second_step(client)
    SsoSession.objects.update(second_factor_at=None, methods=["pwd"])
    return client
