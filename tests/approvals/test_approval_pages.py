"""The pages of requests, delegations and flows, from the form to the last click."""

import asking
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

import make
from kaoqin.approvals import flow_actions, queries
from kaoqin.approvals.models import Delegation, Flow, Request, RequestFile
from kaoqin.approvals.words import VersionState
from kaoqin.attendance.models import Absence, Waiting
from kaoqin.core.seeds import plant

TRIP = {"start": "2026-11-23T09:00", "end": "2026-11-25T18:00", "place": "杭州", "purpose": "签约", "companions": ""}
PDF = b"%PDF-1.7 x"


@pytest.fixture
def ask(us, enter):
    """`ask("lin", companions="00013")`: fill in the form for a trip; gives the answer."""

    def asked(who="lin", kind="trip", **told):
        return enter(who).post(f"/requests/new/{kind}/", {**TRIP, **told})

    return asked


def text(answer):
    return answer.content.decode()


def test_the_form_says_who_decides_before_anything_is_submitted(ask, us, enter):
    assert "wang" in text(enter("lin").get("/requests/new/trip/"))
    preview = text(ask(preview="1"))
    assert ("wang" in preview, "3 天" in preview, "<html" in preview) == (True, True, False)
    longer = text(ask(preview="1", end="2026-11-27T18:00"))
    assert longer.count("course-step") == 2
    assert not Request.objects.exists()


def test_a_trip_is_asked_for_agreed_on_and_counts_for_all_who_go(ask, us, enter):
    answer = ask(companions="陈大白")
    made = Request.objects.get()
    assert answer["Location"] == f"/requests/{made.pk}/"
    wang = enter("wang")
    assert "林小满的出差" in text(wang.get("/approvals/"))
    assert '<span class="badge bg-red text-red-fg ms-auto numeric">1</span>' in text(wang.get("/"))
    page = text(wang.get(f"/requests/{made.pk}/"))
    assert all(word in page for word in ("杭州", "签约", "陈大白", "同意"))
    make.nobody_waits()
    wang.post(f"/requests/{made.pk}/decide/", {"answer": "yes", "text": ""})
    rows = Absence.objects.order_by("employee__number")
    assert [(row.employee.name, row.kind, row.request_id) for row in rows] == [
        ("林小满", "trip", made.pk),
        ("陈大白", "trip", made.pk),
    ]
    assert set(Waiting.objects.values_list("employee", flat=True)) == {us.cast.lin.pk, us.cast.chen.pk}


def test_what_is_taken_back_counts_no_more_and_the_days_are_settled_again(ask, us, enter):
    ask(companions="00013")
    made = Request.objects.get()
    us.yes(made, "wang")
    lin = enter("lin")
    where = lin.post(f"/requests/{made.pk}/undo/", {"text": "取消"})["Location"]
    make.nobody_waits()
    enter("wang").post(f"{where}decide/", {"answer": "yes"})
    assert not Absence.objects.filter(withdrawn_at=None).exists()
    assert Waiting.objects.count() == 2
    assert "已撤销" in text(enter("lin").get(f"/requests/{made.pk}/"))


