"""The command palette: every command that fits the moment, by its name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider

_MOVES = ("list.", "view.")
"""Keys that move a cursor; nobody looks for them in a palette."""


class _Command(NamedTuple):
    name: str
    key: str
    help: str


class KeyCommands(Provider):
    """All keys of the current screen as commands."""

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for command in self._commands():
            yield DiscoveryHit(command.name, partial(self.app.simulate_key, command.key), help=command.help)

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = matcher.match(f"{command.name} {command.help}")
            if score > 0:
                run = partial(self.app.simulate_key, command.key)
                yield Hit(score, matcher.highlight(command.name), run, help=command.help)

    def _commands(self) -> Iterator[_Command]:
        seen: set[str] = set()
        for key, active in self.screen.active_bindings.items():
            binding = active.binding
            named = binding.description and binding.tooltip and not binding.system
            if (binding.id or "").startswith(_MOVES) and not binding.show:
                continue
            if active.enabled and named and binding.action not in seen:
                seen.add(binding.action)
                yield _Command(f"{binding.description}", key, binding.tooltip)
