from django.urls import URLPattern, URLResolver, path

from nanhu.systems.dormitory.desk import desk, rollbacks

app_name = "dormitory"
urlpatterns: list[URLPattern | URLResolver] = [
    path("rooms/", desk.urls),
    path("rollbacks/", rollbacks.urls),
]
