from django.urls import path

from nanhu.platforms.identity.registry.desk import desk
from nanhu.platforms.identity.registry.views import mine

urlpatterns = [
    path("account/applications", mine.account_applications, name="account_applications"),
    path("", desk.urls),
]
