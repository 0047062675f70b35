"""The processes a running campus is made of, and the supervisor that keeps them alive on one machine."""

from nanhu.kernel.processes.specification import ProcessSpecification, processes
from nanhu.kernel.processes.supervisor import Supervisor

__all__ = ["ProcessSpecification", "Supervisor", "processes"]
