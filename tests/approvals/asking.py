"""What tests of requests share: a led company, a kind of request of their own, flows in one line, who hears what."""

import make
from kaoqin.approvals import actions, deciding_actions, flow_actions, queries
from kaoqin.approvals.flow_actions import FlowSettings
from kaoqin.approvals.flowing import When
from kaoqin.approvals.models import Request, RequestEntry
from kaoqin.approvals.words import RequestKind
from kaoqin.org import lead_actions
from kaoqin.org.lead_actions import Heads
from kaoqin.security.models import Account

SINCE = make.day("01-01")
PLEA = RequestKind(
    *("plea", "请求", lambda d: [("内容", d.get("what", ""))]), lambda d: d.get("facts", {}), "/requests/new/"
)


def lead(cast):
    """Wang heads 销售部, He the company; the default flow is there."""
    heads = [Heads(cast.sales, cast.wang, SINCE), Heads(cast.company, cast.he, SINCE)]
    lead_actions.state_heads(heads, by=make.ROOT, at=make.NOW)
    flow_actions.seed_default_flow()


def flow(*steps, when=None, automatic=None, once=True, name="试用", begins_on=make.TODAY):
    """A published flow that is tried before all others."""
    told = {"by": make.ROOT, "at": make.NOW}
    made = flow_actions.new_flow(name, **told)
    flow_actions.drop_step(made, 0, **told)
    for step in steps:
        flow_actions.add_step(made, step, **told)
    flow_actions.keep_settings(made, FlowSettings(when or When(), automatic, once), **told)
    flow_actions.publish(made, begins_on, **told)
    return made


class Company:
    """The cast as people who ask and decide, at one moment that can be set."""

    def __init__(self, cast):
        self.cast, self.at = cast, make.NOW

    def by(self, name):
        return {"by": self.cast.by(name, make.NOW.date()), "at": self.at}

    def ask(self, who="lin", consents=(), what="借一把伞", **facts):
        details = {"what": what, "facts": facts}
        return actions.submit("plea", getattr(self.cast, who), details, consents, **self.by(who))

    def yes(self, request, who, text=""):
        return deciding_actions.approve(request, text, **self.by(who))

    def no(self, request, who, text="不行"):
        return deciding_actions.refuse(request, text, **self.by(who))

    def back(self, request, who, text="请补充"):
        return deciding_actions.send_back(request, text, **self.by(who))

    def waits_for(self, request):
        """Names of the accounts whose answer is waited for."""
        seats = Account.objects.filter(seats__ready=True, seats__step__request=request)
        return sorted(set(seats.values_list("username", flat=True)))

    def waiting(self, who):
        return list(queries.waiting(seen_by=self.cast.by(who), on=make.TODAY))


def state(request):
    return Request.objects.get(pk=request.pk).state


def deeds(request):
    return list(RequestEntry.objects.filter(request=request).order_by("pk").values_list("deed", flat=True))
