"""The gateway as a process of the house."""

from nanhu.kernel.configuration import Configuration
from nanhu.kernel.processes.house import granian


def gateway_command(configuration: Configuration) -> list[str]:
    """One worker: two share no batches and are slower on two cores. RSGI costs half of ASGI here (docs/rooms/card.md)."""
    return granian(
        "rsgi",
        "nanhu.systems.card.gateway:application",
        address=configuration.listen_address,
        port=configuration.gateway_port,
    )
