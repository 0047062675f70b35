from nanhu.platforms.portal.models.homes import HomeLayout, PlacedTile
from nanhu.platforms.portal.models.integrations import (
    Integration,
    IntegrationItem,
    IntegrationRelease,
    IntegrationValue,
    NewsFollower,
)
from nanhu.platforms.portal.models.outlook import SystemDay, SystemHealth, WeatherReport
from nanhu.platforms.portal.models.pages import (
    CalendarAddress,
    Correction,
    CorrectionCopy,
    FieldOwner,
    Preference,
    SearchEntry,
    SearchMiss,
    SearchSynonym,
    Shortcut,
)
from nanhu.platforms.portal.models.switch import ReadOnlyChange

__all__ = [
    "CalendarAddress",
    "Correction",
    "CorrectionCopy",
    "FieldOwner",
    "HomeLayout",
    "Integration",
    "IntegrationItem",
    "IntegrationRelease",
    "IntegrationValue",
    "NewsFollower",
    "PlacedTile",
    "Preference",
    "ReadOnlyChange",
    "SearchEntry",
    "SearchMiss",
    "SearchSynonym",
    "Shortcut",
    "SystemDay",
    "SystemHealth",
    "WeatherReport",
]
