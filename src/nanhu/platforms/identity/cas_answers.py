"""Answers of the CAS protocol, as text. Built by hand: clients are particular about prefixes and white space."""

import json
import re
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from nanhu.platforms.identity.services.tickets import Assertion, Refusal

NAMESPACE = "http://www.yale.edu/tp/cas"
XML_TYPE = "application/xml;charset=UTF-8"
JSON_TYPE = "application/json"
PLAIN_TYPE = "text/plain; charset=UTF-8"
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ELEMENT_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
OWN_NAMES = frozenset({"authenticationDate", "longTermAuthenticationRequestTokenUsed", "isFromNewLogin"})


def text_of(value: str) -> str:
    return escape(NOT_XML.sub("", value))


def attribute_of(value: str) -> str:
    return quoteattr(NOT_XML.sub("", value))


def instant_of(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def all_attributes(assertion: Assertion) -> dict[str, list[str]]:
    """There are no long-term sign-ins here, so that attribute is always false."""
    return {
        "authenticationDate": [instant_of(assertion.authenticated_at)],
        "longTermAuthenticationRequestTokenUsed": ["false"],
        "isFromNewLogin": ["true" if assertion.is_from_new_login else "false"],
        **{
            name: values
            for name, values in assertion.attributes.items()
            if ELEMENT_NAME.match(name) and name not in OWN_NAMES
        },
    }


def plain_text(verdict: Assertion | Refusal) -> str:
    """CAS 1.0."""
    return "no\n\n" if isinstance(verdict, Refusal) else f"yes\n{verdict.user}\n"


def service_response(inner: str) -> str:
    return f'<cas:serviceResponse xmlns:cas="{NAMESPACE}">{inner}</cas:serviceResponse>'


def xml_text(verdict: Assertion | Refusal, *, with_attributes: bool) -> str:
    if isinstance(verdict, Refusal):
        return service_response(failure_xml("authenticationFailure", verdict))
    inner = success_xml(verdict, with_attributes=with_attributes)
    return service_response(f"<cas:authenticationSuccess>{inner}</cas:authenticationSuccess>")


def failure_xml(element: str, refusal: Refusal) -> str:
    return f"<cas:{element} code={attribute_of(refusal.code)}>{text_of(refusal.text)}</cas:{element}>"


def success_xml(assertion: Assertion, *, with_attributes: bool) -> str:
    """In the order of the schema: user, attributes, proxyGrantingTicket, proxies."""
    parts = [f"<cas:user>{text_of(assertion.user)}</cas:user>"]
    if with_attributes:
        elements = (
            f"<cas:{name}>{text_of(value)}</cas:{name}>"
            for name, values in all_attributes(assertion).items()
            for value in values
        )
        parts.append(f"<cas:attributes>{''.join(elements)}</cas:attributes>")
    if assertion.pgt_iou:
        parts.append(f"<cas:proxyGrantingTicket>{assertion.pgt_iou}</cas:proxyGrantingTicket>")
    if assertion.proxies:
        proxies = "".join(f"<cas:proxy>{text_of(address)}</cas:proxy>" for address in assertion.proxies)
        parts.append(f"<cas:proxies>{proxies}</cas:proxies>")
    return "".join(parts)


def json_text(verdict: Assertion | Refusal, *, with_attributes: bool) -> str:
    if isinstance(verdict, Refusal):
        return json_response({"authenticationFailure": {"code": verdict.code, "description": verdict.text}})
    success: dict[str, object] = {"user": verdict.user}
    if with_attributes:
        success["attributes"] = {
            name: values[0] if len(values) == 1 else values for name, values in all_attributes(verdict).items()
        }
    if verdict.pgt_iou:
        success["proxyGrantingTicket"] = verdict.pgt_iou
    if verdict.proxies:
        success["proxies"] = list(verdict.proxies)
    return json_response({"authenticationSuccess": success})


def json_response(inner: dict[str, object]) -> str:
    return json.dumps({"serviceResponse": inner}, ensure_ascii=False)


def proxy_xml(verdict: str | Refusal) -> str:
    """The answer of /proxy."""
    if isinstance(verdict, Refusal):
        return service_response(failure_xml("proxyFailure", verdict))
    return service_response(f"<cas:proxySuccess><cas:proxyTicket>{verdict}</cas:proxyTicket></cas:proxySuccess>")


def proxy_json(verdict: str | Refusal) -> str:
    if isinstance(verdict, Refusal):
        return json_response({"proxyFailure": {"code": verdict.code, "description": verdict.text}})
    return json_response({"proxySuccess": {"proxyTicket": verdict}})
