"""Which process runs a run: the columns of its lease."""

from __future__ import annotations

import secrets
from typing import Final, TypeAlias

import msgspec

from perftui.owner import Owner, life_of, this_owner

COLUMNS: Final = ("owner_token", "owner_pid", "owner_host", "owner_boot", "owner_space", "owner_started")
"""Of a run's row; all null where nobody holds it."""

HolderRow: TypeAlias = tuple[str | None, int | None, str | None, str | None, str | None, str | None]
"""The values of those columns."""


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """A store that was opened, in the process that opened it.

    Attributes:
        token: of the store; random.
        owner: the process.
    """

    token: str
    owner: Owner

    def row(self) -> HolderRow:
        """The values of its columns."""
        owner = self.owner
        return (self.token, owner.pid, owner.host, owner.boot, owner.space, owner.started)


def new_holder() -> Holder:
    """A store that this process opens now."""
    return Holder(token=secrets.token_hex(8), owner=this_owner())


def holder_of(row: HolderRow) -> Holder | None:
    """The holder from its columns, None where there is none."""
    token, pid, host, boot, space, started = row
    if token is None:
        return None
    owner = Owner(host=host or "", boot=boot or "", space=space or "", pid=pid or 0, started=started or "")
    return Holder(token=token, owner=owner)


def may_be_alive(holder: Holder) -> bool:
    """False where the process is surely gone; of another machine nothing is known."""
    return life_of(holder.owner, this_owner()) != "gone"
