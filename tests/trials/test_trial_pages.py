"""The pages of a trial: what they say, few questions, and that what was typed is not lost."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from trials_case import HR, OCTOBER, change, run

import make
from kaoqin.attendance import closing
from kaoqin.trials import actions
from kaoqin.trials.models import Trial, TrialRun


def said(answer):
    return " ".join(answer.content.decode().split())


def typed(trial, cast, **changes):
    """The draft's form as a browser would send it."""
    rules, month, shift = trial.after["rules"], trial.after["month"], trial.after["shifts"][str(cast.day.pk)]
    told = {"name": trial.name}
    told |= {f"rules-{name}": value for name, value in rules.items() if value is not False}
    told |= {f"month-{name}": value for name, value in month.items() if value is not False}
    told |= {f"shift-{cast.day.pk}-{name}": shift[name] for name in ("flex_early", "flex_late")}
    told |= {f"shift-{cast.day.pk}-1-{name}": value for name, value in shift["segments"][0].items()}
    return told | changes


def test_a_draft_from_the_first_form_to_its_own_page(enter, october):
    he = enter("he")
    answer = he.post("/trials/new/", {"group": october.day_group.pk, "name": "宽限"}, follow=True)
    trial = Trial.objects.get()
    assert answer.redirect_chain[-1][0] == f"/trials/{trial.pk}/edit/"
    grace = {f"shift-{october.day.pk}-1-late_grace": 7}
    page = said(he.post(f"/trials/{trial.pk}/edit/", typed(trial, october, **grace), follow=True))
    assert "班次 D 白班" in page
    assert '<s>0</s></span> → <strong class="numeric">7</strong>' in page
    assert "还没有试算过" in page


def test_the_form_shows_every_refusal_and_keeps_what_was_typed(enter, october, trial):
    wrong = {"rules-overtime_step": "0", f"shift-{october.day.pk}-1-late_grace": "x", "month-free_late_times": "99"}
    answer = enter("he").post(f"/trials/{trial.pk}/edit/", typed(trial, october, **wrong))
    assert answer.status_code == 422
    page = said(answer)
    assert page.count("invalid-feedback") == 3
    assert 'value="99"' in page
    late = {f"shift-{october.day.pk}-flex_late": 240}
    answer = enter("he").post(f"/trials/{trial.pk}/edit/", typed(trial, october, **late))
    assert (answer.status_code, "休息须在最晚上班之后" in said(answer)) == (422, True)


def test_a_run_shows_its_progress_and_then_its_outcome(enter, october, trial):
    he = enter("he")
    change(trial, grace=5, shift=october.day)
    where = he.post(f"/trials/{trial.pk}/run/", {"months": ["2026-10"]})["Location"]
    made = TrialRun.objects.get()
    assert where == f"/trials/runs/{made.pk}/"
    page = said(he.get(where))
    assert "<progress" in page
    assert "hx-trigger" in said(he.get(where, headers={"HX-Request": "true", "HX-Target": "progress"}))
    from kaoqin.trials import running

    running.try_all(made)
    assert he.get(where, headers={"HX-Request": "true", "HX-Target": "progress"})["HX-Refresh"] == "true"
    page = said(he.get(where))
    for words in ("受影响的人", "−5 分", "迟到 −5 分、迟到次数 −1 次", "陈大白", "销售部"):
        assert words in page
    assert "王主管" not in page


def test_a_run_that_failed_says_why_and_where_to_go_on(enter, october, trial):
    from kaoqin.core.models import JobRun

    made = actions.run(trial, [OCTOBER], None, by=october.by("he"), at=make.NOW)
    JobRun.objects.filter(pk=made.job_id).update(state="failed", told="出错了")
    page = said(enter("he").get(f"/trials/runs/{made.pk}/"))
    assert "出错了" in page
    assert "再算一次" in page


def test_no_month_is_said_at_its_field(enter, trial):
    answer = enter("he").post(f"/trials/{trial.pk}/run/", {})
    assert (answer.status_code, "这个字段是必填项" in said(answer)) == (422, True)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["陈大白", "王主管"]),
        ("who=gains", ["陈大白"]),
        ("who=loses", []),
        ("who=both", ["王主管"]),
        ("who=all", ["何人事", "陈大白", "王主管"]),
        ("who=closed", []),
        ("q=00013", ["陈大白"]),
        ("measure=late_minutes:less", ["陈大白", "王主管"]),
        ("measure=late_absent_hundredths:more", ["王主管"]),
        ("measure=nothing:less", ["陈大白", "王主管"]),
        ("who=nobody", ["陈大白", "王主管"]),
    ],
)
def test_the_list_is_searched_and_filtered(enter, october, trial, asked, found):
    make.punch(october.wang, "10-13 09:30", "10-13 18:00")
    make.settle()
    month = {"lates_per_half_day": 1, "free_late_times": 1, "free_late_minutes": 20}
    made = run(change(trial, grace=10, shift=october.day, month=month))
    page = said(enter("he").get(f"/trials/runs/{made.pk}/?{asked}", headers={"HX-Target": "list"}))
    people = ("陈大白", "王主管", "何人事")
    assert {name for name in people if name in page} == set(found)


