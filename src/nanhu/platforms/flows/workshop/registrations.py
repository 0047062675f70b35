"""The workshop's pages enter themselves: what waits for a second person there is known before any address is opened."""

from nanhu.platforms.flows.workshop import releasing  # noqa: F401
