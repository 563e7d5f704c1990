"""API paths without the trailing slash, which PostHog's API answers as well."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt

from posthog.rest import errors


@csrf_exempt
def answer(request: HttpRequest, path: str) -> HttpResponseBase:
    """What the path with a slash answers. Only for views that check CSRF themselves, as those of the REST framework do."""
    found = resolve(f"/{path}/")
    if not getattr(found.func, "csrf_exempt", False):
        return errors.not_found(request)
    response: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
    return response
