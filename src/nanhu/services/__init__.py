"""Campus services: repairs, lost and found, venues, directory, network, mobile."""
