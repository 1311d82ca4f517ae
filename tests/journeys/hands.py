"""What people do on many pages: ask, submit, agree in two taps, take back as HR; and who leads the company."""

import make
from kaoqin.approvals import flow_actions
from kaoqin.core.seeds import plant
from kaoqin.org import lead_actions
from kaoqin.org.lead_actions import Heads

TOLD = {"by": make.ROOT, "at": make.NOW}


def lead(company):
    """What an installation begins with; Wang heads 销售部, He the company."""
    plant()
    heads = [Heads(company.sales, company.wang, make.SINCE), Heads(company.company, company.he, make.SINCE)]
    lead_actions.state_heads(heads, **TOLD)
    flow_actions.seed_default_flow()


def ask_for(page, server, kind):
    """From the home page to the form of a kind."""
    page.goto(server.url)
    page.click(".quick-link:has-text('新申请')")
    page.click(f"a:has(strong:text-is('{kind}'))")
    page.wait_for_selector("text=提交申请")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def fill(page, **typed):
    """Type into the fields of a form of a request; it says what would come of it after the last."""
    for name, value in typed.items():
        if page.locator(f"select#id_{name}").count():
            page.select_option(f"#id_{name}", value)
        else:
            page.fill(f"#id_{name}", value)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.dispatch_event(f"#id_{name}", "change")


def submit(page):
    page.click("text=提交申请")
    page.wait_for_selector("text=申请已提交")


def agree(page, server):
    """On the phone two taps: who waits, and 同意."""
    page.goto(server.url)
    page.click("text=1 个申请等您审批")
    page.click(".decide-bar button:has-text('同意') >> nth=0")
    page.wait_for_selector("text=已同意。")


def undo(page, server, request, text):
    """HR takes back what was agreed."""
    page.goto(f"{server.url}/requests/{request.pk}/")
    page.click("summary:has-text('撤销已同意的申请')")
    page.fill("#undo_text", text)
    page.click("text=直接撤销(人事)")
    page.wait_for_selector("text=已撤销。")
