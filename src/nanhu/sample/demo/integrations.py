"""Sample programs of other systems in the portal: each kind, each state, one that waits for a second person."""

from typing import Any, Final
from uuid import uuid4

from nanhu.emulators.api import SAMPLE_KEY, SAMPLE_TOKEN_KEY
from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import configuration
from nanhu.platforms.people import api as people
from nanhu.platforms.portal import sample as portal_sample
from nanhu.sample.cast import CAST
from nanhu.sample.passes import actor_of

BY = Actor.system("demo")
LOANS: Final[dict[str, Any]] = {
    "icon": "book-open",
    "system": "library",
    "sent": "number",
    "header_name": "X-Api-Key",
    "secret": SAMPLE_KEY,
    "value_at": "/data/count",
    "unit_word": "册",
    "caption_at": "/data/note",
    "time_at": "/time",
    "ttl_seconds": 300,
}
SAMPLES: Final[tuple[tuple[str, str, str, dict[str, Any]], ...]] = (
    (
        "bus-times",
        "班车时刻",
        "page",
        {"mode": "frame", "sandbox": ["allow-scripts"], "icon": "bus", "description": "嵌在门户里的页面"},
    ),
    (
        "papers",
        "学术数据库",
        "stubborn",
        {"mode": "frame", "section": "study", "icon": "globe", "description": "不许嵌入，自动改为新窗口"},
    ),
    ("loans", "在借图书", "loans?campus_no={campus_no}", {"kind": "data", "order": 62, **LOANS}),
    (
        "net-balance",
        "上网余额",
        "balance",
        {
            "kind": "data",
            "icon": "gauge",
            "order": 63,
            "unit": "1032",
            "sent": "token",
            "secret": SAMPLE_TOKEN_KEY,
            "value_at": "/balance",
            "unit_word": "元",
            "caption_at": "/text",
            "time_at": "/at",
        },
    ),
    ("lectures", "讲座日程", "calendar.ics", {"kind": "feed", "system": "library", "icon": "calendar-days"}),
    ("library-news", "图书馆资讯", "news.rss", {"kind": "feed", "format": "rss", "system": "library", "icon": "rss"}),
    (
        "oa-todos",
        "OA 待办",
        "",
        {"kind": "todo", "unit": "1032", "system": "office", "icon": "list-checks", "state": "draft"},
    ),
    (
        "seats",
        "自习座位",
        "page?what=seats",
        {"state": "resting", "words": "今晚升级，22 点恢复", "icon": "door-open", "section": "study"},
    ),
    ("overdue", "逾期图书", "loans?campus_no={campus_no}", {"kind": "data", "order": 64, "state": "test", **LOANS}),
    ("survey", "满意度调查", "page?what=survey", {"state": "draft", "mode": "window", "icon": "file-text"}),
)


def take_samples_in() -> int:
    address = f"http://localhost:{configuration().samples_port}/"
    for key, name, path, facts in SAMPLES:
        said = {"unit": "1031", **facts}
        portal_sample.enter(by=BY, key=key, name=name, address=f"{address}{path}" if path else "", **said)
    portal_sample.remember_a_month(bad_day=4, bad_key="academic")
    found = people.find_person_by_campus_no(CAST["security"].campus_no)
    if found is not None:
        portal_sample.ask_release(by=actor_of(found), key="overdue", token=uuid4())
    return len(SAMPLES)
