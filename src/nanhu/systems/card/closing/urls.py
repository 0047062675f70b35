from django.urls import URLPattern, URLResolver, path

from nanhu.systems.card.closing.views import corrections, disputes, home, shop, statement

urlpatterns: list[URLPattern | URLResolver] = [
    path("merchant/", shop.desk.urls),
    path("disputes/", disputes.mine, name="disputes"),
    path("disputes/<int:number>/", disputes.mark, name="dispute"),
    path("statement/", statement.page, name="statement"),
    path("statement/statement.json", statement.download, name="statement_download"),
    path("statement/paper/", statement.paper, name="statement_paper"),
    path("statement/verify_statement.py", statement.verifier, name="statement_verifier"),
    path("", corrections.desk.urls),
    path("", home.desk.urls),
]
