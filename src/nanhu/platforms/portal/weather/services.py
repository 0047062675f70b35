"""Fetches the weather each half hour and says it for the home: plainly for three hours, with its time for twelve, then no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.registry import NoticeLine, SchoolRules, Text, school_rules
from nanhu.kernel.remembered import Remembered
from nanhu.kernel.school import school
from nanhu.kernel.ui.words import lazy_term
from nanhu.platforms.portal.models import WeatherReport
from nanhu.platforms.portal.weather.adapters import ADAPTERS, Place

log = structlog.get_logger()
OLD_AFTER, GONE_AFTER = timedelta(hours=3), timedelta(hours=12)
READ_SECONDS: Final = 60.0
UMBRELLA: Final = 50
JACKET: Final = 10
"""Degrees between the highest and the lowest of a day."""
SKIES: Final[dict[str, tuple[Text, str]]] = {
    "clear": (_("晴"), "sun"),
    "partly": (_("多云"), "cloud-sun"),
    "cloudy": (_("阴"), "cloud"),
    "fog": (_("雾霾"), "cloud-fog"),
    "drizzle": (_("小雨"), "cloud-drizzle"),
    "rain": (_("雨"), "cloud-rain"),
    "snow": (_("雪"), "snowflake"),
    "thunder": (_("雷雨"), "cloud-lightning"),
}
WET: Final = frozenset({"drizzle", "rain", "thunder", "snow"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    day: date
    sky: Text
    icon: str
    high: int
    low: int
    rain: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What the pages say. `hint`: one line worth reading before one goes out."""

    place: Text
    temperature: int
    sky: Text
    icon: str
    days: Sequence[Day]
    warnings: Sequence[dict[str, str]]
    fetched_at: datetime
    is_old: bool
    hint: Text = ""

    @property
    def today(self) -> Day | None:
        return next((one for one in self.days if one.day == campus_today()), None)


def place_of() -> tuple[str, str, str]:
    table = school().table("weather")
    table.only({"place", "latitude", "longitude"})
    for member, most in (("latitude", 90), ("longitude", 180)):
        value = table.text(member, "")
        try:
            is_there = not value or abs(float(value)) <= most
        except ValueError:
            is_there = False
        if not is_there:
            raise table.fault(member, value, "degrees, as text")
    return table.text("place", school().city), table.text("latitude", ""), table.text("longitude", "")


def provider() -> tuple[str, str]:
    """Whose it is and where; the sample campus asks the emulator on its own machine."""
    settings = configuration()
    if not settings.weather_provider and settings.demo:
        return "open-meteo", f"http://localhost:{settings.samples_port}/weather"
    return settings.weather_provider, settings.weather_address.rstrip("/")


def fetch() -> bool:
    """Keeps a new report. Whatever goes wrong leaves the last one as it is."""
    name, address = provider()
    place, latitude, longitude = place_of()
    if not name or not latitude or not longitude:
        return False
    key_file = configuration().weather_key_file
    try:
        key = Path(key_file).read_text().strip() if key_file else ""
        facts = ADAPTERS[name](Place(latitude=latitude, longitude=longitude, key=key, address=address))
    except (OSError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError) as error:
        log.warning("portal.weather_failed", provider=name, error=type(error).__name__)
        return False
    WeatherReport.objects.update_or_create(
        place=place, defaults={"provider": name, "facts": facts, "fetched_at": now()}
    )
    report.forget()
    return True


def read() -> WeatherReport | None:
    return WeatherReport.objects.filter(place=place_of()[0]).first()


report = Remembered(read, seconds=READ_SECONDS)


def weather() -> Weather | None:
    """Asks nobody outside. None where there is none, or none of today's half."""
    found = report()
    if found is None or now() - found.fetched_at > GONE_AFTER:
        return None
    facts: dict[str, Any] = found.facts
    sky, icon = SKIES[facts["sky"]]
    days = [one for one in map(day_of, facts["days"]) if one.day >= campus_today()]
    return Weather(
        place=lazy_term(found.place),
        temperature=facts["temperature"],
        sky=sky,
        icon=icon,
        days=days,
        warnings=facts["warnings"],
        fetched_at=found.fetched_at,
        is_old=now() - found.fetched_at > OLD_AFTER,
        hint=hint_of(facts, campus_today()),
    )


def day_of(one: dict[str, Any]) -> Day:
    sky, icon = SKIES[one["sky"]]
    return Day(
        day=date.fromisoformat(one["day"]), sky=sky, icon=icon, high=one["high"], low=one["low"], rain=one["rain"]
    )


def hint_of(facts: dict[str, Any], today: date) -> Text:
    day = next((one for one in facts["days"] if one["day"] == today.isoformat()), None)
    if day is None:
        return ""
    if day["sky"] in WET and (day["rain"] is None or day["rain"] >= UMBRELLA):
        return _("今天有雨雪，带伞")
    return _("早晚温差大，带件外套") if day["high"] - day["low"] >= JACKET else ""


def warning_lines() -> list[NoticeLine]:
    """For the notices of the home, above all others."""
    said = weather()
    if said is None:
        return []
    return [
        NoticeLine(
            title=one["title"],
            url=reverse("portal:weather"),
            office=str(said.place),
            published_at=said.fetched_at,
            is_pinned=True,
        )
        for one in said.warnings
    ]


school_rules.add(SchoolRules(key="weather", read=place_of))
