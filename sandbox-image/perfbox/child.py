"""What a child does: confine itself, warm up, take the program, and do one of five duties with it."""

from __future__ import annotations

import json

from perfbox import child_calls, child_check, child_profile, child_stdin, child_trial, seccomp
from perfbox.child_link import ChildLink
from perfbox.confine import Confinement, ConfinementError, confine_child
from perfbox.order import Order
from perfbox.rehearsal import rehearse

_DUTIES = {
    "calls": child_calls.serve,
    "stdin": child_stdin.serve,
    "trial": child_trial.serve,
    "check": child_check.serve,
    "profile": child_profile.serve,
}


def main(plan: Confinement, descriptors: list[int], filters: seccomp.Filters | None) -> None:
    """Be a child from the fork to the end."""
    link = ChildLink()
    try:
        confine_child(plan, descriptors, filters)
    except ConfinementError as error:
        link.answer("q", str(error).encode("utf-8", "replace"))
        return
    link.answer("k")
    rehearse()
    _, payload = link.receive()
    head, _, source = payload.partition(b"\n")
    raw = json.loads(head)
    order = Order(raw["duty"], raw["entry_point"], raw["output_bytes"], source, raw["options"])
    _DUTIES[order.duty](link, order)