def test_a_time_at_which_somebody_is_away_is_refused_at_the_form_and_at_the_click(ask, us, enter):
    assert ask().status_code == 302
    made = Request.objects.get()
    make.absence(us.cast.lin, "annual", "11-24 09:00", "11-24 18:00")
    refused = ask()
    assert (refused.status_code, "林小满在 11-24 09:00 至 11-24 18:00 已有年假" in text(refused)) == (422, True)
    assert ask(start="2026-11-24T18:00").status_code == 302
    click = enter("wang").post(f"/requests/{made.pk}/decide/", {"answer": "yes"}, follow=True)
    assert "已有年假" in text(click)
    assert asking.state(made) == "open"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"end": "2026-11-23T09:00"}, "结束时间须晚于开始时间"),
        ({"companions": "无此人"}, "没有在职的"),
        ({"companions": "00012"}, "同行人里不用写自己"),
        ({"place": ""}, "这个字段是必填项"),
        ({"start": "gestern"}, "应为日期和时间"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(ask, wrong, said):
    answer = ask(**wrong)
    assert (answer.status_code, said in text(answer), "签约" in text(answer)) == (422, True, True)


def test_two_of_one_name_are_asked_by_number(ask, us):
    make.employee("陈大白", where=us.cast.plant)
    assert "有几位" in text(ask(companions="陈大白"))


def test_sent_back_with_a_reason_changed_and_sent_again(ask, us, enter):
    ask()
    made = Request.objects.get()
    wang = enter("wang")
    bare = wang.post(f"/requests/{made.pk}/decide/", {"answer": "back"}, follow=True)
    assert "请写明原因" in text(bare)
    wang.post(f"/requests/{made.pk}/decide/", {"answer": "back", "text": "写清楚"})
    lin = enter("lin")
    assert f"/requests/new/trip/?request={made.pk}" in text(lin.get(f"/requests/{made.pk}/"))
    assert "签约" in text(lin.get(f"/requests/new/trip/?request={made.pk}"))
    lin.post(f"/requests/new/trip/?request={made.pk}", {**TRIP, "purpose": "签年度合同"})
    made.refresh_from_db()
    assert (made.state, made.round, made.details["purpose"]) == ("open", 2, "签年度合同")
    assert enter("chen").get(f"/requests/new/trip/?request={made.pk}").status_code == 404


def test_files_are_for_the_people_of_a_request(ask, us, enter):
    ask(files=SimpleUploadedFile("函.pdf", PDF))
    kept = RequestFile.objects.get()
    for who, status in (("lin", 200), ("wang", 200), ("he", 200), ("chen", 404), ("sun", 404)):
        answer = enter(who).get(f"/requests/files/{kept.pk}/")
        assert answer.status_code == status
        if status == 200:
            assert answer.content == PDF
            assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "content"), [("x.exe", b"MZ"), ("x.pdf", b"MZ"), ("x.pdf", PDF + b"0" * 10 * 1024 * 1024)]
)
def test_other_files_are_refused_and_the_request_with_them(ask, name, content):
    answer = ask(files=SimpleUploadedFile(name, content))
    assert answer.status_code == 422
    assert not Request.objects.exists()


def test_many_are_decided_at_once_from_the_list(us, enter):
    some = [us.ask("chen"), us.ask("lin")]
    wang = enter("wang")
    answer = wang.post("/approvals/decide/", {"answer": "yes", "chosen": [one.pk for one in some]}, follow=True)
    assert "已处理 2 个申请" in text(answer)
    nothing = wang.post("/approvals/decide/", {"answer": "yes"}, follow=True)
    assert "请先勾选" in text(nothing)
    no = us.ask("chen")
    assert "请写明原因" in text(wang.post("/approvals/decide/", {"answer": "no", "chosen": [no.pk]}, follow=True))


def test_what_people_ask_for_most_stands_first(us, enter):
    page = text(enter("lin").get("/requests/new/"))
    kinds = ["请假", "补卡", "加班", "出差", "外出", "换班", "销假"]
    found = [page.index(f"<strong>{kind}</strong>") for kind in kinds]
    assert found == sorted(found)


def test_a_single_request_that_waits_is_a_tap_away_and_several_are_a_list(us, enter):
    first = us.ask("lin")
    assert f'href="/requests/{first.pk}/"' in text(enter("wang").get("/"))
    us.ask("chen")
    page = text(enter("wang").get("/"))
    assert ('href="/approvals/"' in page, f'href="/requests/{first.pk}/"' in page) == (True, False)


