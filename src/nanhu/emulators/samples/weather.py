"""A weather service that speaks as three do: open-meteo, 和风 (packed, as it packs) and 彩云. The weather is made up."""

import gzip
import json
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from nanhu.emulators.office.app import Answer

ZONE = ZoneInfo("Asia/Shanghai")
WARNING = "岳阳市气象台发布大风蓝色预警"
TEXT = "受冷空气影响，预计未来 24 小时湖区阵风 7～8 级，请注意防范。示例。"
DAYS = ((3, "CLOUDY", 104, 14, 6, 20), (61, "LIGHT_RAIN", 305, 11, 5, 80), (1, "CLEAR_DAY", 100, 15, 4, 0))


def weather_at(path: str, query: dict[str, list[str]]) -> Answer:
    parts = path.strip("/").split("/")
    if path == "/v1/forecast" and "latitude" in query:
        return said(open_meteo())
    if parts[:1] == ["v7"] and "location" in query:
        return said(qweather("/".join(parts[1:])), packed=True)
    if parts[:1] == ["v2.6"] and parts[-1] == "weather":
        return said(caiyun())
    return Answer(HTTPStatus.NOT_FOUND, b"{}")


def said(value: dict[str, Any], *, packed: bool = False) -> Answer:
    content = json.dumps(value, ensure_ascii=False).encode()
    kind = ("Content-Type", "application/json; charset=utf-8")
    if packed:
        return Answer(HTTPStatus.OK, gzip.compress(content), (kind, ("Content-Encoding", "gzip")))
    return Answer(HTTPStatus.OK, content, (kind,))


def days() -> list[str]:
    today = datetime.now(ZONE).date()
    return [(today + timedelta(days=ahead)).isoformat() for ahead in range(len(DAYS))]


def open_meteo() -> dict[str, Any]:
    """Its warnings are the emulator's own addition: the real one has none for China."""
    return {
        "current": {"time": datetime.now(ZONE).isoformat()[:16], "temperature_2m": 11.6, "weather_code": 3},
        "daily": {
            "time": days(),
            "weather_code": [one[0] for one in DAYS],
            "temperature_2m_max": [one[3] for one in DAYS],
            "temperature_2m_min": [one[4] for one in DAYS],
            "precipitation_probability_max": [one[5] for one in DAYS],
        },
        "warnings": [{"title": WARNING, "text": TEXT, "time": datetime.now(ZONE).isoformat()}],
    }


def qweather(what: str) -> dict[str, Any]:
    if what == "weather/now":
        return {"code": "200", "now": {"temp": "12", "icon": "104", "text": "阴"}}
    if what == "warning/now":
        return {"code": "200", "warning": [{"title": WARNING, "text": TEXT, "pubTime": days()[0]}]}
    rows = [
        {"fxDate": day, "iconDay": str(one[2]), "tempMax": str(one[3]), "tempMin": str(one[4])}
        for day, one in zip(days(), DAYS, strict=True)
    ]
    return {"code": "200", "daily": rows}


def caiyun() -> dict[str, Any]:
    dated = list(zip([f"{day}T00:00+08:00" for day in days()], DAYS, strict=True))
    return {
        "status": "ok",
        "result": {
            "realtime": {"temperature": 11.6, "skycon": "CLOUDY"},
            "daily": {
                "temperature": [{"date": day, "max": one[3], "min": one[4]} for day, one in dated],
                "skycon": [{"date": day, "value": one[1]} for day, one in dated],
                "precipitation": [{"date": day, "probability": one[5]} for day, one in dated],
            },
            "alert": {"content": [{"title": WARNING, "description": TEXT, "pubtimestamp": 1}]},
        },
    }
