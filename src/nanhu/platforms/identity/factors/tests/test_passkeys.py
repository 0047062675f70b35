"""Passkeys, by a software authenticator: what is accepted, and each thing an attacker would change."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity.factors.jobs import sweep
from nanhu.platforms.identity.factors.models import Passkey, PasskeyChallenge
from nanhu.platforms.identity.factors.services import attempts
from nanhu.platforms.identity.factors.tests.authenticator import USER_PRESENT, SoftKey
from nanhu.platforms.identity.factors.tests.conftest import add_passkey, first_step, second_step, sign_in, signed_in
from nanhu.platforms.identity.models import SsoSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(student) -> SoftKey:
    """The student's passkey; nobody is signed in any more."""
    client = signed_in(student)
    made = add_passkey(client)
    client.post("/sign-out")
    return made


def ask(client: Client) -> dict:
    return client.post("/sign-in/passkey/options").json()


def enter(client: Client, answer: str, **extra):
    return client.post("/sign-in/passkey", {"credential": answer, **extra})


def live() -> int:
    return SsoSession.objects.filter(ended_at=None).count()


def test_a_passkey_signs_in_without_name_and_password(key, student):
    client = Client()
    answer = enter(client, key.get(ask(client)), next="/account")
    assert answer.headers["Location"] == "/account"
    session = SsoSession.objects.latest("pk")
    assert session.account == student.account
    assert session.methods == ["hwk", "mfa"]
    assert session.second_factor_at is not None
    assert session.campus_no == student.numbers[0]
    assert Passkey.objects.get().last_used_at is not None


def test_the_question_asks_for_a_verified_user_and_for_our_address_alone(key):
    options = ask(Client())
    assert options["userVerification"] == "required"
    assert options["rpId"] == "localhost"
    assert options["allowCredentials"] == [], "nobody learns who has a passkey"
    assert options["timeout"] == 300_000, "the browser waits as long as the question lives"


def test_an_answer_counts_once(key):
    client = Client()
    answer = key.get(ask(client))
    enter(client, answer)
    client.post("/sign-out")
    ask(client)
    assert enter(client, answer).status_code == 400
    assert live() == 0


def test_an_answer_to_somebody_elses_question_opens_nothing(key):
    """A page in between relays its own question: it is bound to the session that asked."""
    victim, attacker = Client(), Client()
    options = ask(attacker)
    ask(victim)
    assert enter(victim, key.get(options)).status_code == 400
    assert live() == 0


def test_a_question_runs_out(key, time_machine):
    time_machine.move_to("2026-11-25T02:00:00+00:00", tick=False)
    client = Client()
    answer = key.get(ask(client))
    time_machine.shift(timedelta(minutes=5, seconds=1))
    assert enter(client, answer).status_code == 400


def test_a_question_for_registering_is_none_for_signing_in(student):
    client = signed_in(student)
    key = add_passkey(client)
    options = client.post("/account/factors/add/passkey/options").json()
    session = client.session
    session["identity.passkey_sign_in"] = session["identity.passkey_register"]
    session.save()
    assert enter(client, key.get(options)).status_code == 400


@pytest.mark.parametrize("origin", ["https://nanhu.example", "http://localhost:8001", "http://localhost.evil.example"])
def test_an_answer_given_to_another_site_opens_nothing(key, origin):
    client = Client()
    key.origin = origin
    assert enter(client, key.get(ask(client))).status_code == 400
    assert live() == 0


def test_an_answer_for_another_host_opens_nothing(key):
    client = Client()
    key.host = "evil.example"
    assert enter(client, key.get(ask(client))).status_code == 400


def test_a_device_that_did_not_verify_its_user_opens_nothing(key):
    client = Client()
    key.flags = USER_PRESENT
    assert enter(client, key.get(ask(client))).status_code == 400


def test_another_keys_signature_opens_nothing(key):
    client = Client()
    forged = SoftKey(credential_id=key.credential_id, user_handle=key.user_handle, count=key.count)
    assert enter(client, forged.get(ask(client))).status_code == 400


def test_the_name_of_somebody_else_in_the_answer_opens_nothing(key, teacher):
    client = Client()
    answer = json.loads(key.get(ask(client)))
    answer["response"]["userHandle"] = "AAAAAAAAAAAAAAAAAAAAAA"
    assert enter(client, json.dumps(answer)).status_code == 400


@pytest.mark.parametrize("junk", ["", "{}", "[]", "null", "x" * 30_000, '{"id": 1}', '{"rawId": {}}', "\u0000", '"'])
def test_what_is_no_answer_is_refused_politely(key, junk):
    client = Client()
    ask(client)
    assert enter(client, junk).status_code == 400


