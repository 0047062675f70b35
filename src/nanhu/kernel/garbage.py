"""Python's garbage collector in a process that serves requests: what was loaded stays, what a request made goes by itself."""

import gc


def collect_seldom() -> None:
    """To be called when all is loaded. A page makes thousands of objects and no cycles to speak of; by its own measure Python
    would walk all modules, models and templates again every few pages (a sixth of a home's time).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
