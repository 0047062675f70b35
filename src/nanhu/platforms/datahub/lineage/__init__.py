"""Lineage (数据流向): which column of which source becomes which field of which table, who reads it; and the same as OpenLineage."""
