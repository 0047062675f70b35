from django.urls import URLPattern, URLResolver, path

from nanhu.services.mobile.desk import desk
from nanhu.services.mobile.mine import mine
from nanhu.services.mobile.personnel import personnel
from nanhu.services.mobile.views import callback, certify, enter

app_name = "mobile"
urlpatterns: list[URLPattern | URLResolver] = [
    path("certify/", certify.certify, name="certify"),
    path("certify/code", certify.certify_code, name="certify_code"),
    path("newcomer/", certify.newcomer, name="newcomer"),
    path("enter", enter.enter, name="enter"),
    path("entered", enter.entered, name="entered"),
    path("link", enter.link, name="link"),
    path("wecom/callback", callback.callback, name="callback"),
    path("desk/", desk.urls),
    path("personnel/", personnel.urls),
    path("", mine.urls),
]
