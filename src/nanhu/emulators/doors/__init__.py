"""Door controllers in the browser: readers, a lamp, a network plug, a clock. They know the campus by its protocol alone."""
