"""登记应用 pressed twice, and by two at once: one application, and an answer that says so."""

from uuid import uuid4

import pytest
from django.test import Client

from nanhu.platforms.identity.models import AccessRule, Application
from nanhu.platforms.identity.registry.tests.test_pages import form_of, unit  # noqa: F401  a fixture
from nanhu.testing.races import amid

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/applications/register"


def pressed_twice(browser, first, second):
    other = Client()
    other.cookies.update(browser.cookies)
    return amid(lambda: browser.post(PAGE, first), lambda: other.post(PAGE, second))


def test_a_form_pressed_twice_at_once_registers_once_and_leads_on(administrator, unit):  # noqa: F811
    assert 'name="form_token"' in administrator.get(PAGE).content.decode()
    form = form_of(unit, audience="student") | {"form_token": str(uuid4())}
    answers = pressed_twice(administrator, form, form)
    assert {(one.status_code, one["Location"]) for one in answers} == {(302, "/applications/library/protocols/cas")}
    assert administrator.post(PAGE, form)["Location"] == "/applications/library/protocols/cas", "and later too"
    assert (Application.objects.count(), AccessRule.objects.count()) == (1, 1)


def test_of_two_who_want_one_key_at_once_the_second_is_told_that_it_is_taken(administrator, unit):  # noqa: F811
    answers = pressed_twice(administrator, form_of(unit), form_of(unit, name="别的系统", key="LIBRARY"))
    assert [one.status_code for one in answers] == [302, 422]
    assert "已有应用在用" in answers[1].content.decode()
    assert Application.objects.get().name == "图书馆"
