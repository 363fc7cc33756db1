"""The process that holds a container, as the container's labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from perftui.owner import Owner

_PREFIX = "perftui.owner."


def owner_labels(owner: Owner) -> dict[str, str]:
    """The labels that name an owner."""
    return {_PREFIX + field.name: str(getattr(owner, field.name)) for field in dataclasses.fields(owner)}


def owner_from_labels(labels: Mapping[str, str]) -> Owner | None:
    """Read an owner back, or None where the labels do not name one."""
    texts = {name: labels.get(_PREFIX + name) for name in ("host", "boot", "space", "pid", "started")}
    host, boot, space, pid, started = texts.values()
    if host is None or boot is None or space is None or started is None or pid is None or not pid.isdecimal():
        return None
    return Owner(host=host, boot=boot, space=space, pid=int(pid), started=started)
