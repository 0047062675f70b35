"""How long a test waits for what must come at last: beyond any machine under load, so that only a fault ends the waiting."""

PATIENCE_SECONDS = 600
PATIENCE_MS = 1000 * PATIENCE_SECONDS
