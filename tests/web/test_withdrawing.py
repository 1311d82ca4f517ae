"""What was recorded by hand can be taken back on its list."""

import make
from kaoqin.attendance.models import Absence
from kaoqin.punches import actions as punches
from kaoqin.punches.models import Correction
from kaoqin.security.models import AccessRecord


def test_an_absence_is_withdrawn_from_its_row(cast, enter):
    made = make.absence(cast.chen, "annual", "11-18 09:00", "11-18 18:00")
    page = enter("he").get("/absences/").content.decode()
    assert f'action="/absences/{made.pk}/withdraw/"' in page
    enter("he").post(f"/absences/{made.pk}/withdraw/")
    assert Absence.objects.get(pk=made.pk).withdrawn_at
    assert f'action="/absences/{made.pk}/withdraw/"' not in enter("he").get("/absences/").content.decode()


def test_a_correction_is_withdrawn_from_its_row(cast, enter):
    told = {"by": cast.by("he"), "at": make.NOW, "today": make.TODAY}
    made = punches.add_correction(cast.chen, make.at("11-18 09:00"), "忘记打卡", **told)
    assert (
        f'action="/punches/corrections/{made.pk}/withdraw/"'
        in enter("he").get("/punches/corrections/").content.decode()
    )
    enter("he").post(f"/punches/corrections/{made.pk}/withdraw/")
    assert Correction.objects.get(pk=made.pk).withdrawn_at


def test_reading_where_somebody_punched_is_remembered(cast, enter):
    from kaoqin.punches.ledger import Press, take
    from kaoqin.punches.models import Punch
    from kaoqin.punches.words import Source

    press = Press("00012", make.at("11-18 09:00"), "Asia/Shanghai", place="客户现场")
    take([press], source=Source.PHONE, by=make.ROOT, at=make.NOW)
    enter("he").get(f"/punches/{Punch.objects.get().pk}/")
    assert AccessRecord.objects.get().employee_id == cast.lin.pk
