"""What a process is: rooms declare theirs as they declare their tiles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nanhu.kernel.configuration import Configuration
from nanhu.kernel.database.roles import Process
from nanhu.kernel.registry import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSpecification:
    """`command` gives the argument list for a configuration; `ready_url` answers 2xx once the process serves.

    A process without `ready_url` counts as ready as soon as it runs. One that `pulses` touches its file of
    `nanhu.kernel.processes.pulse` for as long as all its loops are alive.
    `database_role` says with whose rights it connects to the database; one without gets no address of it.
    One `from_nursery` is a `python -m …`; where there is a nursery it is born there and has nothing to load.
    """

    key: str
    command: Callable[[Configuration], list[str]]
    ready_url: Callable[[Configuration], str] | None = None
    environment: Callable[[Configuration], Mapping[str, str]] = field(default=lambda _configuration: {})
    pulses: bool = False
    from_nursery: bool = False
    database_role: Process | None = None
    order: int = 100


processes: Register[ProcessSpecification] = Register()
