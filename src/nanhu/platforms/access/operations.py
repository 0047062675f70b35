"""What door controllers ask of the services door: `door/pass`, `door/list`, `door/events`."""

from typing import Any, Final

from django.db.models import Max

from nanhu.kernel.clock import now
from nanhu.platforms.access.errors import DoorNotSetUpError
from nanhu.platforms.access.models import Door, Passage
from nanhu.platforms.access.queries import pass_back_of
from nanhu.platforms.access.reasons import sentence_of
from nanhu.platforms.access.services.contacts import spoke
from nanhu.platforms.access.services.emergencies import open_until
from nanhu.platforms.access.services.listing import current_list, page_of, row_facts
from nanhu.platforms.access.services.passing import pass_door
from nanhu.platforms.access.services.uploading import DOUBTED, MOST_ROWS, take
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import INCIDENTS, MalformedError, Request, Terminal, operation, text_in, whole_in

DOORS: Final = frozenset({Terminal.Kind.DOOR})
LONGEST_MEDIUM: Final = 64
MOST_STORED: Final = 1_000_000


def door_of(request: Request) -> Door:
    door = Door.objects.select_related("place").filter(pk=request.terminal.pk).first()
    if door is None:
        raise DoorNotSetUpError
    return door


@operation("door/pass", kinds=DOORS)
def door_pass(request: Request) -> dict[str, Any]:
    """A refusal is a decision too: it is written down like a passage."""
    text, direction = text_in(request.body, "card", longest=LONGEST_MEDIUM), request.body.get("direction", "in")
    if direction not in Passage.Direction.values:
        raise MalformedError
    door = door_of(request)
    decision, passage = pass_door(door=door, sequence=request.sequence, text=text, direction=direction)
    answer = {"code": decision.code, "sentence": sentence_of(decision.code), "at": passage.at.timestamp()}
    if not decision.is_opened:
        return {"outcome": "refused", **answer}
    holder = people.person_card(passage.person_id) if passage.person_id else None
    return {**answer, "open_seconds": door.open_seconds, "name": people.masked_name(holder.name) if holder else ""}


@operation("door/events", kinds=DOORS)
def door_events(request: Request) -> dict[str, Any]:
    """Passages decided without network. Every row is answered, none is to be sent again."""
    rows = request.body.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS:
        raise MalformedError
    door = door_of(request)
    answers = [{"sequence": sequence_in(row), "code": take(door=door, row=row)} for row in rows]
    doubted = sum(one["code"] == DOUBTED for one in answers)
    if doubted:
        INCIDENTS.refuse_signed(
            terminal=request.terminal.number, address=request.by.address, code=DOUBTED, times=doubted
        )
    return {"rows": answers}


def sequence_in(row: Any) -> Any:
    return row.get("sequence") if isinstance(row, dict) else None


@operation("door/list", kinds=DOORS, reads=True)
def door_list(request: Request) -> dict[str, Any]:
    """The door's poll, every few seconds: what changed in its list, and whether it is to stand open. Says what it holds."""
    body = request.body
    held = whole_in(body, "version", least=0)
    after = whole_in(body, "after", least=0) if "after" in body else 0
    stored = whole_in(body, "stored", least=0, most=MOST_STORED) if "stored" in body else 0
    door = door_of(request)
    moment = now()
    Door.objects.filter(pk=door.pk).update(
        said_at=moment,
        said_version=held,
        said_open=body.get("is_open") is True,
        said_stored=stored,
        **spoke(moment),
    )
    Terminal.objects.filter(pk=door.pk).update(last_seen=moment)
    current = current_list(door)
    page, opened = page_of(current, held=held, after=after), open_until(door.place_id)
    answer = {
        "version": page.version,
        "is_full": page.is_full,
        "changes": [row_facts(row) for row in page.rows],
        "next": page.following,
        "ends_at": current.ends_at.timestamp() if current.ends_at else 0,
        "open_until": opened.timestamp() if opened else None,
        "open_seconds": door.open_seconds,
        "pass_back": pass_back_of(door.place).value,
        "server_time": now().timestamp(),
        "profiles_tag": current.profiles_tag,
        "last_sequence": last_sequence(door),
    }
    if body.get("profiles_tag") != current.profiles_tag or page.is_full:
        answer |= {"profiles": current.profiles, "salt": door.list_salt}
    return answer


def last_sequence(door: Door) -> int:
    """A controller that lost its memory goes on above it."""
    return int(Passage.objects.filter(door=door).aggregate(last=Max("sequence"))["last"] or 0)
