from django.urls import path

from nanhu.systems.card.views import counter, drawer, exceptions, holder, loss

app_name = "card"
urlpatterns = [
    path("", holder.home, name="home"),
    path("transactions/", holder.transactions, name="transactions"),
    path("transactions/export.csv", holder.export, name="export"),
    path("report-lost/", loss.report, name="report_lost"),
    path("counter/", counter.search, name="counter"),
    path("counter/cards/<uuid:public_id>/", counter.card, name="counter_card"),
    path("counter/cards/<uuid:public_id>/top-up/", counter.top_up, name="counter_top_up"),
    path("counter/cards/<uuid:public_id>/ask/", exceptions.ask, name="counter_ask"),
    path("counter/cards/<uuid:public_id>/loss/", loss.at_counter, name="counter_loss"),
    path("counter/top-ups/", drawer.today, name="counter_drawer"),
    path("counter/top-ups/<int:receipt_id>/", drawer.receipt, name="counter_receipt"),
    path("counter/exceptions/", exceptions.exceptions, name="counter_exceptions"),
    path("counter/exceptions/<uuid:public_id>/", exceptions.exception, name="counter_exception"),
    path("counter/exceptions/<uuid:public_id>/approve/", exceptions.approve, name="counter_approve"),
    path("counter/exceptions/<uuid:public_id>/refuse/", exceptions.refuse, name="counter_refuse"),
    path("counter/exceptions/<uuid:public_id>/take/", exceptions.take, name="counter_take"),
]
