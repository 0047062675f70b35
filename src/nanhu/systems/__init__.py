"""The business systems, each replaceable: they know each other only through events and the registry."""
