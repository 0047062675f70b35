"""The emulated consumer by itself: which news it believes, and what it makes of pages."""

import hashlib
import hmac
import io
import json
import time

import pytest

from nanhu.emulators.consumer.app import ConsumerApplication

SECRET = "nanhu_whsec_x"
NEWS = json.dumps({"type": "hub.news"}).encode()


@pytest.fixture
def consumer(tmp_path, monkeypatch):
    file = tmp_path / "consumer.json"
    file.write_text(json.dumps({"hub": "http://hub/", "key": "k", "secret": SECRET, "product": "people.person"}))
    made = ConsumerApplication(file)
    monkeypatch.setattr(made, "read", lambda: made.note("read"))
    return made


def ask(consumer, path, *, method="GET", body=b"", **heads):
    caught = {}
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **heads,
    }
    chunks = consumer(environ, lambda status, _heads: caught.update(status=status))
    return caught["status"][:3], b"".join(chunks).decode()


def signature(secret, moment, body=NEWS):
    return f"t={moment},v1={hmac.new(secret.encode(), f'{moment}.'.encode() + body, hashlib.sha256).hexdigest()}"


def test_only_news_that_is_signed_now_is_believed(consumer):
    now = int(time.time())
    for shown in ("", signature("other", now), signature(SECRET, now - 900), signature(SECRET, now, b"other")):
        assert ask(consumer, "/hook", method="POST", body=NEWS, HTTP_NANHU_SIGNATURE=shown)[0] == "403"
    good = signature(SECRET, now)
    assert ask(consumer, "/hook", method="POST", body=NEWS, HTTP_NANHU_SIGNATURE=good)[0] == "204"
    assert "收到通知" in ask(consumer, "/")[1]
    assert ask(consumer, "/nowhere")[0] == "404"


def test_rows_come_and_go_and_are_shown_as_text(consumer):
    consumer.take({"key": {"person_id": "1"}, "data": {"name": "<b>"}, "batch": 3, "source": "aa.students"})
    page = ask(consumer, "/")[1]
    assert "&lt;b&gt;" in page
    assert "手里有 1 行" in page
    consumer.take({"key": {"person_id": "1"}, "data": None, "batch": 4, "source": "aa.students"})
    assert "手里有 0 行" in ask(consumer, "/")[1]
