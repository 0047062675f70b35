from django.urls import URLPattern, URLResolver, path

from nanhu.services.requests.views import anonymous, plain
from nanhu.services.requests.views.answers import desk as answers
from nanhu.services.requests.views.complaints import desk as complaints
from nanhu.services.requests.views.crew_lists import desk as crew_lists
from nanhu.services.requests.views.crew_lists import rollbacks as crew_rollbacks
from nanhu.services.requests.views.dispatch import desk as dispatch
from nanhu.services.requests.views.hall import desk as hall
from nanhu.services.requests.views.opinions import desk as opinions
from nanhu.services.requests.views.work import desk as work

app_name = "requests"
urlpatterns: list[URLPattern | URLResolver] = [
    path("anonymous/", anonymous.page, name="anonymous"),
    path("anonymous/key/", anonymous.key, name="anonymous_key"),
    path("anonymous/tokens/", anonymous.tokens, name="anonymous_tokens"),
    path("anonymous/send/", anonymous.send, name="anonymous_send"),
    path("anonymous/replies/", anonymous.replies, name="anonymous_replies"),
    path("anonymous/<uuid:public_id>/<int:number>/", anonymous.photo, name="anonymous_photo"),
    path("known/", plain.known, name="known"),
    path("work/asked/", plain.session, name="work_asked"),
    path("work/worker.js", plain.worker, name="work_worker"),
    path("work/", work.urls),
    path("dispatch/", dispatch.urls),
    path("crew-lists/", crew_lists.urls),
    path("crew-rollbacks/", crew_rollbacks.urls),
    path("answers/", answers.urls),
    path("complaints/", complaints.urls),
    path("opinions/", opinions.urls),
    path("", hall.urls),
]
