"""Reading sources (数据源) on a schedule: asked by the worker, what they say goes the way of a file."""
