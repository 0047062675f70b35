"""Answers of the CAS protocol, as XML and JSON. Built by hand: clients are particular about prefixes and white space."""

import re
from datetime import UTC
from xml.sax.saxutils import escape, quoteattr

from django.http import HttpResponse, JsonResponse

from nanhu.platforms.identity.services.tickets import Assertion, Refusal

NAMESPACE = "http://www.yale.edu/tp/cas"
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ELEMENT_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


def text_of(value: str) -> str:
    return escape(NOT_XML.sub("", value))


def all_attributes(assertion: Assertion) -> dict[str, list[str]]:
    moment = assertion.authenticated_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "authenticationDate": [moment],
        "longTermAuthenticationRequestTokenUsed": ["false"],
        "isFromNewLogin": ["true" if assertion.is_from_new_login else "false"],
        **{name: values for name, values in assertion.attributes.items() if ELEMENT_NAME.match(name)},
    }


def xml_answer(verdict: Assertion | Refusal, *, with_attributes: bool) -> HttpResponse:
    if isinstance(verdict, Refusal):
        code = quoteattr(verdict.code)
        inner = f"<cas:authenticationFailure code={code}>{text_of(verdict.text)}</cas:authenticationFailure>"
    else:
        inner = f"<cas:authenticationSuccess>{success_xml(verdict, with_attributes)}</cas:authenticationSuccess>"
    body = f'<cas:serviceResponse xmlns:cas="{NAMESPACE}">{inner}</cas:serviceResponse>'
    return HttpResponse(body, content_type="application/xml;charset=UTF-8")


def success_xml(assertion: Assertion, with_attributes: bool) -> str:
    user = f"<cas:user>{text_of(assertion.user)}</cas:user>"
    if not with_attributes:
        return user
    elements = "".join(
        f"<cas:{name}>{text_of(value)}</cas:{name}>"
        for name, values in all_attributes(assertion).items()
        for value in values
    )
    return f"{user}<cas:attributes>{elements}</cas:attributes>"


def json_answer(verdict: Assertion | Refusal, *, with_attributes: bool) -> JsonResponse:
    if isinstance(verdict, Refusal):
        inner: dict[str, object] = {"authenticationFailure": {"code": verdict.code, "description": verdict.text}}
    else:
        success: dict[str, object] = {"user": verdict.user}
        if with_attributes:
            success["attributes"] = {
                name: values[0] if len(values) == 1 else values for name, values in all_attributes(verdict).items()
            }
        inner = {"authenticationSuccess": success}
    return JsonResponse({"serviceResponse": inner}, json_dumps_params={"ensure_ascii": False})


def plain_answer(verdict: Assertion | Refusal) -> HttpResponse:
    """CAS 1.0."""
    body = "no\n\n" if isinstance(verdict, Refusal) else f"yes\n{verdict.user}\n"
    return HttpResponse(body, content_type="text/plain; charset=UTF-8")
