"""Skills: shifts that need one, people who have it for a time, swaps that would put somebody on a shift without it."""

import pytest

import make
from kaoqin.core.words import NotAllowed, NotFound, Refusal
from kaoqin.scheduling import roster, skill_actions, skills, swap_actions
from kaoqin.scheduling.models import HeldSkill, NeededSkill, Skill
from kaoqin.scheduling.words import Cell

TOLD = {"by": make.ROOT, "at": make.NOW}


@pytest.fixture
def crane(cast):
    """Nights need 行车证 from November on; Zhao has it until 11-24."""
    made = skill_actions.new_skill("行车证", **TOLD)
    skill_actions.need(made, [cast.night.pk], make.day("11-01"), **TOLD)
    skill_actions.give(made, [cast.zhao.pk], make.day("01-01"), make.day("11-24"), **TOLD)
    return made


def lacks(*cells):
    return [(one.employee_id, one.date, one.skill) for one in skills.lacking(cells)]


def test_who_has_it_who_has_not_and_until_when(cast, crane):
    chen, zhao, night = cast.chen.pk, cast.zhao.pk, cast.night.pk
    cells = [Cell(who, make.day(day), night) for day in ("11-24", "11-25") for who in (chen, zhao)]
    assert lacks(*cells) == [
        (chen, make.day("11-24"), "行车证"),
        (chen, make.day("11-25"), "行车证"),
        (zhao, make.day("11-25"), "行车证"),
    ]


def test_other_shifts_rest_days_and_days_before_need_nothing(cast, crane):
    chen = cast.chen.pk
    cells = [
        Cell(chen, make.day("11-24"), cast.day.pk),
        Cell(chen, make.day("11-24"), None),
        Cell(chen, make.day("10-31"), cast.night.pk),
    ]
    assert lacks(*cells) == []


def test_which_shifts_need_it_is_stated_anew_from_a_day_on(cast, crane):
    skill_actions.need(crane, [cast.day.pk], make.day("11-20"), **TOLD)
    told = NeededSkill.objects.order_by("begins_on").values_list("shift", "begins_on", "ends_on")
    assert list(told) == [
        (cast.night.pk, make.day("11-01"), make.day("11-19")),
        (cast.day.pk, make.day("11-20"), None),
    ]
    skill_actions.need(crane, [cast.night.pk], make.day("11-20"), **TOLD)
    assert [one.shift for one in skills.needing(crane, make.TODAY)] == [cast.night]


def test_a_paper_that_is_renewed_and_one_that_is_taken_away(cast, crane):
    skill_actions.give(crane, [cast.zhao.pk], make.day("11-25"), None, **TOLD)
    assert lacks(Cell(cast.zhao.pk, make.day("11-25"), cast.night.pk)) == []
    skill_actions.give(crane, [cast.zhao.pk], make.day("11-25"), make.day("11-30"), **TOLD)
    assert HeldSkill.objects.filter(skill=crane).count() == 2
    renewed = HeldSkill.objects.get(begins_on=make.day("11-25"))
    skill_actions.end(renewed, make.day("11-27"), **TOLD)
    renewed.refresh_from_db()
    assert renewed.ends_on == make.day("11-26")
    skill_actions.end(renewed, make.day("11-25"), **TOLD)
    assert HeldSkill.objects.filter(skill=crane).count() == 1


def test_what_is_refused(cast, crane):
    for name in ("", " 行车证 "):
        with pytest.raises(Refusal, match="重名"):
            skill_actions.new_skill(name, **TOLD)
    with pytest.raises(Refusal, match="有效期"):
        skill_actions.give(crane, [cast.chen.pk], make.day("11-20"), make.day("11-19"), **TOLD)
    for who in ("wang", "lin", "sun"):
        told = {"by": cast.by(who), "at": make.NOW}
        with pytest.raises(NotAllowed):
            skill_actions.new_skill("电工证", **told)
        with pytest.raises((NotAllowed, NotFound)):
            skill_actions.give(crane, [cast.chen.pk], make.TODAY, None, **told)
    assert Skill.objects.count() == 1


def test_a_swap_onto_a_shift_without_its_skill_is_refused(cast, crane):
    make.join(cast.night_group, cast.chen, since=make.day("11-21"))
    for who, shift in ((cast.chen, cast.day), (cast.zhao, cast.night)):
        roster.paint([Cell(who.pk, make.day("11-24"), shift.pk)], today=make.TODAY, **TOLD)
    meant = swap_actions.plan(cast.chen, cast.zhao, [make.day("11-24")], "有事")
    with pytest.raises(Refusal, match="没有「行车证」") as told:
        swap_actions.rehearse(meant, **TOLD)
    assert told.value.code == "scheduling.lacks_skill"
    skill_actions.give(crane, [cast.chen.pk], make.day("11-24"), make.day("11-24"), **TOLD)
    assert swap_actions.rehearse(meant, **TOLD) == []


def test_pages(cast, crane, enter, django_assert_max_num_queries):
    he = enter("he")
    roster.paint([Cell(cast.zhao.pk, make.day("11-24"), cast.night.pk)], today=make.TODAY, **TOLD)
    where = he.post("/skills/new/", {"name": "叉车证"})["Location"]
    he.post(f"{where}shifts/", {"shifts": [cast.night.pk], "begins_on": "2026-11-20"})
    shown = he.get(where).content.decode()
    assert cast.night.code in shown
    assert "没有这项技能" in shown
    assert "2026-11-24 起 1 天" in shown
    he.post(f"{where}give/", {"numbers": cast.zhao.number, "begins_on": "2026-11-01", "ends_on": "2026-12-01"})
    shown = he.get(where).content.decode()
    assert cast.zhao.name in shown
    assert "2026-12-01" in shown
    held = HeldSkill.objects.get(skill__name="叉车证")
    he.post(f"/skills/held/{held.pk}/end/")
    assert "2026-11-19" in he.get(where).content.decode()
    assert "没有工号" in he.post(f"{where}give/", {"numbers": "zzz", "begins_on": "2026-11-01"}).content.decode()
    with django_assert_max_num_queries(14):
        listed = he.get("/skills/").content.decode()
    assert "行车证" in listed
    assert "叉车证" in listed
