"""What a process without Django knows of the mobile campus: the emulator's company."""

from nanhu.services.mobile.adapters.wecom.line import emulator_facts

__all__ = ["emulator_facts"]
