"""Browsers may call the SDK routes from any page, and no other route."""

import pytest

from posthog.capture.tests.conftest import Sender

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example.com"
PATHS = ["/e/", "/capture", "/i/v0/e/", "/batch/", "/track/", "/engage/", "/s/", "/i/v0/ai/batch/", "/flags/", "/decide/", "/api/surveys/"]


@pytest.mark.parametrize("path", PATHS)
def test_preflight(sender: Sender, path: str) -> None:
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-custom, content-type"}
    answer = sender.browser.options(path, headers=asked)
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == SHOP
    assert answer["Access-Control-Allow-Credentials"] == "true"
    assert answer["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS"
    assert answer["Access-Control-Allow-Headers"] == "x-custom, content-type"


@pytest.mark.parametrize("path", PATHS)
def test_answers_may_be_read_even_when_they_are_errors(sender: Sender, path: str) -> None:
    good = sender.post(path, sender.event(), Origin=SHOP)
    bad = sender.post(path, b"{", Origin=SHOP)
    assert good.status_code == 200 or path == "/api/surveys/"
    assert bad.status_code in (400, 401)
    for answer in (good, bad):
        assert answer["Access-Control-Allow-Origin"] == SHOP
        assert answer["Access-Control-Allow-Credentials"] == "true"
        assert answer["Access-Control-Expose-Headers"] == "Retry-After"
        assert answer["Vary"] == "Origin"


def test_without_an_origin_nothing_is_said(sender: Sender) -> None:
    assert "Access-Control-Allow-Origin" not in sender.post("/e/", sender.event())


def test_an_origin_cannot_break_out_of_its_header(sender: Sender) -> None:
    answer = sender.post("/e/", sender.event(), Origin="https://a.example\r\nSet-Cookie: a=b")
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.parametrize(
    "path", ["/api/users/@me/", "/api/projects/", "/login", "/flags/definitions", "/api/feature_flag/local_evaluation"]
)
def test_other_routes_stay_closed(sender: Sender, path: str) -> None:
    answer = sender.browser.get(path, headers={"Origin": SHOP})
    assert "Access-Control-Allow-Origin" not in answer


def test_no_cookie_is_set_and_none_is_needed(sender: Sender) -> None:
    answer = sender.post("/e/", sender.event())
    assert not answer.cookies
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_cache_keeps_an_answer_for_the_page_that_asked(sender: Sender) -> None:
    for headers in ({}, {"origin": "https://shop.example"}):
        assert sender.browser.get(f"/array/{sender.token}/config", headers=headers)["Vary"] == "Origin"
