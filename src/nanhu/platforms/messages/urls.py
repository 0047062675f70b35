from django.urls import path

from nanhu.platforms.messages.desk import desk
from nanhu.platforms.messages.views import reading, writing

app_name = "messages"
urlpatterns = [
    path("", reading.notices, name="notices"),
    path("read-all/", reading.read_all, name="read_all"),
    path("files/<uuid:public_id>/", reading.attachment, name="attachment"),
    path("manage/new/", writing.write, name="write"),
    path("manage/preview/", writing.preview, name="preview"),
    path("manage/<uuid:public_id>/edit/", writing.edit, name="edit"),
    path("manage/", desk.urls),
    path("<uuid:public_id>/", reading.notice, name="notice"),
    path("<uuid:public_id>/read/", reading.read, name="read"),
]
