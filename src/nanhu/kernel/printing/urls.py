from django.urls import path

from nanhu.kernel.printing.desk import desk
from nanhu.kernel.printing.views import verify

urlpatterns = [
    path("v/<str:code>", verify, name="verify-document"),
    path("printing/", desk.urls),
]
