"""Programs that game the timing gain nothing, and those that can be caught at it are."""

from __future__ import annotations

import pytest

from tests.attacks.clock import measured, of_measurement
from tests.attacks.field import Field
from tests.attacks.themes.gaming import GAMES, Game


@pytest.mark.docker
@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name.replace(" ", "-"))
async def test_nothing_is_gained(docker_field: Field, game: Game) -> None:
    assert of_measurement(game, await measured(docker_field, game)) == []
    assert await docker_field.look_around() == []
