from django.urls import path

from nanhu.platforms.people.desk import desk
from nanhu.platforms.people.views.photo import photo

app_name = "people"
urlpatterns = [
    path("<uuid:public_id>/photo", photo, name="photo"),
    path("posts/", desk.urls),
]
