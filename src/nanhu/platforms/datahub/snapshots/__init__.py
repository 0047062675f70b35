"""Snapshots of large tables (大表快照): taken, and which of them said what of a row. How an engine is asked: `warehouse`."""
