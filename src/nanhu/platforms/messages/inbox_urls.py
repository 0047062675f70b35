from django.urls import URLPattern, URLResolver, path

from nanhu.platforms.messages.views import inbox
from nanhu.platforms.messages.views.inbox import desk as mine
from nanhu.platforms.messages.views.outbox import desk as outbox

app_name = "inbox"
urlpatterns: list[URLPattern | URLResolver] = [
    path("badge/", inbox.badge, name="badge"),
    path("worker.js", inbox.worker, name="worker"),
    path("browsers/", inbox.let_in, name="let_in"),
    path("outbox/", outbox.urls),
    path("<uuid:public_id>/", inbox.opened, name="open"),
    path("", mine.urls),
]
