"""The signing key: made once, changed in steps that lock nobody out."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from nanhu.platforms.identity.protocols.saml.models import SigningKey
from nanhu.platforms.identity.protocols.saml.services import keys
from nanhu.platforms.identity.protocols.saml.tests.conftest import TEST

pytestmark = pytest.mark.django_db


def states() -> list[str]:
    return list(SigningKey.objects.order_by("pk").values_list("state", flat=True))


def test_it_is_made_at_first_use_and_kept_encrypted():
    first = keys.signing_pair()
    assert keys.signing_pair() == first
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM identity_saml_key")
        assert b"PRIVATE KEY" not in bytes(cursor.fetchone()[0])


def test_the_steps_of_a_change(client):
    first = keys.signing_pair().bare_certificate
    call_command("saml_keys", "announce")
    second = keys.published()[1]
    page = client.get("/saml/metadata").content.decode()
    assert first in page
    assert second in page
    assert keys.signing_pair().bare_certificate == first

    call_command("saml_keys", "switch")
    assert keys.signing_pair().bare_certificate == second
    assert keys.published() == [second, first]

    call_command("saml_keys", "withdraw")
    assert keys.published() == [second]
    assert states() == ["withdrawn", "signing"]


@pytest.mark.parametrize("what", ["switch", "announce"])
def test_steps_out_of_order_change_nothing(what):
    keys.announce(by=TEST)
    if what == "switch":
        keys.switch(by=TEST)
    before = states()
    with pytest.raises(CommandError):
        call_command("saml_keys", what)
    assert states() == before


def test_the_database_lets_one_key_sign():
    pair = keys.pair_of(keys.fresh_key())
    keys.signing_pair()
    with pytest.raises(IntegrityError), transaction.atomic():
        SigningKey.objects.create(key=pair.key, certificate=pair.certificate, state="signing")
