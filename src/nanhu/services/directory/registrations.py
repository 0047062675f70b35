"""What the one search finds here, and the house's book of answers (常见问答)."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import (
    AnswerBook,
    LifePart,
    OfflinePage,
    Searchable,
    answer_books,
    life_parts,
    offline_pages,
    searchables,
)
from nanhu.services.directory import queries
from nanhu.services.directory.services.keeping import publish

searchables.add(
    Searchable(
        key="directory.answers", title=_("常见问答"), icon="circle-question-mark", hits=queries.answer_hits, order=20
    ),
    Searchable(key="directory.phones", title=_("校内电话"), icon="phone", hits=queries.phone_hits, order=30),
    Searchable(key="directory.accounts", title=_("公众号"), icon="qr-code", hits=queries.account_hits, order=50),
)
life_parts.add(LifePart(key="directory.unit", topic="phones", load=queries.phones_tile))
answer_books.add(AnswerBook(key="directory.answers", find=queries.answers_like, publish=publish))
offline_pages.add(
    OfflinePage(key="directory.phones", address=lambda: reverse("directory:book:phones"), title=_("校内电话"))
)
