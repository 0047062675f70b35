"""Work that comes round."""

from nanhu.kernel.jobs import job
from nanhu.systems.card.devices.services.machines import watch_for_silence


@job("card.watch_machines", every="* * * * *")
def watch_machines() -> int:
    return watch_for_silence()
