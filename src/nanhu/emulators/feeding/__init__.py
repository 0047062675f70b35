"""An emulated vendor's system that is read by the hub: rows over HTTP in pages, as dirty and as moody as they come."""
