from django.urls import path

from nanhu.systems.card.issuing.views import personal, uploads
from nanhu.systems.card.issuing.views.desk import issuing

app_name = "issuing"
urlpatterns = [
    path("check/<str:card_class>/", personal.check, name="check"),
    path("orders/<uuid:public_id>/rows/<int:line>/photo.jpg", uploads.photo, name="photo"),
    path("proofs/<uuid:public_id>/", personal.proof, name="proof"),
    *issuing.urls[0],
]
