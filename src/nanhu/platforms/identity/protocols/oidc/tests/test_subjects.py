"""By what name an application knows a person."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from nanhu.kernel import crypto
from nanhu.platforms.identity.protocols.oidc import jwts
from nanhu.platforms.identity.protocols.oidc.models import PairwiseSubject
from nanhu.platforms.identity.protocols.oidc.services import subjects
from nanhu.platforms.identity.protocols.oidc.services.clients import Registration, register
from nanhu.platforms.identity.protocols.oidc.tests.conftest import make_app
from nanhu.platforms.identity.tests.conftest import TEST, sign_in


def sub_of(app, browser) -> str:
    return jwts.read_hint(app.tokens(browser)["id_token"])["sub"]


def pairwise_app(key: str, host: str):
    return make_app(key, subject="pairwise", redirect_uris=[f"https://{host}/cb"])


def test_a_pseudonym_is_one_per_sector_and_lasts(db, signed_in, teacher):
    one, two = pairwise_app("one", "a.example.com"), pairwise_app("two", "b.example.com")
    sister = pairwise_app("sister", "a.example.com")
    first = sub_of(one, signed_in)
    assert first == sub_of(one, signed_in) == sub_of(sister, signed_in), "the same host is the same sector"
    assert first != sub_of(two, signed_in)
    assert str(teacher.account.person.public_id) not in first
    assert len(first) >= 50


def test_it_outlives_a_change_of_the_key_and_of_the_address(db, signed_in, monkeypatch):
    app = pairwise_app("one", "a.example.com")
    first = sub_of(app, signed_in)
    monkeypatch.setattr(subjects, "blind_index", lambda text, purpose: crypto.blind_index(text + "2", purpose=purpose))
    moved = Registration(subject="pairwise", redirect_uris=["https://elsewhere.example.com/cb"])
    app.client, _secret = register(by=TEST, application=app.client.application, registration=moved)
    assert sub_of(app, signed_in) == first


def test_two_people_never_share_one(db, signed_in, student):
    app = pairwise_app("one", "a.example.com")
    other = Client()
    sign_in(other, student.numbers[0])
    assert sub_of(app, signed_in) != sub_of(app, other)
    row = PairwiseSubject.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        PairwiseSubject.objects.create(account=row.account, sector=row.sector, subject="another")
    with pytest.raises(IntegrityError), transaction.atomic():
        PairwiseSubject.objects.exclude(pk=row.pk).update(subject=row.subject)


def test_a_school_may_choose_the_campus_number(db, signed_in):
    assert sub_of(make_app("old", subject="campusNo"), signed_in) == "T00123"
    student_side = {"user_name": "student_first"}
    assert sub_of(make_app("study", subject="campusNo", application=student_side), signed_in) == "20250999"
