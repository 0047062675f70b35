"""Companions of the worker: loops on threads of their own, for work that must not wait until a job slot is free."""

import threading
from collections.abc import Callable

type Companion = Callable[[threading.Event], None]
"""Runs until the event is set. Loses the database and waits for it; is killed at any moment and loses nothing."""

companions: dict[str, Companion] = {}
