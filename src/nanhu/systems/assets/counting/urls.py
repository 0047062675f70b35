from django.urls import URLPattern, URLResolver, path

from nanhu.systems.assets.counting import views
from nanhu.systems.assets.counting.desk import desk

urlpatterns: list[URLPattern | URLResolver] = [
    path("counts/", desk.urls),
    path("count/", views.home, name="count"),
    path("count/worker.js", views.worker, name="count_worker"),
    path("count/<uuid:public_id>/", views.counter, name="counter"),
    path("count/<uuid:public_id>/things.json", views.things, name="count_things"),
    path("count/<uuid:public_id>/pictures.json", views.pictures, name="count_pictures"),
    path("count/<uuid:public_id>/photos/", views.photos, name="count_photos"),
    path("count/<uuid:public_id>/rows/", views.rows, name="count_rows"),
]
