"""Asking (询问): a question is written down once, asked by the worker until the party answers, and its first answer stands."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Final

import msgspec
from django.db import transaction

from nanhu.kernel import audit, outgoing, strict_json
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import publish
from nanhu.kernel.once import lock_key
from nanhu.kernel.outgoing import Call, Document
from nanhu.kernel.pauses import doubling
from nanhu.kernel.retries import Again, Retries, wake
from nanhu.kernel.retries.answers import Outside
from nanhu.platforms.parties.events import PartyAnswered
from nanhu.platforms.parties.lines import Line, line_of
from nanhu.platforms.parties.models import Inquiry
from nanhu.platforms.parties.parties import PARTIES, Verdict

CHANNEL: Final = "parties"
BY: Final = Actor.system("parties")
LARGEST: Final = 1024 * 1024
FRESH: Final = timedelta(minutes=10)
PATIENCE: Final = timedelta(days=3)
NOT_SET_UP: Final = timedelta(minutes=10)
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(days=1)
State = Inquiry.State
type Facts = Mapping[str, Any]


class LaterError(Exception):
    """The party answered that it will not answer now."""

    def __init__(self, words: str, after: timedelta) -> None:
        super().__init__(words)
        self.after = after


@dataclass(frozen=True, slots=True)
class Said:
    """What was answered: a word, and the facts with it. Who reads an answer that is no answer to the question raises a BadAnswerError."""

    verdict: Verdict
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """How one party is asked and read. `keep`: what else is written with its answer, in the same transaction."""

    party: str
    call: Callable[[Line, Facts], Call]
    read: Callable[[Facts, Document], Said]
    keep: Callable[[Said], None] = lambda _said: None
    redirects: int = 0


clients: dict[str, Client] = {}


def register(client: Client) -> Client:
    clients[client.party] = client
    return client


@transaction.atomic
def ask(*, by: Actor, party: str, subject: str, question: Facts, fresh: timedelta = FRESH) -> Inquiry:
    """The one that is on its way already, or was answered just now, is not asked again."""
    text = msgspec.json.encode(question, order="sorted").decode()
    key = f"{subject}:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
    lock_key(f"parties.ask:{party}:{key}")
    same = Inquiry.objects.filter(party=party, subject=subject, key=key)  # by the index of subjects: keys have none
    known = same.exclude(state=State.GIVEN_UP).order_by("-pk").first()
    if known is not None and (known.ended_at is None or known.ended_at > now() - fresh):
        join(by, known)
        return known
    made = Inquiry.objects.create(
        lane=list(PARTIES).index(party),
        party=party,
        subject=subject,
        key=key,
        question=text,
        asked_by=[] if by.account_id is None else [by.account_id],
        author_name=by.name,
    )
    note_question(by, made)
    wake(CHANNEL)
    return made


def join(by: Actor, known: Inquiry) -> None:
    """Whoever asks what another asked finds the answer in his own list."""
    if by.account_id is not None and by.account_id not in known.asked_by:
        Inquiry.objects.filter(pk=known.pk).update(asked_by=[*known.asked_by, by.account_id])
        note_question(by, known)


def note_question(by: Actor, inquiry: Inquiry) -> None:
    audit.record(by=by, action="parties.ask", target=target_of(inquiry), facts={"party": inquiry.party})


def target_of(inquiry: Inquiry) -> str:
    return f"parties_inquiry:{inquiry.public_id}"


def step(inquiry: Inquiry) -> Again | Outside:
    line = line_of(inquiry.party)
    if line is None:
        return Again("not set up", after=NOT_SET_UP)
    return partial(send, inquiry, line)


def send(inquiry: Inquiry, line: Line) -> Again | None:
    client, question = clients[inquiry.party], strict_json.decode(inquiry.question)
    document = outgoing.fetch(
        client.call(line, question), seconds=line.seconds, largest=LARGEST, redirects=client.redirects
    )
    if (again := refused_for_now(document)) is not None:
        return again
    try:
        said = client.read(question, document)
    except LaterError as later:
        return Again(str(later), after=later.after)
    hear(inquiry, said)
    return None


def refused_for_now(document: Document) -> Again | None:
    """Of a status that is no answer: 404 is one, of who knows the thing or not."""
    if document.status < HTTPStatus.MULTIPLE_CHOICES or document.status == HTTPStatus.NOT_FOUND:
        return None
    is_away = document.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return Again(f"HTTP {document.status}", after=retry_after(document), is_away=is_away)


def retry_after(document: Document) -> timedelta | None:
    """Retry-After, in seconds or as a date; nothing where it says neither. Who says 0 is not asked without a pause."""
    said = document.headers.get("retry-after", "")
    try:
        if said.isascii() and said.isdigit():
            return max(timedelta(seconds=min(int(said), LONGEST_PAUSE.total_seconds())), SHORTEST_PAUSE)
        until: datetime = parsedate_to_datetime(said)
        return min(max(until - now(), SHORTEST_PAUSE), LONGEST_PAUSE)
    except (TypeError, ValueError):
        return None


@transaction.atomic
def hear(inquiry: Inquiry, said: Said) -> None:
    """The first answer stands; who comes late with another changes nothing."""
    row = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
    if row.state == State.ANSWERED:
        return
    row.state, row.verdict, row.answer = State.ANSWERED, said.verdict, msgspec.json.encode(said.facts).decode()
    row.ended_at, row.due_at, row.error = now(), None, ""
    row.save()
    clients[row.party].keep(said)
    audit.record(
        by=BY, action="parties.hear", target=target_of(row), facts={"party": row.party, "verdict": said.verdict}
    )
    publish(PartyAnswered(party=row.party, key=str(row.public_id)))


@transaction.atomic
def ask_now(*, by: Actor, inquiry: Inquiry) -> None:
    """An engineer does not wait for the next time."""
    if Inquiry.objects.filter(pk=inquiry.pk, state=State.WAITING).update(due_at=now()):
        audit.record(by=by, action="parties.ask_now", target=target_of(inquiry))
        wake(CHANNEL)


INQUIRIES: Final = Retries(
    model=Inquiry,
    step=step,
    pause=doubling("5s", "1h"),
    until=lambda row: row.created_at + PATIENCE,
    given_up=lambda: {"state": State.GIVEN_UP, "ended_at": now()},
    lane="lane",
    lane_at_once=2,
    at_once=8,
)
