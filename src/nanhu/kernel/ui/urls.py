from django.urls import path

from nanhu.kernel.ui import views

app_name = "ui"
urlpatterns = [
    path("theme.css", views.theme, name="theme"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("worker.js", views.worker, name="worker"),
    path("brand/<slug:kind>", views.school_file, name="school_file"),
    path("language", views.language, name="language"),
    path("ui/", views.catalogue_page, name="catalogue"),
]
