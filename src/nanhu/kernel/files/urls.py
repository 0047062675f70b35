from django.urls import path

from nanhu.kernel.files.views import download

app_name = "files"
urlpatterns = [path("<uuid:public_id>/", download, name="download")]
