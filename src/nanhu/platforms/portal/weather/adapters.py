"""Three providers' answers, by their public descriptions, turned into one report. What the description left unsure says [K]."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from nanhu.kernel import strict_json
from nanhu.kernel.outgoing import Call
from nanhu.platforms.portal.integrations import calling
from nanhu.platforms.portal.integrations.rules import BadAnswerError, refuse_deep, shown

COLDEST, HOTTEST = -60, 60
DAYS: Final = 3
LONGEST_TITLE, LONGEST_WARNING = 60, 400
LEVELS: Final = {"蓝": "blue", "黄": "yellow", "橙": "orange", "红": "red"}
OPEN_METEO: Final = "https://api.open-meteo.com"
CAIYUN: Final = "https://api.caiyunapp.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    latitude: str
    longitude: str
    key: str
    address: str


def get(address: str, headers: tuple[tuple[str, str], ...] = ()) -> Any:
    document = calling.fetch(Call(address=address, headers=headers))
    if document.status != HTTPStatus.OK:
        raise BadAnswerError(f"status {document.status}")
    found = strict_json.decode(document.body)
    refuse_deep(found)
    return found


def degrees(value: object) -> int:
    found = round(float(str(value)))
    if not COLDEST <= found <= HOTTEST:
        raise BadAnswerError(f"no temperature: {found}")
    return found


def percent(value: object) -> int | None:
    """None where the provider does not say: it promises no dry day."""
    return None if value is None else min(max(round(float(str(value))), 0), 100)


def day_of(day: str, sky: str, high: object, low: object, rain: int | None) -> dict[str, Any]:
    return {
        "day": date.fromisoformat(day[:10]).isoformat(),
        "sky": sky,
        "high": degrees(high),
        "low": degrees(low),
        "rain": rain,
    }


def level_in(title: str) -> str:
    """蓝色、黄色、橙色、红色, in the words of the warning itself."""
    return next((level for word, level in LEVELS.items() if f"{word}色" in title), "")


def warning_of(title: object, text: object, at: object) -> dict[str, str]:
    said = shown(title, LONGEST_TITLE)
    return {
        "title": said,
        "text": shown(text or "", LONGEST_WARNING),
        "level": level_in(said),
        "at": shown(at or "", 25),
    }


def sky_of(code: int, spans: Mapping[str, tuple[range, ...]]) -> str:
    return next((sky for sky, ranges in spans.items() if any(code in one for one in ranges)), "cloudy")


WMO: Final = {
    "clear": (range(2),),
    "partly": (range(2, 3),),
    "cloudy": (range(3, 4),),
    "fog": (range(45, 49),),
    "drizzle": (range(51, 58), range(61, 62), range(80, 81)),
    "rain": (range(62, 68), range(81, 83)),
    "snow": (range(71, 78), range(85, 87)),
    "thunder": (range(95, 100),),
}


def open_meteo(place: Place) -> dict[str, Any]:
    """/v1/forecast with `current` and `daily`; weather codes of the WMO. It has no warnings for China."""
    daily = "weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max"
    found = get(
        f"{place.address or OPEN_METEO}/v1/forecast?latitude={place.latitude}&longitude={place.longitude}"
        f"&current=temperature_2m,weather_code&daily={daily}&timezone=Asia%2FShanghai&forecast_days={DAYS}"
    )
    now, rows = found["current"], found["daily"]
    lists = [rows[name] for name in ("time", *daily.split(","))]
    return {
        "temperature": degrees(now["temperature_2m"]),
        "sky": sky_of(int(now["weather_code"]), WMO),
        "days": [
            day_of(day, sky_of(int(code), WMO), high, low, percent(rain))
            for day, code, high, low, rain in list(zip(*lists, strict=True))[:DAYS]
        ],
        "warnings": [
            warning_of(one["title"], one.get("text"), one.get("time")) for one in found.get("warnings", [])[:5]
        ],
    }


QWEATHER: Final = {
    "clear": (range(100, 101), range(150, 151)),
    "partly": (range(101, 104), range(151, 154)),
    "cloudy": (range(104, 105),),
    "thunder": (range(302, 305),),
    "drizzle": (range(305, 306), range(309, 310), range(300, 301)),
    "rain": (range(301, 302), range(306, 400)),
    "snow": (range(400, 500),),
    "fog": (range(500, 516),),
}


def qweather(place: Place) -> dict[str, Any]:
    """和风: /v7/weather/now, /v7/weather/3d, /v7/warning/now, each with `code` "200"; the host is the account's own. It packs its answers.
    [K] the key in the header X-QW-Api-Key; the probability of rain is not in the daily forecast."""
    where = f"location={place.longitude},{place.latitude}"
    asked = ("weather/now", f"weather/{DAYS}d", "warning/now")
    now, days, warnings = (get(f"{place.address}/v7/{one}?{where}", (("X-QW-Api-Key", place.key),)) for one in asked)
    if {one.get("code") for one in (now, days, warnings)} != {"200"}:
        raise BadAnswerError("code is not 200")
    return {
        "temperature": degrees(now["now"]["temp"]),
        "sky": sky_of(int(now["now"]["icon"]), QWEATHER),
        "days": [
            day_of(one["fxDate"], sky_of(int(one["iconDay"]), QWEATHER), one["tempMax"], one["tempMin"], None)
            for one in days["daily"][:DAYS]
        ],
        "warnings": [warning_of(one["title"], one.get("text"), one.get("pubTime")) for one in warnings["warning"][:5]],
    }


CAIYUN_SKIES: Final = (
    *(
        ("CLEAR", "clear"),
        ("PARTLY", "partly"),
        ("CLOUDY", "cloudy"),
        ("LIGHT_RAIN", "drizzle"),
        ("THUNDER", "thunder"),
    ),
    *(("LIGHT_SNOW", "snow"), ("MODERATE_SNOW", "snow"), ("HEAVY_SNOW", "snow"), ("STORM_SNOW", "snow")),
    *(("MODERATE_RAIN", "rain"), ("HEAVY_RAIN", "rain"), ("STORM_RAIN", "rain"), ("FOG", "fog"), ("LIGHT_HAZE", "fog")),
    *(("MODERATE_HAZE", "fog"), ("HEAVY_HAZE", "fog"), ("DUST", "fog"), ("SAND", "fog")),
)


def caiyun_sky(word: str) -> str:
    return next((sky for begin, sky in CAIYUN_SKIES if str(word).startswith(begin)), "cloudy")


def caiyun(place: Place) -> dict[str, Any]:
    """彩云: /v2.6/{token}/{longitude},{latitude}/weather?alert=true. [K] `precipitation[].probability` is out of a hundred in v2.6;
    alerts have `title`, `description`, `pubtimestamp`."""
    found = get(
        f"{place.address or CAIYUN}/v2.6/{place.key}/{place.longitude},{place.latitude}/weather"
        f"?alert=true&dailysteps={DAYS}&hourlysteps=1"
    )
    if found.get("status") != "ok":
        raise BadAnswerError("status is not ok")
    now, daily = found["result"]["realtime"], found["result"]["daily"]
    rows = zip(daily["temperature"], daily["skycon"], daily["precipitation"], strict=True)
    return {
        "temperature": degrees(now["temperature"]),
        "sky": caiyun_sky(now["skycon"]),
        "days": [
            day_of(heat["date"], caiyun_sky(sky["value"]), heat["max"], heat["min"], percent(rain.get("probability")))
            for heat, sky, rain in list(rows)[:DAYS]
        ],
        "warnings": [
            warning_of(one["title"], one.get("description"), one.get("pubtimestamp"))
            for one in found["result"].get("alert", {}).get("content", [])[:5]
        ],
    }


ADAPTERS: Final[Mapping[str, Callable[[Place], dict[str, Any]]]] = {
    "open-meteo": open_meteo,
    "qweather": qweather,
    "caiyun": caiyun,
}
