from django.urls import path

from nanhu.platforms.parties.desk import desk
from nanhu.platforms.parties.invoice_desk import desk as invoices

pages, app, namespace = desk.urls
urlpatterns = [path("", ([path("invoices/", invoices.urls), *pages], app, namespace))]
