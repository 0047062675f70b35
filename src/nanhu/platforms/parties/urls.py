from django.urls import path

from nanhu.platforms.parties.desk import desk
from nanhu.platforms.parties.invoice_desk import desk as invoices
from nanhu.platforms.parties.quota_desk import desk as quotas

pages, app, namespace = desk.urls
urlpatterns = [path("", ([path("invoices/", invoices.urls), path("quotas/", quotas.urls), *pages], app, namespace))]
