"""`make bench`: each figure with its baseline from the same run. `python -m bench NAME` measures one."""
