"""One message out of the house, by each channel. What goes wrong is raised: Gone, NotTaken, or Unreached."""

import datetime as dt
import hashlib
import smtplib
from collections.abc import Sequence
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from kaoqin.core import outgoing
from kaoqin.core.outgoing import Unreached
from kaoqin.core.sealed import seal, unseal
from kaoqin.core.words import Refusal, say_list
from kaoqin.notices import bots, pushing, queries
from kaoqin.notices.models import Delivery, GroupBot, PushSubscription, ServerKey
from kaoqin.notices.pushing import Browser, Message
from kaoqin.notices.words import DeliveryState, Vendor
from kaoqin.security.models import Account

NOBODY = "https://localhost"
"""Whom a push service may turn to, where the installation has neither an address nor a mailbox."""


class Gone(Exception):  # noqa: N818 - an answer, not a failure
    """The browser is subscribed no more."""


class NotTaken(Exception):  # noqa: N818 - an answer, not a failure
    """The other side did not take the message; `final`: it never will, `wait`: not before then."""

    def __init__(self, fault: str, final: bool = False, wait: dt.timedelta | None = None) -> None:
        super().__init__(fault)
        self.final, self.wait = final, wait


def language_of(account: Account | None) -> str:
    """The language somebody reads."""
    return (account.language if account else "") or settings.LANGUAGE_CODE


def address_of(delivery: Delivery) -> str:
    """Where a notice leads, as an address people can open from outside; empty where the installation knows none."""
    return f"{settings.PUBLIC_URL}/notices/{delivery.notice_id}/" if settings.PUBLIC_URL else ""


def send_mail(message: Sequence[Delivery], at: dt.datetime) -> None:
    """One letter with all that goes together."""
    account = message[0].notice.account
    to = queries.mailboxes([account.pk]).get(account.pk, "") if account else ""
    if not to:
        raise NotTaken(gettext("没有邮箱地址。"), final=True)
    if not queries.mail_works():
        raise NotTaken(gettext("还没有设置邮件服务器(KAOQIN_MAIL_HOST)。"), final=True)
    with translation.override(language_of(account)):
        letter = _letter(message, to, at)
    _hand_to_server(letter)


def _letter(message: Sequence[Delivery], to: str, at: dt.datetime) -> EmailMultiAlternatives:
    notices = [(*queries.words(one.notice), address_of(one), one.notice.told_at) for one in message]
    subject = notices[0][0] if len(notices) == 1 else gettext("{count} 条通知").format(count=len(notices))
    context = {
        "notices": notices,
        "subject": subject,
        "inbox": settings.PUBLIC_URL and f"{settings.PUBLIC_URL}/notices/",
    }
    letter = EmailMultiAlternatives(
        " ".join(subject.split()),
        render_to_string("notices/mail.txt", context),
        settings.DEFAULT_FROM_EMAIL,
        [to],
        headers={"Message-ID": _message_id(message), "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(render_to_string("notices/mail.html", context), "text/html")
    return letter


def send_test_mail(to: str, title: str, body: str) -> None:
    """A letter to an address somebody typed, to see whether it arrives."""
    if not queries.mail_works():
        raise NotTaken(gettext("还没有设置邮件服务器(KAOQIN_MAIL_HOST)。"), final=True)
    _hand_to_server(EmailMultiAlternatives(title, body, settings.DEFAULT_FROM_EMAIL, [to]))


def _message_id(message: Sequence[Delivery]) -> str:
    """The same for the same message, however often it is sent, and nobody else's."""
    names = f"{settings.SECRET_KEY} {sorted(one.pk for one in message)}"
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "kaoqin.invalid"
    return f"<{hashlib.sha256(names.encode()).hexdigest()[:40]}@{domain}>"


def _hand_to_server(letter: EmailMultiAlternatives) -> None:
    letter.connection = get_connection()
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()))
        raise NotTaken(_refusal(code, said), final=500 <= code < 600) from refused
    except smtplib.SMTPAuthenticationError as refused:
        raise Unreached(gettext("邮件服务器不接受用户名或密码({code})。").format(code=refused.smtp_code)) from refused
    except smtplib.SMTPResponseException as refused:
        raise Unreached(_refusal(refused.smtp_code, refused.smtp_error)) from refused
    except (smtplib.SMTPException, OSError) as error:
        raise Unreached(gettext("邮件服务器联系不上({reason})。").format(reason=type(error).__name__)) from error
    finally:
        letter.connection.close()  # one that was refused its password is left open


