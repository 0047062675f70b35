"""Statements of the network that are answered before Django (interims, admissions of known devices, who is on line at an address)."""

from typing import Final

from nanhu.kernel.database.swift import Connections
from nanhu.services.network.statements import QUERIES

INTERIMS: Final = QUERIES.text("interims").encode()
ADMIT: Final = b"SELECT network_admit($1, $2, $3, $4, $5, $6, nullif($7, '')::inet, $8, $9, $10, $11)"
PRESENCE: Final = QUERIES.text("presence").encode()
CONNECTIONS: Final = Connections(
    {INTERIMS: b"interims", ADMIT: b"admit", PRESENCE: b"presence"},
    title="nanhu-network",
    options="-c enable_hashjoin=off -c enable_mergejoin=off",
)
"""Keys lead from each record to its session: no table is read for its many rows."""
