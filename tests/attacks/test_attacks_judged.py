"""Every attack gets the verdict that it should get, and leaves all else as it was."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.attacks.catalogue import Attack
from tests.attacks.everything import ATTACKS
from tests.attacks.field import Field
from tests.attacks.themes.mailbox import MAILBOXES, Mailbox

IN_A_PROCESS = [attack for attack in ATTACKS if not attack.only_docker][
    :: 8 if "PERFTUI_REQUIRE_DOCKER" in os.environ else 1
]
"""Where containers are sure to try them all, every eighth is enough: the same supervisor runs there."""


def _by_name(attack: Attack | Mailbox) -> str:
    return attack.name.replace(" ", "-")


def test_every_attack_has_a_name_of_its_own() -> None:
    assert [name for name, count in Counter(attack.name for attack in ATTACKS).items() if count > 1] == []


@pytest.mark.docker
@pytest.mark.parametrize("attack", ATTACKS, ids=_by_name)
async def test_in_a_container(docker_field: Field, attack: Attack) -> None:
    after = await docker_field.try_out(attack)
    assert after.problems == ()


@pytest.mark.parametrize("attack", IN_A_PROCESS, ids=_by_name)
async def test_in_a_process(process_field: Field, attack: Attack) -> None:
    after = await process_field.try_out(attack)
    assert after.problems == ()


@pytest.mark.docker
@pytest.mark.parametrize("mailbox", MAILBOXES, ids=_by_name)
async def test_no_program_has_mail_from_another(docker_field: Field, mailbox: Mailbox) -> None:
    assert await docker_field.deliver(mailbox) == []
