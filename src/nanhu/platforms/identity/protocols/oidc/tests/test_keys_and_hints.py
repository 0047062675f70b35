"""Keys: published before they sign, rotated, retired, distrusted. And what comes back signed by them, or not."""

import base64
import hmac
import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from nanhu.kernel.clock import now
from nanhu.platforms.identity.protocols.oidc import jobs, jwts
from nanhu.platforms.identity.protocols.oidc.models import SigningKey
from nanhu.platforms.identity.protocols.oidc.services import keys
from nanhu.platforms.identity.protocols.oidc.tests.conftest import answer_of, make_app
from nanhu.platforms.identity.tests.conftest import TEST

pytestmark = pytest.mark.capability("A002.3", "A046.4")


def published(client) -> list[str]:
    return [key["kid"] for key in client.get("/oidc/jwks").json()["keys"]]


def test_a_rotation_steps_and_old_tokens_still_verify(library, signed_in, client):
    body = library.tokens(signed_in)
    before = published(client)
    cached = KeySet.import_key_set(client.get("/oidc/jwks").json())

    signing = keys.rotate(by=TEST, reason="test")

    after = published(client)
    assert signing in before, "the key that signs now was shown long before"
    assert set(before) < set(after)
    shown = KeySet.import_key_set(client.get("/oidc/jwks").json())
    assert jwt.decode(body["id_token"], shown, algorithms=["RS256"]).claims["sub"]
    fresh = library.refresh(body["refresh_token"]).json()["id_token"]
    token = jwt.decode(fresh, cached, algorithms=["RS256"])
    assert token.header["kid"] == signing, "who fetched the keys before can read what is signed after"
    assert jwts.read_hint(body["id_token"])


def test_a_retired_key_keeps_no_private_half_and_goes_in_the_end(db, client):
    keys.ensure_keys()
    old = SigningKey.objects.get(state="current").kid
    keys.rotate(by=TEST, reason="test")
    row = SigningKey.objects.get(kid=old)
    assert (row.state, row.private_jwk) == ("retired", None)
    with time_machine.travel(now() + timedelta(days=8), tick=True):
        assert old not in published(client)
    with time_machine.travel(now() + timedelta(days=91), tick=True):
        jobs.rotate_keys()
        assert not SigningKey.objects.filter(kid=old).exists()


def test_the_daily_job_rotates_by_age_and_only_then(db):
    keys.ensure_keys()
    first = SigningKey.objects.get(state="current").kid
    jobs.rotate_keys()
    assert SigningKey.objects.get(state="current").kid == first
    with time_machine.travel(now() + timedelta(days=91), tick=True):
        jobs.rotate_keys()
        second = SigningKey.objects.get(state="current").kid
        jobs.rotate_keys()
        assert SigningKey.objects.get(state="current").kid == second != first


def test_private_halves_are_encrypted_at_rest(db):
    keys.ensure_keys()
    with connection.cursor() as cursor:
        cursor.execute("SELECT private_jwk FROM identity_oidc_signing_key")
        stored = [bytes(row[0]) for row in cursor.fetchall()]
    assert len(stored) == 2
    assert not any(b"kty" in blob or b'"d"' in blob for blob in stored)


def test_the_database_holds_one_key_of_each_kind(db):
    keys.ensure_keys()
    for state in ("current", "next"):
        with pytest.raises(IntegrityError), transaction.atomic():
            keys.new_key(state).save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        SigningKey.objects.filter(state="current").update(private_jwk=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        SigningKey.objects.filter(state="current").update(state="retired")


def test_the_command_lists_rotates_and_distrusts(library, signed_in, client):
    hint = library.tokens(signed_in)["id_token"]
    out = StringIO()
    call_command("oidc_keys", "list", stdout=out)
    current = next(line.split()[1] for line in out.getvalue().splitlines() if line.startswith("current"))
    call_command("oidc_keys", "rotate", stdout=out)
    assert jwts.read_hint(hint)

    call_command("oidc_keys", "distrust", current, "--reason", "leaked", stdout=out)
    assert current not in published(client)
    assert jwts.read_hint(hint) is None


def test_a_key_whose_name_begins_with_a_dash_is_distrusted_by_the_command_too(library, signed_in, client, monkeypatch):
    keys.ensure_keys()
    thumbprint = "-nsgoyJo8AuXRNV9njnV2mgzlOac4xzLoaNg2Lc7Mvg"
    made = keys.fresh_key().as_dict(private=True) | {"kid": thumbprint}
    with monkeypatch.context() as patch:
        patch.setattr(keys, "fresh_key", lambda: RSAKey.import_key(made))
        keys.rotate(by=TEST, reason="x")
    keys.rotate(by=TEST, reason="x")
    hint = library.tokens(signed_in)["id_token"]
    current = SigningKey.objects.get(state="current").kid
    assert (current, bool(jwts.read_hint(hint))) == (f"k{thumbprint}", True)
    call_command("oidc_keys", "distrust", current, "--reason", "leaked", stdout=StringIO())
    assert current not in published(client)
    assert jwts.read_hint(hint) is None


@pytest.mark.parametrize("state", ["current", "next"])
def test_a_leaked_key_is_replaced_at_once(db, client, state):
    keys.ensure_keys()
    leaked = SigningKey.objects.get(state=state).kid
    keys.distrust(by=TEST, kid=leaked, reason="leaked")
    assert leaked not in published(client)
    assert SigningKey.objects.filter(state__in=["current", "next"]).count() == 2
    assert keys.signer().kid != leaked


def part(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def hs256(header: dict, claims: dict, secret: bytes) -> str:
    """By hand: a good library refuses to take a public key for a shared secret."""
    signed = f"{part(header)}.{part(claims)}"
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), 'sha256'))}"


