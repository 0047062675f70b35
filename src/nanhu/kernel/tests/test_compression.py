"""Pages are compressed, and their length tells nothing: decision 0013."""

import gzip
import zlib

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from nanhu.kernel.compression import CompressionMiddleware

PAGE = "<p>余额 ¥ 12.50</p>" * 400


def answered(content_type: str, **headers: str) -> HttpResponse:
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip, br", **headers})
    return CompressionMiddleware(lambda _request: HttpResponse(PAGE, content_type=content_type))(request)


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/json", "text/csv", "image/svg+xml"])
def test_a_text_leaves_compressed(content_type: str) -> None:
    response = answered(content_type)
    assert response["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response["Vary"]
    assert gzip.decompress(response.content).decode() == PAGE
    assert len(response.content) * 5 < len(PAGE.encode())


@pytest.mark.parametrize("content_type", ["image/jpeg", "application/pdf", "application/zip"])
def test_what_is_compressed_in_itself_is_left_alone(content_type: str) -> None:
    assert not answered(content_type).has_header("Content-Encoding")


def test_who_cannot_unpack_gets_it_plain() -> None:
    assert not answered("text/html", **{"accept-encoding": "identity"}).has_header("Content-Encoding")


def test_the_length_of_the_same_page_differs_from_answer_to_answer() -> None:
    assert len({len(answered("text/html").content) for _ in range(40)}) > 5


def test_what_is_compressed_already_is_not_compressed_again() -> None:
    once = HttpResponse(gzip.compress(PAGE.encode()), content_type="text/html", headers={"Content-Encoding": "gzip"})
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    response = CompressionMiddleware(lambda _request: once)(request)
    assert gzip.decompress(response.content).decode() == PAGE


def test_a_mark_of_the_plain_page_becomes_a_weak_one() -> None:
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    marked = HttpResponse(PAGE, headers={"ETag": '"1"', "Content-Length": str(len(PAGE.encode()))})
    response = CompressionMiddleware(lambda _request: marked)(request)
    assert response["ETag"] == 'W/"1"'
    assert int(response["Content-Length"]) == len(response.content)


def test_it_is_one_stream_and_whole() -> None:
    """A browser stops at the first thing that is no gzip; the stream ends with the checksum of the page."""
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert reader.decompress(answered("text/html").content).decode() == PAGE
    assert reader.eof
    assert not reader.unused_data


def test_the_campus_stands_behind_it_before_anything_writes_the_page() -> None:
    order = list(settings.MIDDLEWARE)
    assert order.index("nanhu.kernel.compression.CompressionMiddleware") < order.index(
        "django.middleware.csp.ContentSecurityPolicyMiddleware"
    )
