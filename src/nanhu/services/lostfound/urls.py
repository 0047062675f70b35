from django.urls import URLPattern, URLResolver, path

from nanhu.services.lostfound.board import board
from nanhu.services.lostfound.keeping_desk import desk as keeping
from nanhu.services.lostfound.photos import photo
from nanhu.services.lostfound.review_desk import desk as review

app_name = "lostfound"
urlpatterns: list[URLPattern | URLResolver] = [
    path("review/", review.urls),
    path("keeping/", keeping.urls),
    path("photos/<uuid:public_id>/", photo, name="photo"),
    path("photos/<uuid:public_id>/small/", photo, {"is_small": True}, name="photo_small"),
    path("", board.urls),
]
