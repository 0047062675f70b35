"""Periodic jobs of SAML: federations' metadata is refreshed."""

from nanhu.kernel.jobs import job
from nanhu.platforms.identity.protocols.saml.models import Feed
from nanhu.platforms.identity.protocols.saml.services import feeds


@job("identity.saml_feeds", every="*/10 * * * *")
def refresh_feeds() -> None:
    feeds.refresh_due()


@job("identity.saml_feed", attempts=1)
def refresh_feed(feed_id: int) -> None:
    """Asked for by an administrator."""
    feed = Feed.objects.filter(pk=feed_id, is_enabled=True).first()
    if feed is not None:
        feeds.refresh(feed)
