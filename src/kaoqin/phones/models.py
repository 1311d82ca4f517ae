"""Phones, places, ways, and what phones sent. What was sent is kept as it came."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kaoqin.org.words import Datum
from kaoqin.phones.words import MARKS, PUNCH_KIND, SIGNALS, Demand, Keeping, Outside, PhoneState, RecordState, Seen, Way


class Place(models.Model):
    """Where people may punch, from–to (打卡地点): one point with a radius, or three corners and more.

    `corners` are [latitude, longitude] in the datum they were told in. It is for the people of exactly one site, group,
    department (with all below), or for one employee. A place that is changed has several versions, each with its days;
    `first` is the first of them, none in the first itself.
    """

    first = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="later")

    name = models.CharField(max_length=60)
    datum = models.CharField(max_length=10, choices=Datum)
    corners = models.JSONField()
    radius_m = models.PositiveIntegerField(null=True)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    site = models.ForeignKey("org.Site", null=True, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey("scheduling.Group", null=True, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey("org.Department", null=True, on_delete=models.PROTECT, related_name="+")
    employee = models.ForeignKey("org.Employee", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(site__isnull=False, group=None, department=None, employee=None)
                | Q(site=None, group__isnull=False, department=None, employee=None)
                | Q(site=None, group=None, department__isnull=False, employee=None)
                | Q(site=None, group=None, department=None, employee__isnull=False),
                name="place_is_for_one",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("begins_on")), name="place_ends_after_it_begins"
            ),
            models.UniqueConstraint(fields=["first", "begins_on"], name="place_version_once_a_day"),
        ]

    @property
    def stable_id(self) -> int:
        """The same for all versions of a place."""
        return self.first_id or self.pk


class OfficeNetwork(models.Model):
    """Addresses from which a site's people reach us (办公网络), from–to."""

    site = models.ForeignKey("org.Site", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    addresses = models.CharField(max_length=50)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)


class Screen(models.Model):
    """A screen of a site that shows a code every fifteen seconds (动态二维码), from–to. Whoever knows `key` may show it;
    `secret`, sealed, makes the codes."""

    site = models.ForeignKey("org.Site", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=40, unique=True)
    secret = models.CharField(max_length=200)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)


class ScreenUse(models.Model):
    """That somebody punched with the code of a step; nobody does twice."""

    screen = models.ForeignKey(Screen, on_delete=models.PROTECT, related_name="+")
    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="+")
    step = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["screen", "employee", "step"], name="screen_code_once_each"),
        ]


class Mark(models.Model):
    """A poster or a tag of a site that says the same key every day (固定码), from–to."""

    site = models.ForeignKey("org.Site", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=[(one.value, one.label) for one in MARKS])
    key = models.CharField(max_length=40, unique=True)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)


class Signal(models.Model):
    """A Wi-Fi station or a beacon of a site, from–to: `address` as `phones.signals` writes it."""

    site = models.ForeignKey("org.Site", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=[(one.value, one.label) for one in SIGNALS])
    address = models.CharField(max_length=60, db_index=True)
    name = models.CharField(max_length=60)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)


class WaysRule(models.Model):
    """How the people of a group may punch by phone, from a day on until the next rule."""

    group = models.ForeignKey("scheduling.Group", on_delete=models.CASCADE, related_name="+")
    begins_on = models.DateField()
    ways = ArrayField(models.CharField(max_length=10, choices=Way))
    outside = models.CharField(max_length=10, choices=Outside)
    note_needed = models.BooleanField()
    offline_hours = models.PositiveSmallIntegerField()
    changes = models.PositiveSmallIntegerField()
    change_days = models.PositiveSmallIntegerField()
    review_from_percent = models.PositiveSmallIntegerField(null=True, default=50)
    photo = models.CharField(max_length=10, choices=Demand, default=Demand.NEVER)
    face = models.CharField(max_length=10, choices=Demand, default=Demand.NEVER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "begins_on"], name="ways_rule_once_a_day")]


class SiteWays(models.Model):
    """By which ways the people of a site may punch from–to, instead of those of their groups; all else stays the groups'."""

    site = models.ForeignKey("org.Site", on_delete=models.PROTECT, related_name="+")
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    ways = ArrayField(models.CharField(max_length=10, choices=Way))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "begins_on"], name="site_ways_once_a_day")]


class Phone(models.Model):
    """A phone is the public half of its key (P-256, DER). Everybody has at most one that is in use."""

    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="+")
    key = models.BinaryField()
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=PhoneState)
    registered_at = models.DateTimeField()
    bound_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    last_counter = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["employee"], condition=Q(state=PhoneState.BOUND), name="phone_in_use_one_each"
            ),
            models.UniqueConstraint(fields=["employee", "key"], name="phone_key_once"),
        ]


