"""Waiting until what was committed may be sealed: the horizon of a chain is the server's, and other workers and the server's own
autovacuum have transactions there, too."""

import time

from django.db import connection

from nanhu.kernel.sealing.chain import Chain, eras_and_horizons
from nanhu.testing.patience import PATIENCE_SECONDS


def until_finished(chain: Chain) -> None:
    """Until no transaction is under way that began before this call. Not inside one, nor beside one of the test's own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        [mine] = cursor.fetchone()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (horizon := eras_and_horizons(chain)[-1][1]) <= mine:
        if time.monotonic() > deadline:
            raise TimeoutError(f"a transaction before {mine} is still under way: {horizon}")
        time.sleep(0.02)
