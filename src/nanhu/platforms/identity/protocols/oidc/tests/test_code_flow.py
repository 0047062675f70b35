"""The straight way: authorize, token, userinfo."""

from joserfc import jwt
from joserfc.jwk import KeySet

from nanhu.platforms.identity.protocols.oidc.tests.conftest import BACK, ISSUER, answer_of, make_app, userinfo
from nanhu.platforms.people.models import Affiliation, OrgUnit


def test_a_person_signed_in_comes_back_with_a_code_that_is_worth_tokens(library, signed_in, client, teacher):
    response = library.authorize(signed_in)
    answer = answer_of(response)
    assert response["Location"].startswith(f"{BACK}?")
    assert (answer["state"], answer["iss"]) == ("st-1", ISSUER)

    got = library.token(answer["code"])
    assert got.status_code == 200, got.content
    assert got["Cache-Control"] == "no-store"
    body = got.json()
    assert (body["token_type"], body["scope"]) == ("Bearer", "openid profile email campus")

    keys = KeySet.import_key_set(client.get("/oidc/jwks").json())
    token = jwt.decode(body["id_token"], keys, algorithms=["RS256"])
    assert token.header["kid"] in {key.kid for key in keys.keys}
    claims = token.claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, library.client_id, "no-1")
    assert claims["exp"] > claims["iat"] >= claims["auth_time"]
    assert claims["sid"]

    about = userinfo(body["access_token"]).json()
    assert about["sub"] == claims["sub"] == str(teacher.account.person.public_id)
    assert (about["name"], about["campus_no"], about["department"]) == ("欧阳修文", "T00123", "计算机学院")
    assert set(about["affiliation"]) >= {"staff", "member"}
    assert about["email"] == "someone@example.edu.cn"
    assert about["email_verified"] is False


def test_the_unit_and_the_class_are_claims_of_their_own(signed_in, teacher):
    above = OrgUnit.objects.create(code="11", name="计算机学院（新）", kind="学院")
    below = OrgUnit.objects.create(code="110301", name="软工2401班", kind="班级", parent=above)
    Affiliation.objects.filter(person_id=teacher.person_id).update(unit=below)
    wanted = {"department": "归类", "departmentCode": "归类", "className": "分班", "classCode": "分班"}
    app = make_app("classes", attributes=wanted)
    about = userinfo(app.tokens(signed_in, scope="openid campus")["access_token"]).json()
    assert [about[name] for name in ("department", "department_code", "class_name", "class_code")] == [
        "计算机学院（新）",
        "11",
        "软工2401班",
        "110301",
    ]


def test_in_the_read_only_mode_a_code_is_worth_tokens_and_a_refusal_is_that_of_oauth(library, signed_in, read_only_now):
    body = library.tokens(signed_in)
    assert userinfo(body["access_token"]).json()["name"] == "欧阳修文"
    refused = library.token("no-code")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert library.post("/oidc/revoke", token=body["access_token"]).status_code == 200
    assert userinfo(body["access_token"]).status_code == 401
