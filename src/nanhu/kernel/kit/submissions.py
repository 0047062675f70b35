"""A form is sent twice (a double press, "back", a bad line) and done once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from nanhu.kernel.attempts import attempt
from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import insert
from nanhu.kernel.jobs import job
from nanhu.kernel.kit.requests import PageRequest
from nanhu.kernel.models import SubmittedForm
from nanhu.kernel.once import FormUsedError, by_token, lock_key
from nanhu.kernel.viewers import viewer_of

TOKEN = "form_token"  # noqa: S105 - the name of a field
KEPT = timedelta(days=2)
"""Longer than a session: nobody sends a form after that."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`made`: what the service gave, None where it was done before."""

    address: str
    made: Any
    is_new: bool


def submit_once(
    request: PageRequest, name: str, write: Callable[[], Any], next_address: Callable[[PageRequest, Any], str]
) -> Answer:
    """A form of a console's page."""
    return once(request, page_of(request, name), write, lambda made: next_address(request, made))


def once(request: HttpRequest, page: str, write: Callable[[], Any], next_address: Callable[[Any], str]) -> Answer:
    """In one transaction with the mark that it was done. A second sender at the same moment waits, and is sent where the first
    was sent. Without a token (no page of ours sent it) there is nothing to compare with."""
    token, account_id = token_of(request), sender_of(request)

    def submitted() -> Answer:
        known = known_submission(token, account_id, page) if token else None
        if known is not None:
            return Answer(known.address, None, is_new=False)
        made = write()
        address = next_address(made)
        if token:
            insert(SubmittedForm(token=token, account_id=account_id, page=page, address=address))
        return Answer(address, made, is_new=True)

    return attempt(submitted)


def sender_of(request: HttpRequest) -> int:
    """Whose form it is: a page that nobody is signed in to has none of these forms."""
    return viewer_of(request).account_id


def token_of(request: HttpRequest) -> UUID | None:
    try:
        return UUID(str(request.POST.get(TOKEN, "")))
    except ValueError:
        return None


def submitted_before(request: PageRequest, name: str) -> str | None:
    """Where this form led when it was done."""
    page, token = page_of(request, name), token_of(request)
    done = by_token(SubmittedForm).first(token=token) if token else None
    is_own = done is not None and (done.account_id, done.page) == (request.viewer.account_id, page)
    return done.address if done and is_own else None


def page_of(request: PageRequest, name: str) -> str:
    return f"{request.page.console.namespace}:{name}"


def known_submission(token: UUID, account_id: int, page: str) -> SubmittedForm | None:
    lock_key(f"form:{token}")
    known = by_token(SubmittedForm).first(token=token)
    if known is not None and (known.account_id, known.page) != (account_id, page):
        raise FormUsedError
    return known


@job("kernel.forget_submitted_forms", every="17 3 * * *")
def forget_submitted_forms() -> int:
    gone, _by_table = SubmittedForm.objects.filter(done_at__lt=now() - KEPT).delete()
    return gone
