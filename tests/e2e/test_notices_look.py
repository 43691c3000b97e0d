"""How ledger, notices and notifications look to a browser: accessible, within their width, quiet on the console."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import expect

from innovalley.accounts.models import Role, User
from innovalley.ledger.sealing import seal_all
from innovalley.notices.models import Notification, Objection
from tests.e2e.conftest import OpenPage, assert_accessible, assert_fits, sign_in, take_picture
from tests.ledger.factories import entries
from tests.notices import factories as make

PASSWORD = "a long sentence 42"


def prepare() -> dict[str, str]:
    """The addresses of all pages, with something on each; the administrator may open them."""
    officer = User.objects.create_superuser("root@example.org", PASSWORD, name="管理员")
    entries(3, receipt="ZB-7K2M-93QF")
    seal_all()
    rows = [
        ["1", "超临界机组耐热钢的研制与应用", "汾河特钢有限公司", "800"],
        ["2", "煤矸石制陶粒", "晋北材料研究院", "350"],
    ]
    body = {
        "text": "经评审，拟对下列项目立项，现予公示。",
        "columns": ["序号", "榜题", "揭榜单位", "经费（万元）"],
        "rows": rows,
    }
    with transaction.atomic():
        notice = make.notice(officer, title="2026 年第一批揭榜挂帅项目拟立项名单公示", body=body)
        objection = make.objection(notice)
    seal_all()
    return {
        "ledger": "/ledger/",
        "receipt": "/ledger/?receipt=ZB-7K2M-93QF",
        "notices": "/notices/",
        "notice": notice.get_absolute_url(),
        "object": f"{notice.get_absolute_url()}object/",
        "status": f"/objections/status/?receipt={objection.receipt}",
        "objections": "/objections/",
        "objection": f"/objections/{objection.pk}/",
        "refuse": f"/objections/{objection.pk}/refuse/",
        "withdraw": f"{notice.get_absolute_url()}withdraw/",
        "notifications": "/notifications/",
        "choices": "/notifications/choices/",
        "mails": "/mails/",
    }


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("zh-hans", "light", 1280), ("zh-hans", "dark", 360), ("en", "light", 360)],
)
def test_pages_are_accessible_and_fit(
    site: str, open_page: OpenPage, language: str, theme: str, width: int
) -> None:
    addresses = prepare()
    page = open_page(f"{site}/about/", language=language, theme=theme, width=width)
    sign_in(page, site, "root@example.org", PASSWORD)
    for name, address in addresses.items():
        response = page.goto(site + address)
        assert response is not None
        assert response.ok, address
        take_picture(page, f"notices-{name}-{language}-{theme}-{width}")
        assert_fits(page)
        assert_accessible(page)


def test_a_visitor_objects_and_the_office_answers(site: str, open_page: OpenPage) -> None:
    officer = User.objects.create_user("office@example.org", PASSWORD, role=Role.OFFICE)
    notice = make.notice(officer)
    visitor = open_page(site + notice.get_absolute_url())
    visitor.get_by_role("link", name="提出异议").click()
    visitor.get_by_label("姓名").fill("王某")
    visitor.get_by_label("电话或电子邮箱").fill("13800000000")
    visitor.get_by_label("异议内容和理由").fill("成果权属有争议")
    visitor.get_by_label("证明材料").set_input_files(
        {"name": "证据.txt", "mimeType": "text/plain", "buffer": "证据".encode()}
    )
    visitor.get_by_role("button", name="提交异议").click()
    expect(visitor.get_by_text("已收到")).to_be_visible()
    receipt = Objection.objects.get().receipt

    office = open_page()
    sign_in(office, site, "office@example.org", PASSWORD)
    office.goto(f"{site}/notifications/")
    office.get_by_role("button", name=f"收到对公示 {notice.number} 的异议。").click()
    expect(office.get_by_text("13800000000")).to_be_visible()
    office.get_by_role("link", name="不予受理").click()
    office.get_by_label("理由和处理结果").fill("与公示事项无关。")
    office.get_by_role("main").get_by_role("button", name="不予受理").click()
    office.wait_for_url("**/objections/*/")
    assert Notification.objects.get().read_at is not None

    visitor.goto(f"{site}/objections/status/?receipt={receipt}")
    expect(visitor.get_by_text("与公示事项无关。")).to_be_visible()
    seal_all()
    visitor.get_by_role("link", name="去存证核验").click()
    expect(visitor.get_by_text("该记录在已封存的存证中，未被改动。")).to_be_visible()
