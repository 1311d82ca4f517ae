"""Who leads whom, dated: own line managers, heads of departments, up the tree; no circles."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import make
from kaoqin.core.chains import Link, leads_back
from kaoqin.core.words import NotAllowed, Refusal
from kaoqin.org import lead_actions, lead_queries, leaders_import
from kaoqin.org.lead_actions import Answers, Heads
from kaoqin.org.leading import Leading
from kaoqin.org.models import DepartmentHead, LineManager
from kaoqin.security.models import AuditEntry

SINCE = make.day("11-01")


def head(department, employee, on=SINCE, by=make.ROOT):
    lead_actions.state_heads([Heads(department, employee, on)], by=by, at=make.NOW)


def answers(employee, manager, on=SINCE, by=make.ROOT):
    lead_actions.state_managers([Answers(employee, manager, on)], by=by, at=make.NOW)


def manager(employee, levels=1, on=make.TODAY):
    return lead_queries.line_manager(employee.pk, on, levels)


def refused(change, *args, **kwargs):
    with pytest.raises(Refusal) as refusal:
        change(*args, **kwargs)
    return refusal.value.code


@pytest.fixture
def led(cast):
    """Wang heads 销售部, He the company; 外勤组 and 工厂 have nobody."""
    head(cast.sales, cast.wang)
    head(cast.company, cast.he)
    return cast


def test_the_head_of_the_department_leads_and_of_oneself_the_next_above(led):
    assert manager(led.chen) == led.wang
    assert manager(led.lin) == led.wang
    assert manager(led.wang) == led.he
    assert manager(led.zhao) == led.he
    assert manager(led.he) is None
    assert [manager(led.lin, level) for level in (1, 2, 3)] == [led.wang, led.he, None]


def test_an_own_line_manager_comes_first_and_levels_follow_the_same_rule(led):
    answers(led.lin, led.chen)
    assert [manager(led.lin, level) for level in (1, 2, 3)] == [led.chen, led.wang, led.he]
    assert lead_queries.department_head(led.lin.pk, make.TODAY) == led.wang


def test_a_line_manager_is_dated(led):
    answers(led.lin, led.chen, make.day("11-10"))
    answers(led.lin, None, make.day("11-15"))
    days = ("11-09", "11-10", "11-14", "11-15")
    assert [manager(led.lin, on=make.day(one)) for one in days] == [led.wang, led.chen, led.chen, led.wang]


def test_who_has_left_is_passed_over(led):
    answers(led.lin, led.chen)
    make.leave(led.chen, make.day("11-19"))
    make.leave(led.wang, make.day("11-20"))
    assert manager(led.lin, on=make.day("11-19")) == led.chen
    assert manager(led.lin) == led.wang
    assert manager(led.lin, on=make.day("11-21")) == led.he


def test_a_circle_is_refused_on_any_day_of_it(led):
    answers(led.chen, led.wang)
    assert refused(answers, led.wang, led.chen) == "org.manager_circle"
    assert refused(answers, led.chen, led.chen, make.day("11-02")) == "org.manager_circle"
    answers(led.chen, None, make.day("11-10"))
    answers(led.wang, led.chen, make.day("11-10"))
    assert manager(led.wang) == led.chen


def test_what_heads_and_managers_make_of_each_other_ends_where_it_would_begin_again(led):
    answers(led.wang, led.chen)
    assert [manager(led.lin, level) for level in (1, 2, 3)] == [led.wang, led.chen, None]


def test_a_correction_of_the_same_day_replaces_and_an_earlier_day_is_refused(led):
    answers(led.lin, led.chen, make.day("11-10"))
    answers(led.lin, led.wang, make.day("11-10"))
    assert LineManager.objects.get().manager == led.wang
    assert refused(answers, led.lin, led.chen, make.day("11-09")) == "org.later_leader"
    assert refused(head, led.sales, led.chen, make.day("10-01")) == "org.later_leader"


def test_nobody_leads_who_is_not_employed(led):
    newcomer = make.employee("新人", hired_on=make.day("11-25"), where=led.sales)
    assert refused(head, led.field, newcomer) == "org.not_employed"
    assert refused(answers, led.lin, newcomer) == "org.not_employed"


def test_only_hr_states_who_leads_and_it_is_remembered(led):
    with pytest.raises(NotAllowed):
        head(led.field, led.lin, by=led.by("wang"))
    with pytest.raises(NotAllowed):
        answers(led.lin, led.chen, by=led.by("wang"))
    answers(led.lin, led.chen, by=led.by("he"))
    assert AuditEntry.objects.get(action="org.state_manager").said == "林小满 自 2026-11-01 起向 陈大白 汇报"


people, days = st.integers(1, 5), st.integers(0, 6)
FIRST = dt.date(2026, 11, 1)


@given(st.lists(st.tuples(people, people, days, st.none() | days), max_size=14))
def test_links_taken_one_by_one_never_run_in_a_circle_on_any_day(wanted):
    kept = {one: [] for one in range(1, 6)}
    for who, to, begin, length in wanted:
        begins_on = FIRST + begin * make.DAY
        link = Link(to, begins_on, None if length is None else begins_on + length * make.DAY)
        if not leads_back(kept.__getitem__, link, who):
            kept[who].append(link)
    for day in (FIRST + n * make.DAY for n in range(15)):
        to = {who: {one.to for one in links if one.during(day, day)} for who, links in kept.items()}
        for who in to:
            reached, edge = set(), to[who]
            while edge:
                reached |= edge
                edge = {far for near in edge for far in to[near]} - reached
            assert who not in reached


@given(st.dictionaries(people, people), st.dictionaries(people, people), people, st.integers(1, 8))
def test_levels_up_never_give_oneself_nor_anybody_twice(heads, own, who, levels):
    above = {one: one // 2 or None for one in range(1, 6)}
    above[1] = None
    chain = Leading(above, heads, lambda key: (key, own.get(key))).chain(who, levels)
    assert who not in chain
    assert len(chain) == len(set(chain))


RECORDS = [
    {"number": "00012", "leader": "00013", "on": "2026-11-02"},
    {"number": "00013", "leader": "00011", "on": "2026/11/2"},
]


def test_line_managers_are_imported(led):
    by = led.by("he")
    assert leaders_import.check_managers(RECORDS, by, make.TODAY) == []
    leaders_import.take_managers(RECORDS, by, make.NOW, lambda done: None)
    assert [manager(led.lin, level) for level in (1, 2, 3)] == [led.chen, led.wang, led.he]


def test_every_fault_of_a_table_of_line_managers_is_shown(led):
    wrong = [
        {"number": "nobody", "leader": "00011", "on": "2026-11-02"},
        {"number": "00013", "leader": "00013", "on": "2026-11-02"},
        {"number": "00012", "leader": "x", "on": "morgen"},
        {"number": "00012", "leader": "", "on": "2026-11-02"},
    ]
    faults = leaders_import.check_managers(wrong, led.by("he"), make.TODAY)
    assert {(one.row, one.column) for one in faults} == {
        (0, "number"),
        (1, "leader"),
        (2, "leader"),
        (2, "on"),
        (3, "number"),
    }


def test_heads_are_imported(led):
    records = [{"department": "公司/工厂", "leader": "12", "on": "2026-11-02"}]
    assert leaders_import.check_heads(records, led.by("he"), make.TODAY) == []
    leaders_import.take_heads(records, led.by("he"), make.NOW, lambda done: None)
    assert DepartmentHead.objects.get(department=led.plant).employee == led.zhao
    unknown = [{"department": "月球", "leader": "12", "on": "2026-11-02"}]
    assert leaders_import.check_heads(unknown, led.by("he"), make.TODAY)[0].column == "department"


def test_the_pages_state_and_show_who_leads(led, enter):
    he = enter("he")
    assert he.post(f"/departments/{led.plant.pk}/head/", {"leader": "赵夜班", "on": "2026-11-02"}).status_code == 302
    assert "赵夜班" in he.get("/departments/").content.decode()
    assert he.post(f"/people/{led.lin.pk}/manager/", {"leader": "00013", "on": "2026-11-02"}).status_code == 302
    shown = he.get(f"/people/{led.lin.pk}/").content.decode()
    assert shown.index("陈大白") < shown.index("王主管")
    circle = he.post(f"/people/{led.chen.pk}/manager/", {"leader": "00012", "on": "2026-11-02"})
    assert (circle.status_code, "不能互为上级" in circle.content.decode()) == (422, True)
    unknown = he.post(f"/people/{led.chen.pk}/manager/", {"leader": "无此人", "on": "2026-11-02"})
    assert (unknown.status_code, "没有在职的" in unknown.content.decode()) == (422, True)


def test_leading_is_asked_in_few_questions(led, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        assert manager(led.lin, 2) == led.he
