from nanhu.platforms.portal.models.integrations import (
    Integration,
    IntegrationItem,
    IntegrationRelease,
    IntegrationValue,
)
from nanhu.platforms.portal.models.outlook import SystemDay, SystemHealth, WeatherReport
from nanhu.platforms.portal.models.pages import (
    CalendarAddress,
    Correction,
    FieldOwner,
    Preference,
    SearchEntry,
    SearchMiss,
    SearchSynonym,
    Shortcut,
)

__all__ = [
    "CalendarAddress",
    "Correction",
    "FieldOwner",
    "Integration",
    "IntegrationItem",
    "IntegrationRelease",
    "IntegrationValue",
    "Preference",
    "SearchEntry",
    "SearchMiss",
    "SearchSynonym",
    "Shortcut",
    "SystemDay",
    "SystemHealth",
    "WeatherReport",
]
