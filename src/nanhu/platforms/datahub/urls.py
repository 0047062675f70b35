from django.urls import path

from nanhu.platforms.datahub.views import batches, desk, exports, reviews, rows, uploads

app_name = "datahub"
urlpatterns = [
    path("", desk.home, name="home"),
    path("standard/", desk.standard, name="standard"),
    path("upload/", uploads.upload, name="upload"),
    path("batches/<int:number>/", batches.batch_page, name="batch"),
    path("batches/<int:number>/issues.csv", exports.issues_csv, name="issues"),
    path("batches/<int:number>/take/", batches.take_batch, name="take"),
    path("batches/<int:number>/replay/", batches.replay_batch, name="replay"),
    path("batches/<int:number>/rollback/", batches.rollback_page, name="rollback"),
    path("rows/<int:row_id>/", rows.row_page, name="row"),
    path("reviews/", reviews.reviews_page, name="reviews"),
    path("reviews/<int:review_id>/", reviews.review_page, name="review"),
]
