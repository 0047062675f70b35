"""The door of assets. Other systems read what it publishes in the shared tables; nobody calls it yet."""

__all__: list[str] = []
