from django.urls import path

from nanhu.systems.card.chip import batches, views

urlpatterns = [
    path("", views.cases, name="chip_cases"),
    path("batches/", batches.propose, name="chip_batch_propose"),
    path("batches/<int:batch_id>/", batches.show, name="chip_batch"),
    path("batches/<int:batch_id>/decide/", batches.decide, name="chip_batch_decide"),
    path("cases/<int:case_id>/", views.case, name="chip_case"),
    path("cases/<int:case_id>/take/", views.take, name="chip_take"),
    path("cases/<int:case_id>/propose/", views.propose, name="chip_propose"),
    path("cases/<int:case_id>/decide/", views.decide, name="chip_decide"),
    path("cases/<int:case_id>/close/", views.close, name="chip_close"),
]
