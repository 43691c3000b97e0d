"""Who may not do something learns why and nothing more; who typed something keeps it."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from innovalley.accounts.models import Role
from innovalley.accounts.permissions import Refused, has_role, permit, require
from tests.registry import factories as registry

pytestmark = pytest.mark.django_db

permit("web.test_act", has_role(Role.OFFICE), otherwise="只有主管处室可以这样做。")


def act(request: HttpRequest, secret: str = "") -> HttpResponse:
    """A page as rooms write it."""
    require(request.user, "web.test_act")
    return HttpResponse(f"做好了：{request.POST.get('title', '')}")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the secret inside")


urlpatterns = [
    path("", include("innovalley.config.urls")),
    path("test-act/<str:secret>/", act),
    path("test-exempt/", csrf_exempt(act)),
    path("test-broken/", broken),
]


@pytest.fixture(autouse=True)
def _addresses(settings: object) -> None:
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]


@pytest.fixture
def strict() -> Client:
    """A browser whose forms are checked for their token."""
    return Client(enforce_csrf_checks=True)


def test_a_signed_in_user_is_told_why(client: Client) -> None:
    client.force_login(registry.user(Role.COMPANY))
    response = client.get("/test-act/secret/")
    page = response.content.decode()
    assert response.status_code == 403
    assert "只有主管处室可以这样做。" in page
    assert "test_act" not in page


def test_a_visitor_is_told_why_and_shown_the_way_back_here(client: Client) -> None:
    response = client.get("/test-act/secret/?x=1")
    assert response.status_code == 403
    assert "/accounts/login/?next=%2Ftest-act%2Fsecret%2F%3Fx%3D1" in response.content.decode()


def test_signing_in_leads_back(client: Client) -> None:
    user = registry.user(Role.OFFICE, email="office@example.test", password="enough-for-a-test")
    response = client.post(
        "/accounts/login/",
        {"login": user.email, "password": "enough-for-a-test", "next": "/test-act/secret/"},
    )
    assert response.headers["Location"] == "/test-act/secret/"


def test_a_part_asked_for_by_htmx_sends_a_visitor_to_sign_in_and_back_to_the_whole_page(
    client: Client,
) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/about/"}
    response = client.get("/test-act/part/", headers=headers)
    assert response.headers["HX-Redirect"] == "/accounts/login/?next=%2Fabout%2F"


def test_a_form_of_an_ended_session_is_handed_back(client: Client) -> None:
    typed = {"title": "第一行\n第二行 <b>", "tags": ["a", "b"], "password": "geheim"}
    response = client.post("/test-act/secret/?step=2", typed)
    page = response.content.decode()
    assert response.status_code == 403
    assert '<textarea name="title" hidden>\n第一行\n第二行 &lt;b&gt;</textarea>' in page
    assert page.count('name="tags"') == 2
    assert 'action="/test-act/secret/?step=2"' in page
    assert "geheim" not in page


def test_and_can_be_sent_again_after_signing_in(client: Client) -> None:
    client.post("/test-act/secret/", {"title": "写了很久"})
    client.force_login(registry.user(Role.OFFICE))
    assert "做好了：写了很久" in client.post("/test-act/secret/", {"title": "写了很久"}).content.decode()


def test_a_form_with_an_old_token_is_handed_back_with_a_new_one(strict: Client) -> None:
    strict.force_login(registry.user(Role.OFFICE))
    response = strict.post(
        "/test-act/secret/",
        {"title": "写了很久", "csrfmiddlewaretoken": "old"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    page = response.content.decode()
    assert response.status_code == 403
    assert "写了很久" in page
    assert 'name="csrfmiddlewaretoken"' in page
    assert 'value="old"' not in page


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Referer": "https://evil.example/testserver"},
        {},
    ],
)
def test_what_another_site_sends_is_not_offered_for_sending_again(
    strict: Client, headers: dict[str, str]
) -> None:
    strict.force_login(registry.user(Role.OFFICE))
    response = strict.post("/test-act/secret/", {"title": "planted"}, headers=headers)
    assert response.status_code == 403
    assert b"planted" not in response.content


def test_an_unknown_address_says_so(client: Client) -> None:
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "没有找到这个页面" in response.content.decode()


def test_a_fault_tells_nothing_of_the_inside(client: Client) -> None:
    client.raise_request_exception = False
    response = client.get("/test-broken/")
    assert response.status_code == 500
    assert "系统出了点问题" in response.content.decode()
    assert b"secret" not in response.content


def test_the_reason_is_the_only_thing_a_refusal_carries() -> None:
    with pytest.raises(Refused, match="只有主管处室可以这样做。"):
        require(registry.user(Role.TEAM), "web.test_act", subject=object())
