from django.urls import path

from nanhu.kernel.kit import saved_views

app_name = "kit"
urlpatterns = [path("views/", saved_views.save, name="save_view")]