def test_the_department_narrows_and_the_list_is_exported(enter, october, trial):
    made = run(change(trial, grace=5, shift=october.day))
    he, address = enter("he"), f"/trials/runs/{made.pk}/"
    assert "陈大白" not in said(he.get(f"{address}?department={october.plant.pk}", headers={"HX-Target": "list"}))
    answer = he.get(f"{address}?export=xlsx&department={october.company.pk}")
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[0][:5] == ("工号", "姓名", "得失", "变化", "变化天数")
    assert rows[1][:4] == ("00013", "陈大白", "得", "迟到 −5 分、迟到次数 −1 次")


def test_nobody_touched_is_said(enter, trial):
    made = run(trial)
    assert "没有人受影响" in said(enter("he").get(f"/trials/runs/{made.pk}/"))


def test_a_person_and_a_day_by_both_rules(enter, october, trial):
    made = run(change(trial, grace=5, shift=october.day))
    he, address = enter("he"), f"/trials/runs/{made.pk}/people/{october.chen.pk}/"
    page = said(he.get(address))
    for words in ("31 天里有 1 天", "2026-10-12", "迟到次数", "5 分</span> → <strong>0 分"):
        assert words in page
    page = said(he.get(f"{address}2026-10-12/"))
    assert page.count("trial-apart") >= 3
    assert "试算草稿" in page
    assert "宽限内" in page
    for wrong in ("2026-13-01", "1900-01-01"):
        assert he.get(f"{address}{wrong}/").status_code == 404
    assert he.get(f"/trials/runs/{made.pk}/people/{october.zhao.pk}/").status_code == 404


def test_closed_months_changed_facts_and_changed_drafts_are_said(enter, october, trial, clock):
    closing.close_people([october.chen.pk], OCTOBER, None, make.NOW)
    changed = change(trial, grace=5, shift=october.day)
    made = run(changed)
    he, address = enter("he"), f"/trials/runs/{made.pk}/"
    page = said(he.get(address))
    assert "其中 1 人的月份已经月结" in page
    assert "再算一次。" not in page
    clock(make.NOW + make.DAY / 24)
    make.punch(october.wang, "10-15 09:30", "10-15 18:00")
    make.settle()
    assert "数字可能已经不同" in said(he.get(address))
    change(trial, grace=6, shift=october.day)
    assert "草稿在这次试算之后改过" in said(he.get(address))


def test_publishing_on_the_page(enter, october, trial):
    he, address = enter("he"), f"/trials/{trial.pk}/publish/"
    change(trial, grace=5, shift=october.day)
    answer = he.post(address, {"begins_on": "2026-12-01"})
    assert (answer.status_code, "要直接发布,请勾选确认" in said(answer)) == (422, True)
    page = said(he.post(address, {"begins_on": "2026-12-01", "untried": "on"}, follow=True))
    assert "已发布,规则自 2026-12-01 起生效" in page
    assert "不能再改" in page
    assert "开始试算" not in page
    assert he.get(f"/trials/{trial.pk}/edit/").status_code == 302
    assert "不能再改" in said(he.post(f"/trials/{trial.pk}/delete/", follow=True))
    assert "已发布,自 2026-12-01 起" in said(he.get("/trials/"))


def test_a_draft_is_begun_again_and_deleted_on_the_page(enter, october, trial):
    he = enter("he")
    from kaoqin.attendance import actions as attendance
    from kaoqin.attendance.actions import Rules

    attendance.keep_rules(october.day_group, make.day("11-02"), Rules(overtime_min=60), **HR)
    assert "现行规则在草稿之后变过" in said(he.get(f"/trials/{trial.pk}/"))
    assert "现行规则在草稿之后变过" not in said(he.post(f"/trials/{trial.pk}/begin-again/", follow=True))
    assert "已删除试算" in said(he.post(f"/trials/{trial.pk}/delete/", follow=True))
    assert not Trial.objects.exists()


def asked(client, address):
    with CaptureQueriesContext(
        connection,
    ) as made:
        assert client.get(address).status_code == 200
    return len(made)


def test_pages_ask_as_much_for_many_people_as_for_one(enter, october, trial):
    he = enter("he")
    made = run(change(trial, grace=5, shift=october.day))
    addresses = ["/trials/", f"/trials/{trial.pk}/", f"/trials/runs/{made.pk}/?who=all"]
    few = [asked(he, address) for address in addresses]
    for number in range(12):
        other = make.employee(f"新{number}", where=make.department(f"部{number}", october.sales))
        make.join(october.day_group, other)
        make.punch(other, "10-12 09:04", "10-12 18:00")
        actions.begin(october.day_group, f"另{number}", **HR)
    make.settle()
    made = run(Trial.objects.get(pk=trial.pk))
    addresses[2] = f"/trials/runs/{made.pk}/?who=all"
    assert [asked(he, address) for address in addresses] == few
    assert max(few) < 40, few
