from django.urls import include, path

from nanhu.systems.card.bank import desk as bank
from nanhu.systems.card.chip import desk as suspense
from nanhu.systems.card.closing.views import corrections
from nanhu.systems.card.fleet.views import loss
from nanhu.systems.card.holder import bills
from nanhu.systems.card.holder import views as holder
from nanhu.systems.card.rights import desk as rights
from nanhu.systems.card.verification import desk as verification
from nanhu.systems.card.views import counter

counter.desk.shares_bar_with(suspense.desk, corrections.desk)

app_name = "card"
urlpatterns = [
    path("", holder.home, name="home"),
    path("transactions/", holder.transactions, name="transactions"),
    path("transactions/export.csv", holder.export, name="export"),
    path("bills/", bills.desk.urls),
    path("report-lost/", loss.report, name="report_lost"),
    path("take-back/", loss.take_back, name="take_back"),
    path("", counter.desk.urls),
    path("pins/", include("nanhu.systems.card.pins.urls")),
    path("code/", include("nanhu.systems.card.codes.urls")),
    path("funds/", include("nanhu.systems.card.funds.urls")),
    path("bank/desk/", bank.desk.urls),
    path("bank/", include("nanhu.systems.card.bank.urls")),
    path("issuing/", include("nanhu.systems.card.issuing.urls")),
    path("rights/", rights.desk.urls),
    path("rights/", verification.desk.urls),
    path("fleet/", include("nanhu.systems.card.fleet.urls")),
    path("closing/", include("nanhu.systems.card.closing.urls")),
    path("chip/", suspense.desk.urls),
    path("vendors/", include("nanhu.systems.card.vendors.urls")),
]
