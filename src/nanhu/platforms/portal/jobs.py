"""Periodic jobs of the portal: the index of the search, and the words that found nothing."""

from nanhu.kernel.jobs import job
from nanhu.platforms.portal import publishing
from nanhu.platforms.portal.integrations import feeds, trying, values
from nanhu.platforms.portal.search import missing
from nanhu.platforms.portal.search.indexing import index_all
from nanhu.platforms.portal.sharing import services as sharing
from nanhu.platforms.portal.systems import watching
from nanhu.platforms.portal.weather import services as weather


@job("portal.index", every="*/5 * * * *")
def index_what_can_be_found() -> int:
    return index_all()


@job("portal.forget_missed", every="15 3 * * *")
def forget_missed_words() -> int:
    return missing.forget_old()


@job("portal.read_feeds", every="*/10 * * * *")
def read_feeds() -> int:
    return feeds.read_all()


@job("portal.watch_systems", every="* * * * *")
def watch_systems() -> int:
    return watching.watch()


@job("portal.fetch_weather", every="*/30 * * * *")
def fetch_weather() -> bool:
    return weather.fetch()


@job("portal.look_at_frames", every="40 3 * * *")
def look_at_frames() -> int:
    return trying.look_at_frames()


@job("portal.forget_values", every="50 3 * * *")
def forget_values() -> int:
    return values.forget_old()


@job("portal.publish", every="37 * * * *")
def publish() -> int:
    return publishing.publish()


@job("portal.tell_ending_grants", every="20 8 * * *")
def tell_ending_grants() -> int:
    return sharing.tell_ending()
