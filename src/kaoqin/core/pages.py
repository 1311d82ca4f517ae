"""A form in, one action, its refusals back on the form; and the way back to the page somebody came from."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from kaoqin.core.words import NotAllowed, NotFound, Refusal

Made = TypeVar("Made")


def attempt(form: BaseForm, change: Callable[[dict[str, Any]], Made]) -> Made | None:
    """What `change` made of a valid form, or None with the reason on the form.

    A refusal is put on the field it names, else on the form as a whole. NotAllowed and NotFound pass through.
    """
    if not form.is_valid():
        return None
    try:
        return change(form.cleaned_data)
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return None


def go_on(request: HttpRequest, wanted: str, otherwise: str) -> HttpResponseRedirect:
    """To the address that was asked for where it is one of ours, else to the named page."""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if safe else otherwise)
