"""Settings: flags over the environment over a TOML file over defaults; each error says where it stands."""

from __future__ import annotations

import pytest

from perftui.cli.launch import Launch
from perftui.errors import ExitStatus
from perftui.events.plan import RunPlan
from tests.cli.conftest import MODEL, Here

FILE = """
sandbox = "process"
no-timing = true
chains = 2
format = "json"

[run]
chains = 3
temperature = 1
open_problems = 5

[problems.check]
limit = 1

[evaluate]
measure-seconds = 9
"""


def plan_of(here: Here, *flags: object) -> RunPlan:
    """The plan of a run that would begin with those flags and whatever the settings say."""
    begun: list[Launch] = []

    def begin(launch: Launch) -> ExitStatus:
        begun.append(launch)
        return ExitStatus.DONE

    here.monkeypatch.setattr("perftui.cli.run.start", begin)
    ended = here.perftui("run", "problems", *MODEL, *flags)
    assert ended.status == 0, ended.err
    (launch,) = begun
    return launch.plan


def test_flags_win_over_the_environment_that_over_the_file_that_over_defaults(here: Here) -> None:
    path = here.write("settings.toml", FILE)
    here.monkeypatch.setenv("PERFTUI_CONFIG", path)
    plan = plan_of(here)
    assert (plan.sandbox, plan.settings.timing, plan.chains) == ("process", False, 3)
    assert (plan.settings.base_temperature, plan.open_problems, plan.model_calls) == (1.0, 5, 16)

    here.monkeypatch.setenv("PERFTUI_CHAINS", "1")
    assert plan_of(here).chains == 1
    here.monkeypatch.setenv("PERFTUI_RUN_CHAINS", "2")
    assert plan_of(here).chains == 2
    assert plan_of(here, "--chains", 1).chains == 1
    here.monkeypatch.setenv("PERFTUI_RUN_CHAINS", "")
    assert plan_of(here).chains == 1, "an empty variable says nothing"


def test_a_file_for_some_commands_stands_in_the_way_of_no_other(here: Here) -> None:
    here.monkeypatch.setenv("PERFTUI_CONFIG", here.write("settings.toml", FILE))
    assert here.perftui("strategies").out.startswith("["), "format = json holds for every command that has it"
    assert here.perftui("problems", "check", "problems").out.startswith("1 of 1 references")
    assert here.perftui("problems", "list", "problems").out.count("\n") == 3
    assert here.perftui("sandbox", "status").status in {0, 3}, "a command may have the name of a flag"
    assert here.perftui("--help").status == 0


def test_the_users_own_file_is_read_from_the_configuration_folder(here: Here) -> None:
    folder = here.home / "config" / "perftui"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('[strategies]\nformat = "csv"\n')
    here.monkeypatch.setenv("XDG_CONFIG_HOME", str(here.home / "config"))
    assert here.perftui("strategies").out.startswith("name,phase,calls,description")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("chainz = 3", "settings.toml: chainz: there is no such flag"),
        ("[strategies]\nchains = 3", "settings.toml: strategies.chains: there is no such flag"),
        ("[strateg]\nformat = 'md'", "settings.toml: [strateg]: there is no such command"),
        ("doctor = 3", "settings.toml: doctor: there is no such flag"),
        ("format = 'xml'", "settings.toml: format: 'xml' is not one of 'md', 'json', 'csv'"),
        (
            "[strategies]\nformat = ['md']",
            "settings.toml: strategies.format: one text, number or truth value",
        ),
        ("x = [", "settings.toml: cannot be read as TOML settings: Invalid value"),
        ("format = '\\", "settings.toml: cannot be read as TOML settings:"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_with_its_place(here: Here, text: str, line: str) -> None:
    here.monkeypatch.setenv("PERFTUI_CONFIG", here.write("settings.toml", text))
    assert line in here.refused("strategies")


@pytest.mark.parametrize("value", ["0", "2.5", "true", '"many"', "1979-05-27"])
def test_a_number_of_a_wrong_kind_is_told_with_its_place(here: Here, value: str) -> None:
    here.monkeypatch.setenv("PERFTUI_CONFIG", here.write("settings.toml", f"[run]\nchains = {value}"))
    assert "settings.toml: run.chains: " in here.refused("run", "problems", *MODEL)


def test_settings_that_cannot_be_read_are_told(here: Here) -> None:
    here.monkeypatch.setenv("PERFTUI_CONFIG", "problems")
    assert here.refused("strategies") == "problems: cannot be read as TOML settings: Is a directory"
    here.monkeypatch.setenv("PERFTUI_CONFIG", "nothing.toml")
    assert here.perftui("strategies").status == 0
    (here.folder / "latin.toml").write_bytes(b"x = '\xe9'")
    here.monkeypatch.setenv("PERFTUI_CONFIG", "latin.toml")
    assert here.refused("strategies").startswith("latin.toml: cannot be read as TOML settings")


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("PERFTUI_RUN_CHAINS", "0", "PERFTUI_RUN_CHAINS: 0 is not in the range"),
        ("PERFTUI_CHAINS", "many", "PERFTUI_CHAINS: 'many' is not a valid integer"),
        ("PERFTUI_SANDBOX", "vm", "PERFTUI_SANDBOX: 'vm' is not one of 'docker', 'process'"),
        ("PERFTUI_NO_TIMING", "perhaps", "PERFTUI_NO_TIMING: 'perhaps' is not a valid boolean"),
        ("PERFTUI_DB", "problems", "PERFTUI_DB: File 'problems' is a directory"),
    ],
)
def test_a_variable_that_cannot_be_used_is_told_by_its_name(
    here: Here, name: str, value: str, line: str
) -> None:
    here.monkeypatch.setenv(name, value)
    assert line in here.refused("run", "problems", *MODEL)
