from django.urls import path

from nanhu.platforms.people.desk import desk, rollbacks
from nanhu.platforms.people.views.photo import photo, portrait

app_name = "people"
urlpatterns = [
    path("<uuid:public_id>/photo", photo, name="photo"),
    path("<uuid:public_id>/portrait", portrait, name="portrait"),
    path("posts/", desk.urls),
    path("post-rollbacks/", rollbacks.urls),
]
