"""Periodic jobs of the fleet: expired cards are revoked, gaps in sequences are found."""

from nanhu.kernel.database.values import one_value
from nanhu.kernel.jobs import job


@job("card_fleet.list_expired", every="7 0 * * *")
def list_expired() -> int:
    """Cards whose last day is over join the revocation list; every other change does so by itself."""
    return int(one_value("SELECT card_revocation_sweep()"))


@job("card_fleet.watch_sequences", every="* * * * *")
def watch_sequences(most: int = 5000) -> int:
    """Looks for sequences that are missing or came late; how many gaps were found anew."""
    return int(one_value("SELECT card_terminal_watch(%s)", [most]))
