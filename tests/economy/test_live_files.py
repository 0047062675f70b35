"""Files of a live server: what Django's own would answer, read once, and asked for once by a browser."""

from pathlib import Path
from urllib.request import urlopen

import pytest
from django.contrib.staticfiles import finders

from nanhu.testing import kept_files
from nanhu.testing.patience import PATIENCE_SECONDS

NAMES = {"ui/js/lists.js": "text/javascript", "ui/css/kit.css": "text/css", "ui/img/mark.svg": "image/svg+xml"}


@pytest.mark.django_db(transaction=True)
def test_a_file_is_the_one_that_is_there_and_one_that_is_not_is_not_found(live_server, monkeypatch):
    kept_files.answer_of.cache_clear()
    for name, wanted in NAMES.items():
        with urlopen(f"{live_server.url}/static/{name}", timeout=PATIENCE_SECONDS) as answer:
            kind, body, kept = answer.headers["Content-Type"], answer.read(), answer.headers["Cache-Control"]
        assert (kind.partition(";")[0], kept) == (wanted, f"max-age={kept_files.KEPT_SECONDS}")
        assert body == Path(finders.find(name)).read_bytes()
    looked = []
    monkeypatch.setattr(finders, "find", looked.append)
    with urlopen(f"{live_server.url}/static/{next(iter(NAMES))}", timeout=PATIENCE_SECONDS) as answer:
        assert answer.read()
    assert looked == []
    with pytest.raises(OSError, match="404"):
        urlopen(f"{live_server.url}/static/ui/js/no_such.js", timeout=PATIENCE_SECONDS)