def test_a_closed_account_is_not_opened_by_its_passkey(key, student):
    account = student.account
    account.state = "suspended"
    account.save()
    client = Client()
    assert enter(client, key.get(ask(client))).status_code == 400


def test_a_counter_that_ran_back_shuts_the_key_and_warns(key, student):
    """A copy was used meanwhile: neither of the two opens anything any more, and its owner does not fall back to the
    password alone."""
    client = Client()
    key.count += 10
    assert enter(client, key.get(ask(client))).status_code == 302
    client.post("/sign-out")

    key.count -= 5
    refused = enter(client, key.get(ask(client)))
    assert refused.status_code == 403
    assert "可能被复制" in refused.content.decode()
    assert Passkey.objects.get().suspect_at is not None
    assert AuditEntry.objects.filter(action="identity.suspect_passkey").count() == 1

    key.count += 50
    assert enter(client, key.get(ask(client))).status_code == 403, "also the one that counts on"
    assert live() == 0
    assert sign_in(Client(), student.numbers[0]).headers["Location"] == "/sign-in/second"


def test_a_passkey_is_the_second_step_after_the_password(key, student):
    client = first_step(student, next="/account")
    options = client.post("/sign-in/second/passkey/options").json()
    assert [one["id"] for one in options["allowCredentials"]]
    answer = client.post("/sign-in/second/passkey", {"credential": key.get(options)})
    assert answer.headers["Location"] == "/account"
    assert SsoSession.objects.latest("pk").methods == ["pwd", "hwk", "mfa"]


def test_somebody_elses_passkey_is_no_second_step(key, student, teacher):
    stranger = add_passkey(signed_in(teacher))
    client = first_step(student)
    options = client.post("/sign-in/second/passkey/options").json()
    assert client.post("/sign-in/second/passkey", {"credential": stranger.get(options)}).status_code == 400
    assert SsoSession.objects.filter(account=student.account, ended_at=None).count() == 0


def test_a_key_registered_twice_or_by_two_is_refused(student, teacher):
    key = add_passkey(signed_in(student))
    other = signed_in(teacher)
    options = other.post("/account/factors/add/passkey/options").json()
    page = other.post("/account/factors/add/passkey", {"name": "偷来的", "credential": key.create(options)})
    assert "没有通过核对" in page.content.decode()
    assert Passkey.objects.count() == 1


def test_several_have_names_and_are_removed_one_by_one(student):
    client = signed_in(student)
    add_passkey(client, name="我的手机")
    add_passkey(client, name="安全钥匙")
    page = client.get("/account/factors").content.decode()
    assert "我的手机" in page
    assert "安全钥匙" in page

    phone = Passkey.objects.get(name="我的手机")
    client.post(f"/account/factors/passkeys/{phone.public_id}/rename", {"name": "旧手机"})
    assert Passkey.objects.filter(name="旧手机").exists()
    client.post(f"/account/factors/passkeys/{phone.public_id}/remove")
    assert [one.name for one in Passkey.objects.all()] == ["安全钥匙"]


def test_nobody_removes_the_key_of_somebody_else(student, teacher):
    add_passkey(signed_in(student))
    theirs = Passkey.objects.get()
    stranger = signed_in(teacher)
    stranger.post(f"/account/factors/passkeys/{theirs.public_id}/remove")
    stranger.post(f"/account/factors/passkeys/{theirs.public_id}/rename", {"name": "我的"})
    theirs.refresh_from_db()
    assert theirs.name == "我的手机"


def test_questions_nobody_answered_are_swept(key, time_machine):
    time_machine.move_to("2026-11-25T02:00:00+00:00", tick=False)
    ask(Client())
    assert PasskeyChallenge.objects.exists()
    time_machine.shift(timedelta(minutes=6))
    sweep()
    assert not PasskeyChallenge.objects.exists()


@pytest.mark.usefixtures("clock_stands", "key")
def test_asking_without_end_is_throttled(monkeypatch):
    monkeypatch.setattr(attempts, "STRANGER", replace(attempts.STRANGER, free=3))
    client = Client()
    answers = [client.post("/sign-in/passkey/options").status_code for _ in range(8)]
    assert answers[:3] == [200, 200, 200]
    assert answers[-1] == 429


def test_the_second_step_is_asked_once_the_first_key_is_there(key, student):
    assert second_step(first_step(student), "000000").status_code == 400