class TestHints:
    """An id_token_hint is believed only when one of our own keys signed it with RS256."""

    @pytest.fixture
    def good(self, library, signed_in) -> str:
        return library.tokens(signed_in)["id_token"]

    @pytest.fixture
    def claims(self, good) -> dict:
        return jwts.read_hint(good)

    def forged(self, good: str, claims: dict, kind: str) -> str:
        header = json.loads(base64.urlsafe_b64decode(good.split(".", maxsplit=1)[0] + "=="))
        public = SigningKey.objects.get(kid=header["kid"]).public_jwk
        own = RSAKey.generate_key(2048)
        pem = RSAKey.import_key(public).as_pem(private=False)
        return {
            "alg none": lambda: f"{part({'alg': 'none', 'kid': header['kid']})}.{part(claims)}.",
            "no signature": lambda: ".".join(good.split(".")[:2]) + ".",
            "hs256 by our public key": lambda: hs256({"alg": "HS256", "kid": header["kid"]}, claims, pem),
            "its own key under our name": lambda: jwt.encode({"alg": "RS256", "kid": header["kid"]}, claims, own),
            "a key it brings along": lambda: jwt.encode(
                {"alg": "RS256", "kid": header["kid"], "jwk": own.as_dict(private=False)}, claims, own
            ),
            "no name": lambda: jwt.encode({"alg": "RS256"}, claims, own),
            "a changed subject": lambda: ".".join(
                [good.split(".", maxsplit=1)[0], part({**claims, "sub": "x"}), good.split(".")[2]]
            ),
            "another issuer": lambda: jwts.signed({**claims, "iss": "https://evil.example.com"}),
            "a logout token": lambda: jwts.logout_token(client_id=claims["aud"], subject=claims["sub"], sid="x"),
            "nothing": lambda: "...",
            "rubbish": lambda: "中" * 20,
            "very much": lambda: "x" * 20_000,
        }[kind]()

    @pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
    @pytest.mark.parametrize(
        "kind",
        [
            "alg none",
            "no signature",
            "hs256 by our public key",
            "its own key under our name",
            "a key it brings along",
            "no name",
            "a changed subject",
            "another issuer",
            "a logout token",
            "nothing",
            "rubbish",
            "very much",
        ],
    )
    def test_a_forged_one_is_refused_at_every_door(self, library, signed_in, good, claims, kind):
        forged = self.forged(good, claims, kind)
        assert jwts.read_hint(forged) is None
        page = signed_in.get("/oidc/end-session", {"id_token_hint": forged})
        assert page.status_code == 400
        assert signed_in.get("/account").status_code == 200, "nobody was signed out"
        if kind != "very much":
            answer = answer_of(library.authorize(signed_in, id_token_hint=forged, prompt="none"))
            assert answer["error"] == "invalid_request"

    def test_the_hint_of_another_client_is_refused(self, library, signed_in, good):
        other = make_app("other")
        assert answer_of(other.authorize(signed_in, id_token_hint=good))["error"] == "invalid_request"

    def test_an_expired_one_is_still_a_hint(self, library, signed_in, good):
        with time_machine.travel(now() + timedelta(minutes=30), tick=True):
            assert "code" in answer_of(library.authorize(signed_in, id_token_hint=good, prompt="none"))