class PairingCode(models.Model):
    """The one code by which somebody's native client may be paired now (配对码): it ends after minutes, and with its use. `digest`
    fits the digits only as long as the password is the same."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    ends_at = models.DateTimeField()


class Token(models.Model):
    """By which a native client speaks for one phone without a session (令牌); only its SHA-256 is kept. `session_hash` is that of
    the account when it was made: like a session, it is none any more when the password is another."""

    phone = models.ForeignKey(Phone, on_delete=models.PROTECT, related_name="tokens")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    session_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    last_used_on = models.DateField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["phone"], condition=Q(revoked_at=None), name="token_one_a_phone"),
        ]


class Assessed(models.Model):
    """What was known of a record when it was weighed (`past.Evidence`), and what was found.

    `device` is the installation or phone that sent it, whoever is logged in there; `spot` the place or office network it was at
    (`place-7`), empty far from all; `network` the name of the office network or the block of addresses; `region` where that is registered, and
    `region_off_km` how far from there the position is; `off_m` metres from the
    middle of the place, `beyond_m` outside its fence. `made_up` and `other_hand` are the scores without those of earlier
    punches, `score` is all in all, 0 to 1; None where a record was not weighed. One that is `suspect` reached the
    threshold of its group.
    """

    device = models.CharField(max_length=80, default="")
    spot = models.CharField(max_length=30, default="")
    network = models.CharField(max_length=60, default="")
    region = models.CharField(max_length=60, default="")
    region_off_km = models.IntegerField(null=True)
    off_m = models.FloatField(null=True)
    beyond_m = models.IntegerField(null=True)
    zone_minutes = models.SmallIntegerField(null=True)
    provider = models.CharField(max_length=40, default="")
    mock = models.BooleanField(null=True)
    emulator = models.BooleanField(null=True)
    stations = ArrayField(models.CharField(max_length=17), default=list)
    clock_off_s = models.BigIntegerField(default=0)
    score = models.FloatField(null=True)
    made_up = models.FloatField(null=True)
    other_hand = models.FloatField(null=True)
    reasons = models.JSONField(default=list)
    suspect = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Record(Assessed):
    """One punch as a phone sent it, what was found about it, and the punch it became; or what another room understands.

    `payload` is the signed text; without consent neither its position nor what it heard about is kept, and the signature then no
    longer fits. `latitude` and `longitude` are WGS-84, to 0.01° only where `keeping` is coarse (`coarsening`): the payload is then
    changed, its `digest` is that of what was signed, and `repeated` says whether the person was at the same point, to the last
    digit, twice. Of one that is gone (`retention`) only what was found is kept. `at` is the time that counts, `device_time` what
    the phone's clock said.
    """

    phone = models.ForeignKey(Phone, on_delete=models.PROTECT, related_name="records")
    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField()
    counter = models.BigIntegerField()
    kind = models.CharField(max_length=20, default=PUNCH_KIND)
    digest = models.CharField(max_length=64)
    payload = models.TextField()
    signature = models.CharField(max_length=100)
    address = models.CharField(max_length=45)
    received_at = models.DateTimeField()
    device_time = models.DateTimeField()
    zone = models.CharField(max_length=60)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RecordState)
    way = models.CharField(max_length=10, choices=Way, default="", blank=True)
    verdict = models.CharField(max_length=10, choices=Seen)
    place = models.CharField(max_length=60, default="", blank=True)
    distance_m = models.IntegerField(null=True)
    accuracy_m = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    flags = ArrayField(models.CharField(max_length=20), default=list)
    note = models.CharField(max_length=200, default="", blank=True)
    keeping = models.CharField(max_length=10, choices=Keeping, default=Keeping.WHOLE)
    repeated = models.BooleanField(default=False)
    punch = models.ForeignKey("punches.Punch", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["phone", "digest"], name="phone_record_kept_once"),
            models.UniqueConstraint(
                fields=["phone", "counter"], condition=~Q(state=RecordState.REFUSED), name="phone_counter_once"
            ),
        ]
        indexes = [
            models.Index(fields=["employee", "-at"], name="phone_record_of_employee"),
            models.Index(fields=["device", "employee", "at"], name="phone_record_of_device"),
            models.Index(
                fields=["spot", "at"],
                include=["employee", "device", "network"],
                condition=~Q(spot=""),
                name="phone_record_at_spot",
            ),
            models.Index(
                fields=["employee"],
                condition=Q(state=RecordState.HELD) | Q(suspect=True),
                name="phone_record_to_review",
            ),
            models.Index(
                fields=["employee", "at"],
                condition=Q(keeping=Keeping.WHOLE, latitude__isnull=False),
                name="phone_record_with_point",
            ),
            models.Index(fields=["at"], condition=~Q(keeping=Keeping.GONE), name="phone_record_with_evidence"),
        ]


class PunchPhoto(models.Model):
    """A photo of the spot (现场照片) somebody took for a punch, by the id and the SHA-256 that the phone gave it.

    It may come before the record that names it, or be named before it comes (`brought_at` is empty). Where it is kept no longer, `path` is empty; that there was one is not forgotten.
    """

    key = models.UUIDField()
    employee = models.ForeignKey("org.Employee", on_delete=models.PROTECT, related_name="+")
    record = models.OneToOneField(Record, null=True, on_delete=models.PROTECT, related_name="photo")
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=300, default="", blank=True)
    size_bytes = models.PositiveIntegerField(default=0)
    brought_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employee", "key"], name="punch_photo_once")]
        indexes = [models.Index(fields=["brought_at"], condition=~Q(path=""), name="punch_photos_kept")]


class Decision(models.Model):
    """What a manager decided of a record, once."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="decision")
    counts = models.BooleanField()
    reason = models.CharField(max_length=200)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
