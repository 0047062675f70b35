"""Events: facts that a room tells the rooms above and beside it.

`publish` writes to the outbox in the caller's transaction; the worker delivers each event to each subscriber at least
once, in lists, each list in one transaction. Subscribers must be idempotent.
"""

from nanhu.kernel.events.delivery import deliver_pending
from nanhu.kernel.events.outbox import Event, publish, publish_all, subscribe

__all__ = ["Event", "deliver_pending", "publish", "publish_all", "subscribe"]
