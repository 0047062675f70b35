from django.urls import URLPattern, path

from nanhu.systems.card.codes import views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="code"),
    path("state", views.state, name="code_state"),
    path("enable/", views.enable, name="code_enable"),
    path("devices/", views.devices, name="code_devices"),
    path("devices/<uuid:public_id>/end/", views.end, name="code_device_end"),
    path("worker.js", views.worker, name="code_worker"),
]
