"""Browsers without eyes that sign in by the form, over HTTP."""

import http.client
import re
from typing import NamedTuple
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
PEOPLE = ("student", "teacher")
"""Whom a password alone signs in."""


class Signed(NamedTuple):
    status: int
    cookies: str
    retry_after: int


def sample_form(number: int) -> dict[str, str]:
    """Name and password of one of the sample campus's people."""
    from nanhu.sample.cast import CAST
    from nanhu.sample.demo.welcome import SAMPLE_PASSWORD

    return {"username": CAST[PEOPLE[number % len(PEOPLE)]].campus_no, "password": SAMPLE_PASSWORD}


def sign_in(port: int, form: dict[str, str]) -> Signed:
    """Open the form, send it; 302 when the door opened."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Host": f"localhost:{port}"}
    connection.request("GET", "/sign-in", headers=headers)
    page = connection.getresponse()
    cookie = page.getheader("Set-Cookie", "").split(";")[0]
    text = page.read().decode()
    token = TOKEN.search(text)
    if page.status != 200 or token is None:
        raise RuntimeError(f"the sign-in page has no form: {page.status}")
    body = urlencode({**form, "csrfmiddlewaretoken": token[1]})
    headers |= {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", body=body, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    cookies = [value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    return Signed(answer.status, "; ".join([cookie, *cookies]), int(answer.getheader("Retry-After") or 0))


def session_cookie(port: int, number: int = 0) -> str:
    """The session of a sample person, as `name=value`."""
    signed = sign_in(port, sample_form(number))
    found = re.search(r"nanhu_session=[^;]+", signed.cookies)
    if signed.status != 302 or found is None:
        raise RuntimeError(f"a sample person was not signed in: {signed.status}")
    return found[0]
