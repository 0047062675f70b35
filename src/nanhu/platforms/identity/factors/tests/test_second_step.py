"""The second step: what is pending between two proofs, and what it opens."""

import pytest
from django.test import Client

from nanhu.platforms.identity.factors.tests.conftest import code_now, first_step, second_step, sign_in
from nanhu.platforms.identity.models import SsoSession

pytestmark = pytest.mark.django_db


def test_a_member_with_a_factor_gives_it_after_the_password(careful):
    client = first_step(careful, next="/account")
    assert not SsoSession.objects.exists(), "nobody is signed in between the steps"
    assert "动态口令" not in client.get("/account", follow=True).content.decode()

    response = second_step(client)

    assert response.headers["Location"] == "/account"
    session = SsoSession.objects.get()
    assert session.methods == ["pwd", "otp", "mfa"]
    assert session.second_factor_at is not None
    assert client.get("/account").status_code == 200


def test_without_a_factor_the_password_is_enough(student, browser):
    assert sign_in(browser, student.numbers[0]).headers["Location"] == "/"
    assert SsoSession.objects.get().second_factor_at is None


def test_a_code_counts_once(careful):
    code = code_now()
    assert second_step(first_step(careful), code).status_code == 302
    refused = second_step(first_step(careful, Client()), code)
    assert refused.status_code == 400
    assert SsoSession.objects.count() == 1
