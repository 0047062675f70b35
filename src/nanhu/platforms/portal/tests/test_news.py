"""校园资讯: what the school's sites publish, newest first, by site; who follows one is told once, with the digest."""

from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine

from nanhu.kernel.clock import now
from nanhu.platforms.messages.models import Entry, Message
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.integrations import feeds
from nanhu.platforms.portal.integrations.news import MOST_TOLD, desk
from nanhu.platforms.portal.models import NewsFollower
from nanhu.testing.pages import PageTests

from .conftest import signed_in

pytestmark = pytest.mark.django_db


class TestNews(PageTests):
    desk, is_for_everybody = desk, True

    @pytest.fixture
    def holder(self, student):
        return student


def rss(*titles: str, hours: int = 1) -> str:
    """The first of so many hours ago, each next of a day before."""
    moment = now() - timedelta(hours=hours)
    items = "".join(
        f"<item><title>{title}</title><link>https://www.example.cn/{quote(title)}</link>"
        f"<pubDate>{moment - timedelta(days=n):%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for n, title in enumerate(titles)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'


@pytest.fixture
def sites(centre, vendor):
    noon = now().replace(hour=4, minute=0, second=0)  # of the campus: no day ends amid it
    with time_machine.travel(noon if noon <= now() else noon - timedelta(days=1), tick=False):
        main = centre.live(
            "feed", "main", vendor.says("/main", rss("校庆开幕", "新楼启用")), name="学校要闻", format="rss"
        )
        staff = centre.live(
            "feed",
            "staff",
            vendor.says("/staff", rss("职代会", hours=2)),
            name="教工园地",
            format="rss",
            faces=["staff"],
        )
        feeds.read_all()
        yield main, staff


def shown(client, query=""):
    page = client.get(f"/news/{query}").content.decode()
    return sorted((one for one in ("校庆开幕", "新楼启用", "职代会", "食堂上新") if one in page), key=page.index)


@pytest.mark.capability("A067.1")
def test_what_the_sites_have_stands_here_newest_first_for_whom_each_is(sites, vendor, student, teacher):
    assert shown(student) == ["校庆开幕", "新楼启用"]
    assert shown(teacher) == ["校庆开幕", "职代会", "新楼启用"]
    page = student.get("/news/").content.decode()
    assert f'href="https://www.example.cn/{quote("校庆开幕")}"' in page
    assert "教工园地" not in page
    vendor.says("/main", rss("食堂上新", "校庆开幕", "新楼启用"))
    feeds.read_all()
    assert shown(student) == ["食堂上新", "校庆开幕", "新楼启用"], "what was read last as well"
    vendor.says("/main", rss("食堂上新", "校庆开幕").replace("<title>校庆开幕", "<title>校庆改期"))
    feeds.read_all()
    assert shown(student) == ["食堂上新"], "what the site took away or calls otherwise stands here no more"
    assert "校庆改期" in student.get("/news/").content.decode()


@pytest.mark.capability("A067.2")
def test_one_reads_by_site_and_follows_one(sites, vendor, student, teacher):
    main, staff = sites
    assert shown(teacher, f"?site={staff.pk}") == ["职代会"]
    assert student.post("/news/follow/", {"sites": [str(staff.pk)]}).status_code == 422, "not one of his"
    assert student.post("/news/follow/", {"sites": [str(main.pk)]}).status_code == 302
    assert "checked" in student.get("/news/follow/").content.decode()
    assert teacher.post("/news/follow/", {"sites": [str(staff.pk)]}).status_code == 302
    vendor.says("/main", rss("食堂上新", "校庆开幕", "新楼启用"))
    feeds.read_all()
    feeds.read_all()
    told = Entry.objects.get(message__template="portal.news")
    assert (told.message.title, told.message.urgency) == ("学校要闻新资讯：食堂上新", "digest")
    assert told.person_id == people.find_person_by_campus_no("20240518"), "who follows another site is not told"
    student.post("/news/follow/", {"sites": []})
    assert not NewsFollower.objects.filter(integration=main).exists()
    vendor.says("/main", rss("又一条"))
    feeds.read_all()
    assert Message.objects.filter(template="portal.news").count() == 1


@pytest.mark.capability("A067.2")
def test_a_site_that_publishes_its_archive_tells_of_few_and_one_that_is_new_of_none(sites, vendor, student):
    main, _staff = sites
    student.post("/news/follow/", {"sites": [str(main.pk)]})
    vendor.says("/main", rss(*(f"旧闻{n}" for n in range(12))))
    feeds.read_all()
    assert Message.objects.filter(template="portal.news").count() == MOST_TOLD


@pytest.mark.capability("A067.1")
def test_what_says_to_be_published_in_years_to_come_stands_last_and_is_no_news(sites, vendor, student):
    main, _staff = sites
    student.post("/news/follow/", {"sites": [str(main.pk)]})
    late = (
        rss("食堂上新").partition("<item>")[2].partition("</item>")[0].replace(f" {now():%Y} ", f" {now().year + 70} ")
    )
    vendor.says("/main", rss("校庆开幕", "新楼启用").replace("</channel>", f"<item>{late}</item></channel>"))
    feeds.read_all()
    assert shown(student) == ["校庆开幕", "新楼启用", "食堂上新"]
    assert "2000" not in student.get("/news/").content.decode().partition("食堂上新")[2].partition("</tr>")[0]
    assert not Message.objects.filter(template="portal.news").exists()


@pytest.mark.capability("A067.2")
def test_who_may_not_read_a_site_any_more_is_told_nothing(sites, vendor, student):
    main, _staff = sites
    student.post("/news/follow/", {"sites": [str(main.pk)]})
    type(main).objects.filter(pk=main.pk).update(faces=["staff"])
    vendor.says("/main", rss("食堂上新"))
    feeds.read_all()
    assert not Message.objects.filter(template="portal.news").exists()
    assert shown(signed_in("20240518")) == []
