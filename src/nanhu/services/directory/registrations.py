"""What the one search finds here, the house's book of answers (常见问答), duties in the calendar and on 工作生活."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import (
    AnswerBook,
    CalendarFeed,
    LifePart,
    OfflinePage,
    PersonalData,
    Searchable,
    answer_books,
    calendar_feeds,
    life_parts,
    offline_pages,
    personal_data,
    searchables,
)
from nanhu.services.directory import queries
from nanhu.services.directory.models import Account, Answer, Phone
from nanhu.services.directory.services import mobiles
from nanhu.services.directory.services.keeping import publish

searchables.add(
    Searchable(
        key="directory.answers",
        title=_("常见问答"),
        icon="circle-question-mark",
        hits=queries.answer_hits,
        of=Answer,
        order=20,
    ),
    Searchable(key="directory.duty", title=_("值班"), icon="clock", load=queries.duties_found, order=25),
    Searchable(key="directory.phones", title=_("校内电话"), icon="phone", hits=queries.phone_hits, of=Phone, order=30),
    Searchable(key="directory.units", title=_("单位"), icon="building-2", hits=queries.unit_hits, order=45),
    Searchable(
        key="directory.accounts", title=_("公众号"), icon="qr-code", hits=queries.account_hits, of=Account, order=50
    ),
)
life_parts.add(
    LifePart(key="directory.unit", topic="phones", load=queries.phones_tile),
    LifePart(key="directory.duty", topic="duty", load=queries.duty_tile),
)
calendar_feeds.add(CalendarFeed(key="directory.duty", title=_("值班"), load=queries.occurrences, order=35))
personal_data.add(
    PersonalData(key="directory.duty", title=_("值班"), load=queries.duties_of, description=_("单位、任务、时间、地点"))
)
personal_data.add(
    PersonalData(
        key="directory.mobile",
        title=_("校内电话里的手机号"),
        load=mobiles.said_of,
        description=_("给谁看、什么时候定的；号码不另存"),
    )
)
answer_books.add(AnswerBook(key="directory.answers", find=queries.answers_like, publish=publish))
offline_pages.add(
    OfflinePage(key="directory.phones", address=lambda: reverse("directory:book:phones"), title=_("校内电话"))
)