def test_the_lists_hold_what_they_say(us, enter):
    made, other = us.ask("chen"), us.ask("zhao")
    us.yes(made, "wang")
    assert "陈大白" in text(enter("wang").get("/approvals/handled/"))
    assert "借一把伞" in text(enter("chen").get("/requests/?state=approved"))
    everybody = text(enter("he").get(f"/requests/all/?department={us.cast.plant.pk}"))
    assert ("赵夜班" in everybody, "陈大白" in everybody) == (True, False)
    assert "借一把伞" in b"".join(enter("he").get("/requests/all/?export=csv").streaming_content).decode()
    assert enter("chen").get(f"/requests/{other.pk}/").status_code == 404


def test_the_other_buttons_of_a_request(us, enter):
    made = us.ask("chen")
    where, chen = f"/requests/{made.pk}/", enter("chen")
    assert "已提醒审批人" in text(chen.post(f"{where}remind/", follow=True))
    assert "刚刚催办过" in text(chen.post(f"{where}remind/", follow=True))
    assert "谢谢" in text(chen.post(f"{where}comment/", {"text": "谢谢"}, follow=True))
    assert "请先选择文件" in text(chen.post(f"{where}attach/", follow=True))
    attached = chen.post(f"{where}attach/", {"files": SimpleUploadedFile("a.pdf", PDF)}, follow=True)
    assert "a.pdf" in text(attached)
    added = enter("wang").post(
        f"{where}add/", {"add-person": "赵夜班", "add-when": "before", "add-text": ""}, follow=True
    )
    assert "加签:zhao" in text(added)
    unknown = enter("zhao").post(f"{where}add/", {"add-person": "无此人", "add-when": "before"})
    assert (unknown.status_code, "没有在职的" in text(unknown)) == (422, True)
    handed = enter("he").post(f"{where}hand-over/", {"hand-person": "林小满", "hand-text": "休假"}, follow=True)
    assert "转交:lin" in text(handed)
    assert "已撤回" in text(enter("chen").post(f"{where}withdraw/", follow=True))


def test_a_delegation_is_made_shown_and_ended(us, enter):
    wang = enter("wang")
    told = {"to": "赵夜班", "begins_on": "2026-11-20", "ends_on": "2026-11-22"}
    assert "zhao" in text(wang.post("/approvals/delegations/new/", told, follow=True))
    again = wang.post("/approvals/delegations/new/", told)
    assert (again.status_code, "已经有委托" in text(again)) == (422, True)
    made = us.ask("chen")
    assert "zhao 代 wang" in text(enter("chen").get(f"/requests/{made.pk}/"))
    enter("wang").post(f"/approvals/delegations/{Delegation.objects.get().pk}/end/")
    assert not Delegation.objects.filter(ends_on__gte=make.TODAY).exists()
    for_wang = enter("he").post("/approvals/delegations/new/", {**told, "who": "王主管"})
    assert for_wang.status_code == 302
    assert enter("sun").post("/approvals/delegations/new/", told).status_code == 422


STEP = {"who": "people", "levels": "1", "role": "hr", "people": "赵夜班", "mode": "any", "missing": "up"}
STEP |= {"substitutes": "", "remind_hours": "24", "escalate_hours": "0", "days_over": "2"}


