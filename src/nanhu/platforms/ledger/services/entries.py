"""Numbers of entries, and the keys (幂等键) under which each is posted once."""

from nanhu.kernel.database.values import one_value, run
from nanhu.platforms.ledger.errors import EntryKeyReusedError
from nanhu.platforms.ledger.models import EntryKey


def next_entry_id() -> int:
    return int(one_value("SELECT nextval('ledger_transfer_id_seq')"))


def claim_key(key: str, entry_id: int, fingerprint: bytes) -> int | None:
    """Take the key for this entry, or give the entry that has it. Whoever posts the same key at once waits here."""
    written = run(
        "INSERT INTO ledger_entry_key (key, entry_id, fingerprint, created_at) VALUES (%s, %s, %s, now()) "
        "ON CONFLICT (key) DO NOTHING",
        [key, entry_id, fingerprint],
    )
    if written == 1:
        return None
    known = EntryKey.objects.get(key=key)
    if bytes(known.fingerprint) != fingerprint:
        raise EntryKeyReusedError
    return known.entry_id
