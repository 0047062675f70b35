from django.urls import URLPattern, path

from nanhu.systems.assets.counting.found import label

urlpatterns: list[URLPattern] = [path("<str:code>", label, name="asset-label")]