def test_a_flow_is_drawn_tried_and_published(us, enter):
    he = enter("he")
    where = he.post("/flows/new/", {"name": "工厂流程"})["Location"]
    made = Flow.objects.get(name="工厂流程")
    he.post(f"{where}steps/", STEP)
    he.post(f"{where}steps/1/raise/")
    he.post(f"{where}steps/1/", {**STEP, "who": "head", "people": "", "days_over": ""})
    settings = {"departments": [us.cast.plant.pk], "once": "on", "automatic": "on", "automatic_hours": "2"}
    he.post(f"{where}settings/", settings)
    shown = text(he.get(where))
    assert all(word in shown for word in ("赵夜班", "天数 &gt; 2", "部门负责人", "小时数 ≤ 2", "24 小时后提醒"))
    tried = {"person": "赵夜班", "kind": "plea", "days": "3", "hours": "9", "flow": made.pk}
    assert "he" in text(he.get("/flows/try/", tried))
    assert "自动同意" in text(he.get("/flows/try/", {**tried, "hours": "2"}))
    assert "不符合本流程的适用条件" in text(he.get("/flows/try/", {**tried, "person": "陈大白"}))
    assert "wang" in text(he.get("/flows/try/", {"person": "陈大白", "kind": "plea"}))
    assert us.waits_for(us.ask("zhao")) == ["he"]
    he.post(f"{where}publish/", {"begins_on": "2026-11-20"})
    assert asking.state(us.ask("zhao", hours=1)) == "approved"
    he.post(f"{where}steps/0/drop/")
    assert "有未发布的草稿" in text(he.get("/flows/"))
    he.post(f"{where}discard/")
    he.post(f"{where}close/")
    assert "未启用" in text(he.get("/flows/"))


def test_a_flow_for_one_kind_of_leave_only(us, enter):
    plant()
    he = enter("he")
    where = he.post("/flows/new/", {"name": "病假流程"})["Location"]
    he.post(f"{where}settings/", {"kinds": ["leave", "trip"], "finer": ["leave:sick", "leave:marriage"]})
    version = Flow.objects.get(name="病假流程").versions.get()
    assert version.conditions["kinds"] == ["leave:marriage", "leave:sick", "trip"]
    shown = text(he.get(where))
    assert "出差" in shown
    assert "请假 · 病假" in shown
    tried = {"person": "陈大白", "flow": version.flow_id}
    assert "不符合本流程的适用条件" not in text(he.get("/flows/try/", {**tried, "kind": "leave:sick"}))
    for other in ("leave", "leave:annual", "outing"):
        assert "不符合本流程的适用条件" in text(he.get("/flows/try/", {**tried, "kind": other}))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"people": "无此人"}, "没有在职的"), ({"levels": "0"}, "大于或等于"), ({"who": "chief"}, "选择一个有效的选项")],
)
def test_a_step_that_cannot_be_is_sent_back_as_it_was_typed(us, enter, wrong, said):
    made = flow_actions.new_flow("新", by=make.ROOT, at=make.NOW)
    for where in (f"/flows/{made.pk}/steps/", f"/flows/{made.pk}/steps/0/"):
        answer = enter("he").post(where, {**STEP, **wrong})
        assert (answer.status_code, said in text(answer)) == (422, True)


def test_a_flow_is_not_published_before_today_nor_unfilled_nor_empty(us, enter):
    he = enter("he")
    where = he.post("/flows/new/", {"name": "新"})["Location"]
    assert "不能早于今天" in text(he.post(f"{where}publish/", {"begins_on": "2026-11-19"}))
    he.post(f"{where}steps/0/", {**STEP, "people": ""})
    assert "还没有填写人员" in text(he.post(f"{where}publish/", {"begins_on": "2026-11-20"}))
    he.post(f"{where}steps/0/drop/")
    assert "流程还没有步骤" in text(he.post(f"{where}publish/", {"begins_on": "2026-11-20"}))
    assert "至少填一个限额" in text(he.post(f"{where}settings/", {"automatic": "on"}))
    assert "已经有叫" in text(he.post("/flows/new/", {"name": "新"}))


def test_flows_change_places(us, enter):
    flow_actions.new_flow("新", by=make.ROOT, at=make.NOW)
    default = Flow.objects.get(name="默认流程")
    enter("he").post(f"/flows/{default.pk}/raise/")
    assert [one.name for one in queries.flows(seen_by=us.cast.by("he"))] == ["默认流程", "新"]


def test_the_default_flow_is_sown_once(us):
    flow_actions.seed_default_flow()
    assert Flow.objects.get().versions.get().state == VersionState.PUBLISHED
