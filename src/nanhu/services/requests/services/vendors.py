"""Jobs of crews that are a company's (外包单位): its system reads them and says how far each is; the highest sequence of a key counts."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nanhu.kernel import throttle
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.files.errors import RefusedFileError
from nanhu.kernel.throttle import Gate, Limit, TooManyAttemptsError
from nanhu.platforms.openapi.api import ApiKey, Vendor
from nanhu.services.requests.errors import (
    JobIncompleteError,
    JobMomentError,
    JobPhotoError,
    JobPushedTooOftenError,
    JobSequenceReusedError,
    JobStateError,
    JobUnknownError,
)
from nanhu.services.requests.models import Request, VendorJob
from nanhu.services.requests.models.requests import OPEN, REPAIRS
from nanhu.services.requests.services import working
from nanhu.services.requests.services.filing import Contents, check_photos, keep_photos

State = Request.State
AHEAD: Final = timedelta(minutes=5)
"""A clock of another house may be so far before ours."""
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Of the sandbox, whose jobs were reported by nobody."""
CHANGES: Final = Limit("requests.job_changes", free=30, cap=3600, memory=timedelta(days=1))
"""Of one job: most of what is pushed is told to its requester, and a key may be stolen."""
SANDBOX_JOBS: Final = ("SANDBOX-1", "SANDBOX-2", "SANDBOX-3")
AFTER: Final = {
    "assigned": ({State.ASSIGNED, State.WAITING}, State.ASSIGNED),
    "working": ({State.ASSIGNED, State.WAITING}, State.WORKING),
    "cannot_enter": ({State.ASSIGNED, State.WORKING}, State.WAITING),
    "done": ({State.ASSIGNED, State.WORKING, State.WAITING}, State.DONE),
}
"""What may be said of a job in which states, and in which one it is then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatePush:
    state: str
    at: datetime
    sequence: int
    words: str = ""
    windows: Sequence[str] = ()
    cause: str = ""
    photos: Contents = ()

    @property
    def digest(self) -> str:
        photos = [hashlib.sha256(one).hexdigest() for one in self.photos]
        said = [self.state, self.at.timestamp(), self.words, list(self.windows), self.cause, photos]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def jobs_of(vendor: Vendor) -> QuerySet[Request]:
    """Of its crews, those that stand or work; another's are not there."""
    found = Request.objects.filter(kind__in=REPAIRS, crew__vendor=vendor, crew__is_active=True)
    return found.select_related("place__parent", "fault_class", "crew")


def open_jobs(vendor: Vendor) -> QuerySet[Request]:
    return jobs_of(vendor).filter(state__in=OPEN)


@transaction.atomic
def push(*, by: Actor, key: ApiKey, number: str, pushed: StatePush) -> str:
    """`applied`, `unchanged` (the same again), `stale` (a lower sequence, or older than what another key of the company said). The request is
    locked first: of two at once the second sees what the first said."""
    vendor = key.vendor
    found = jobs_of(vendor).select_for_update(of=("self",)).filter(number=number).first()
    if found is None:
        raise JobUnknownError(param="number")
    said = {one.key_id: one for one in VendorJob.objects.filter(vendor=vendor, number=number)}
    row = said.pop(key.pk, None) or VendorJob(vendor=vendor, key=key, number=number)
    if (outcome := outcome_of(row, found.state, pushed, others=said.values())) != "applied":
        return outcome
    refuse_moment(found, pushed.at)
    refuse_flood(key, number)
    with photos_judged():
        apply(by, found, pushed)
    keep(row, pushed)
    return outcome


def outcome_of(row: VendorJob, state: str, pushed: StatePush, *, others: Iterable[VendorJob] = ()) -> str:
    """`others`: what further keys of the company said last, whose sequences are their own."""
    if pushed.sequence < row.sequence:
        return "stale"
    if pushed.sequence == row.sequence:
        if pushed.digest != row.digest:
            raise JobSequenceReusedError(param="sequence")
        return "unchanged"
    for other in others:
        if other.digest == pushed.digest:
            return "unchanged"
        if other.said_at and other.said_at > pushed.at:
            return "stale"
    refuse_incomplete(pushed)
    if state not in AFTER[pushed.state][0]:
        raise JobStateError(state=State(state).label, param="state")
    return "applied"


def refuse_incomplete(pushed: StatePush) -> None:
    if pushed.state == "cannot_enter" and not pushed.windows:
        raise JobIncompleteError(param="windows")
    if pushed.state == "done" and not pushed.cause:
        raise JobIncompleteError(param="cause")
    if pushed.photos and pushed.state != "done":
        raise JobPhotoError(why=_("照片随 done 推来。"), param="photos")


def refuse_moment(found: Request, at: datetime) -> None:
    if at > now() + AHEAD or (found.created_at and at < found.created_at):
        raise JobMomentError(param="at")


def refuse_flood(key: ApiKey, number: str) -> None:
    """By key: whoever has stolen one makes the company's next one wait for nothing."""
    try:
        throttle.admit([Gate(CHANGES, f"{key.pk}:{number}")])
    except TooManyAttemptsError as error:
        raise JobPushedTooOftenError(seconds=int(str(error.facts["seconds"]))) from error


@contextmanager
def photos_judged() -> Iterator[None]:
    """In the words of the interface."""
    try:
        yield
    except RefusedFileError as error:
        raise JobPhotoError(why=error.facts["why"], param="photos") from error


def apply(by: Actor, found: Request, pushed: StatePush) -> None:
    at, words, windows = min(pushed.at, now()), pushed.words, pushed.windows
    if pushed.state == "assigned":
        working.plan(by, found, windows[0] if windows else "", words, at=at)
    elif pushed.state == "working":
        working.begin(by, found, None, words, at=at)
    elif pushed.state == "cannot_enter":
        working.turn_away(by, found, None, windows, words, at=at)
    else:
        keep_photos(by, found, pushed.photos, is_after=True)
        working.finish(by, found, None, cause=pushed.cause, words=words, at=at)


def keep(row: VendorJob, pushed: StatePush) -> None:
    row.sequence, row.digest, row.pushed_at = pushed.sequence, pushed.digest, now()
    row.said_at = min(pushed.at, row.pushed_at)
    row.save()


@transaction.atomic
def try_out(*, vendor: Vendor, number: str, pushed: StatePush) -> str:
    """The same in the sandbox: same rules and answers, nobody's repair."""
    prepare_sandbox(vendor)
    row = VendorJob.objects.select_for_update().filter(vendor=vendor, number=number, is_sandbox=True).first()
    if row is None:
        raise JobUnknownError(param="number")
    outcome = outcome_of(row, row.state, pushed)
    if outcome == "applied":
        if not EARLIEST <= pushed.at <= now() + AHEAD:
            raise JobMomentError(param="at")
        with photos_judged():
            check_photos(pushed.photos)
        row.state = AFTER[pushed.state][1]
        keep(row, pushed)
    return outcome


def sandbox_jobs(vendor: Vendor) -> QuerySet[VendorJob]:
    prepare_sandbox(vendor)
    return VendorJob.objects.filter(vendor=vendor, is_sandbox=True).exclude(state=State.DONE)


def prepare_sandbox(vendor: Vendor) -> None:
    for number in SANDBOX_JOBS:
        VendorJob.objects.get_or_create(
            vendor=vendor, number=number, defaults={"is_sandbox": True, "state": State.ASSIGNED}
        )


def reset_sandbox(vendor: Vendor) -> None:
    VendorJob.objects.filter(vendor=vendor, is_sandbox=True).delete()
    prepare_sandbox(vendor)