def _refusal(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return gettext("邮件服务器拒绝({code}):{said}").format(code=code, said=text[:200])


def send_push(message: Sequence[Delivery], at: dt.datetime) -> None:
    """One message to one browser."""
    subscription = message[0].subscription
    if subscription is None or subscription.ended_at:
        raise Gone(gettext("这个浏览器已不再接收推送。"))
    with translation.override(language_of(message[0].notice.account)):
        told = _pushed(message)
    browser = Browser(subscription.endpoint, subscription.p256dh, unseal(subscription.auth_sealed))
    signed = pushing.headers(browser, told, unseal(server_key(at).private_sealed), _contact(), at)
    answer = outgoing.post(browser.endpoint, pushing.sealed(browser, told), signed)
    _judge_push(answer)


def _pushed(message: Sequence[Delivery]) -> Message:
    if len(message) == 1:
        notice = message[0].notice
        title, body = queries.words(notice)
        return Message(title, body, f"/notices/{notice.pk}/", f"{notice.kind}:{notice.key}")
    titles = [queries.words(one.notice)[0] for one in message]
    head = ngettext("{count} 条通知", "{count} 条通知", len(titles)).format(count=len(titles))
    return Message(head, "\n".join(titles), "/notices/", f"together:{message[0].pk}")


def _judge_push(answer: outgoing.Answer) -> None:
    if pushing.is_gone(answer.status):
        raise Gone(gettext("这个浏览器已不再接收推送。"))
    if answer.status == 429:
        asked = answer.headers.get("retry-after", "")
        seconds = min(int(asked), 24 * 3600) if asked.isdecimal() and len(asked) < 7 else 60
        raise NotTaken(gettext("推送服务要求稍后再发。"), wait=dt.timedelta(seconds=max(seconds, 1)))
    if answer.status >= 300:
        said = gettext("推送服务没有接受(HTTP {status})。").format(status=answer.status)
        raise NotTaken(said, final=answer.status in {400, 401, 403, 413})


def server_key(at: dt.datetime) -> ServerKey:
    """The installation's key pair, made at the first need."""
    found = ServerKey.objects.first()
    if found is None:
        private, public = pushing.new_key()
        made = ServerKey(private_sealed=seal(private), public=public, made_at=at)
        ServerKey.objects.bulk_create([made], ignore_conflicts=True)
        found = ServerKey.objects.get()
    return found


def _contact() -> str:
    mailbox = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    if mailbox:
        return f"mailto:{mailbox}"
    return settings.PUBLIC_URL if settings.PUBLIC_URL.startswith("https://") else NOBODY


def end_subscription(message: Sequence[Delivery], at: dt.datetime) -> None:
    """Push to this browser no more; what else waits for it is dropped."""
    key = message[0].subscription_id
    PushSubscription.objects.filter(pk=key or 0, ended_at=None).update(ended_at=at)
    waiting = Delivery.objects.filter(subscription=key, state=DeliveryState.WAITING)
    waiting.update(state=DeliveryState.DROPPED, ended_at=at)


def send_post(message: Sequence[Delivery], at: dt.datetime) -> None:
    """One message to one group."""
    bot = message[0].notice.bot
    if bot is None or not bot.active:
        raise NotTaken(gettext("这个群机器人已停用。"), final=True)
    with translation.override(settings.LANGUAGE_CODE):
        text = _posted(message)
    post_text(bot, text, at)


def post_text(bot: GroupBot, text: str, at: dt.datetime) -> None:
    """A text to a group."""
    vendor = Vendor(bot.vendor)
    secret = unseal(bot.secret_sealed) if bot.secret_sealed else ""
    post = bots.post(vendor, unseal(bot.address_sealed), text, secret=secret, keyword=bot.keyword, at=at)
    refuse_other_hosts(vendor, post.address)
    answer = outgoing.post(post.address, post.body, {"Content-Type": "application/json; charset=utf-8"})
    found = bots.verdict(vendor, answer.status, answer.body)
    if found.fault:
        raise NotTaken(found.fault, found.final, found.wait)


def _posted(message: Sequence[Delivery]) -> str:
    told = []
    for one in message:
        title, body = queries.words(one.notice)
        link = f"{settings.PUBLIC_URL}{one.notice.link}" if settings.PUBLIC_URL and one.notice.link else ""
        told.append("\n".join(part for part in (title, body, link) if part))
    moment = timezone.localtime(message[0].notice.told_at)
    return "\n\n".join([*told, f"{gettext('考勤系统')} {moment:%m-%d %H:%M}"])


def refuse_other_hosts(vendor: Vendor, address: str) -> None:
    """Refuses an address that is neither the vendor's nor trusted by the installation."""
    parts = outgoing.check_address(address)
    known = bots.HOSTS[vendor] | {name.lower() for name in settings.TRUSTED_HOSTS}
    if not {parts.hostname, parts.netloc} & known:
        said = gettext("{vendor}群机器人的地址应在 {hosts};私有部署请管理员把主机加到 KAOQIN_TRUSTED_HOSTS。")
        hosts = say_list(sorted(bots.HOSTS[vendor]))
        raise Refusal("notices.other_host", said.format(vendor=vendor.label, hosts=hosts), "address")


def apart(bot: GroupBot) -> dt.timedelta:
    """How long after a message the next may follow."""
    return dt.timedelta(seconds=bots.SECONDS_APART[Vendor(bot.vendor)])
