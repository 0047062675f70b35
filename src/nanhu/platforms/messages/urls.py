from django.urls import path

from nanhu.platforms.messages.views import desk, reading

app_name = "messages"
urlpatterns = [
    path("", reading.notices, name="notices"),
    path("read-all/", reading.read_all, name="read_all"),
    path("files/<uuid:public_id>/", reading.attachment, name="attachment"),
    path("manage/", desk.desk, name="desk"),
    path("manage/new/", desk.write, name="write"),
    path("manage/preview/", desk.preview, name="preview"),
    path("manage/<uuid:public_id>/", desk.notice, name="manage"),
    path("manage/<uuid:public_id>/edit/", desk.edit, name="edit"),
    path("manage/<uuid:public_id>/publish/", desk.publish, name="publish"),
    path("manage/<uuid:public_id>/withdraw/", desk.withdraw, name="withdraw"),
    path("manage/<uuid:public_id>/discard/", desk.discard, name="discard"),
    path("<uuid:public_id>/", reading.notice, name="notice"),
    path("<uuid:public_id>/read/", reading.read, name="read"),
]
