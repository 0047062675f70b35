"""What a browser asks before anybody pressed is not run."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    "said",
    [
        {"sec-purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x-purpose": "preview"},
        {"x-moz": "prefetch"},
    ],
)
def test_a_page_asked_ahead_is_not_run_and_not_kept(said: dict[str, str]) -> None:
    """Without a database: it did not get as far as the session."""
    answer = Client().get("/", headers={**said, "cookie": "nanhu_session=whatever"})
    assert (answer.status_code, answer.headers["Cache-Control"], answer.content) == (503, "no-store", b"")


@pytest.mark.django_db
@pytest.mark.parametrize("said", [{}, {"sec-purpose": ""}, {"sec-fetch-purpose": "x"}])
def test_what_somebody_asked_for_is_run(said: dict[str, str]) -> None:
    assert Client().get("/sign-in", headers=said).status_code == 200
