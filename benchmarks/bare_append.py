"""The least that capture could do: a Django view that appends each body to the stream and answers.

Served by granian as `benchmarks.bare_append:application`; the ratio to it is what decoding, limits and tokens cost.
"""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from redis import Redis

settings.configure(ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["*"], SECRET_KEY="only-for-a-benchmark")
redis = Redis.from_url(os.environ["REDIS_URL"])


def append(request: HttpRequest) -> HttpResponse:
    redis.execute_command("XADD", "bare", "*", "p", request.body)
    return HttpResponse(b'{"status":1}', content_type="application/json", headers={"Content-Length": "12"})


urlpatterns = [path("batch/", append)]
application = get_wsgi_application()
