"""What 企业微信 looks for at the top of the school's address."""

from django.urls import URLPattern, path

from nanhu.services.mobile.views import enter

urlpatterns: list[URLPattern] = [path("WW_verify_<slug:mark>.txt", enter.trusted_domain, name="wecom-trusted-domain")]
