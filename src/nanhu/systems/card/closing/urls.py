from django.urls import path

from nanhu.systems.card.closing.views import statement

urlpatterns = [
    path("statement/", statement.page, name="statement"),
    path("statement/statement.json", statement.download, name="statement_download"),
    path("statement/verify_statement.py", statement.verifier, name="statement_verifier"),
]
