"""How the screen tells what matters while it is not looked at, as the settings have it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from perftui.config import notify_setting, read_file, settings_path
from perftui.errors import BadInputError
from perftui.text import one_line

if TYPE_CHECKING:
    from perftui.tui.outside import Way


def chosen_way() -> Way:
    """A bell, a notification, or nothing.

    Raises:
        BadInputError: the settings name no such way.
    """
    from perftui.tui.outside import DEFAULT, WAYS  # noqa: PLC0415 - with the screen

    path = settings_path(os.environ)
    setting = notify_setting(path, read_file(path), os.environ)
    if setting is None:
        return DEFAULT
    way = next((way for way in WAYS if way == setting.text), None)
    if way is None:
        told = one_line(setting.text, 40)
        raise BadInputError(f"{setting.source}: {told!r} must be one of {', '.join(WAYS)}")
    return way
