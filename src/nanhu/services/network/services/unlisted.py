"""Sessions that their gateway lists no more are over, also where the Stop was lost: by the agent of a VPN gateway, every two seconds."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from django.db import transaction

from nanhu.kernel.clock import now
from nanhu.kernel.database.values import run
from nanhu.services.network.models import Session

TWICE: Final = timedelta(seconds=1)
"""Two lists that come closer to each other were made at one moment: one that came twice, or of two agents."""
END: Final = """SELECT network_end(array_agg(s.id ORDER BY s.id), coalesce(d.cause, 'lost'), %s)
  FROM network_session s LEFT JOIN network_disconnect d ON d.session_id = s.id
 WHERE s.id = ANY (%s) AND s.stopped_at IS NULL GROUP BY coalesce(d.cause, 'lost')"""


@transaction.atomic
def note_list(*, nas_id: int, sids: Collection[str]) -> None:
    """`sids`: all that are connected there. What two lists in a row leave out is over, by the cause for which we ended it where we did; one
    may have been made while somebody came in. Who is there all the same is on line again with his next report. Locked is only what changes."""
    rows = Session.objects.filter(nas=nas_id, stopped_at=None)
    moving = [pk for pk, sid, since in rows.values_list("pk", "sid", "unlisted_at") if since or sid not in sids]
    locked = rows.select_for_update().filter(pk__in=moving).order_by("pk")
    standing, moment = list(locked.values_list("pk", "sid", "unlisted_at")) if moving else [], now()
    back = [pk for pk, sid, _since in standing if sid in sids]
    fresh = [pk for pk, sid, since in standing if sid not in sids and since is None]
    gone = [pk for pk, sid, since in standing if sid not in sids and since and moment - since > TWICE]
    if back:
        rows.filter(pk__in=back).update(unlisted_at=None)
    if fresh:
        rows.filter(pk__in=fresh).update(unlisted_at=moment)
    if gone:
        run(END, [moment, gone])
