import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from nanhu.kernel.configuration import Configuration
from nanhu.kernel.proxies import TrustedProxyMiddleware

PROXIES = "127.0.0.1, ::1, 10.0.0.0/24"


def seen(monkeypatch, peer: str, **headers: str) -> dict[str, str]:
    monkeypatch.setattr("nanhu.kernel.proxies.configuration", lambda: Configuration(trusted_proxies=PROXIES))
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    TrustedProxyMiddleware(lambda _: HttpResponse())(request)
    return request.META


@pytest.mark.parametrize(
    ("peer", "forwarded", "visitor"),
    [
        ("127.0.0.1", "202.197.1.9", "202.197.1.9"),
        ("127.0.0.1", "202.197.1.9, 10.0.0.7", "202.197.1.9"),  # two proxies of ours
        ("127.0.0.1", "8.8.8.8, 202.197.1.9", "202.197.1.9"),  # the visitor invented the first
        ("::1", "2001:da8::9", "2001:da8::9"),
        ("127.0.0.1", "nonsense, 202.197.1.9", "202.197.1.9"),
        ("127.0.0.1", "202.197.1.9, nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("10.0.0.7", "10.0.0.8", "10.0.0.8"),
        ("202.197.1.9", "8.8.8.8", "202.197.1.9"),  # no proxy of ours: not believed
        ("", "8.8.8.8", ""),
    ],
)
def test_the_visitor_s_address(monkeypatch, peer: str, forwarded: str, visitor: str) -> None:
    assert seen(monkeypatch, peer, x_forwarded_for=forwarded)["REMOTE_ADDR"] == visitor


def test_only_a_known_proxy_may_say_that_the_line_is_encrypted(monkeypatch) -> None:
    assert "HTTP_X_FORWARDED_PROTO" in seen(monkeypatch, "127.0.0.1", x_forwarded_proto="https")
    assert "HTTP_X_FORWARDED_PROTO" not in seen(monkeypatch, "202.197.1.9", x_forwarded_proto="https")
