"""All that a run's strategies are made of: the package's, with what the user added and replaced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from perftui.own.strategies import Found, with_entry_points, with_folder
from perftui.own.templates import read_templates, with_overrides
from perftui.refine import catalogue as strategies_by_name
from perftui.refine import templates as prompt_templates
from perftui.refine.catalogue import Catalogue
from perftui.refine.templates import Templates, built_in


@dataclass(frozen=True)
class Kit:
    """Strategies and templates that go together.

    Attributes:
        catalogue: the strategies.
        templates: their prompts.
        notes: what could not be used, a line each.
    """

    catalogue: Catalogue
    templates: Templates
    notes: tuple[str, ...] = ()


def load_kit(strategies: Path | None, prompts: Path | None) -> Kit:
    """Load what a user added.

    Args:
        strategies: folder with strategies, None for none.
        prompts: folder with templates that take the place of others, None for none.

    Raises:
        BadInputError: a file in them cannot be used; the message says where and why.
    """
    found = with_entry_points(Found())
    if strategies is not None:
        found = with_folder(found, strategies)
    templates = Templates({**built_in().sources, **found.templates})
    if prompts is not None:
        templates = with_overrides(templates, read_templates(prompts))
    return Kit(found.catalogue, templates, found.notes)


@contextmanager
def using(kit: Kit) -> Iterator[Kit]:
    """Let names of strategies and of templates stand for what is in a kit, in this context."""
    with strategies_by_name.using(kit.catalogue), prompt_templates.using(kit.templates):
        yield kit
