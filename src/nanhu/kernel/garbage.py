"""Python's garbage collector: what is loaded stays and need not be walked, what a request made goes by itself."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def collect_nothing() -> None:
    """To be called before all is loaded: three thousand modules make it walk what it has again and again, an eighth of a start."""
    gc.disable()


def collect_seldom() -> None:
    """To be called when all is loaded. A page makes thousands of objects and no cycles to speak of; by its own measure Python
    would walk all modules, models and templates again every few pages (a sixth of a home's time).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@contextmanager
def loading() -> Iterator[None]:
    """What is loaded meanwhile is not walked, then or later; afterwards the collector works by its own measure."""
    collect_nothing()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
