"""How long a test waits for what must come at last: beyond any machine under load, so that only a fault ends the waiting.

A test gives no other number for a wait of more than a second (tests/economy holds that).
"""

PATIENCE_SECONDS = 600
PATIENCE_MS = 1000 * PATIENCE_SECONDS
