"""The flags of `run`: what they turn in a plan, and what they leave to the strategy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perftui.cli.launch import Launch
from perftui.cli.plans import chains_and_figures, counts, price
from perftui.cli.views import View
from perftui.errors import BadInputError, ExitStatus
from perftui.events.plan import Prices, RunPlan
from perftui.problems.model import Problem
from perftui.refine.catalogue import find_strategy
from perftui.refine.chain import StrategySettings
from perftui.refine.strategy import PAPER
from tests.cli.conftest import MODEL, QUICK, Here

MODELS = ("--model", "test/a", "--model", "test/b", "--base-url", "http://127.0.0.1:9/v1")


def plans_of(here: Here, *flags: object) -> list[RunPlan]:
    """The plans of the runs that would begin with those flags."""
    begun: list[RunPlan] = []

    def begin(launch: Launch) -> ExitStatus:
        begun.append(launch.plan)
        return ExitStatus.DONE

    def begin_all(
        plans: Sequence[RunPlan], problems: tuple[Problem, ...], db: Path, view: View, *, fresh: bool
    ) -> ExitStatus:
        begun.extend(plans)
        return ExitStatus.DONE

    here.monkeypatch.setattr("perftui.cli.run.start", begin)
    here.monkeypatch.setattr("perftui.cli.run.begin_sweep", begin_all)
    ended = here.perftui("run", "problems", *flags)
    assert ended.status == 0, ended.err
    return begun


def plan_of(here: Here, *flags: object) -> RunPlan:
    (plan,) = plans_of(here, *MODEL, *flags)
    return plan


def test_a_flag_that_is_not_given_leaves_what_the_strategy_wants(here: Here) -> None:
    assert plan_of(here).settings == find_strategy("perfcodegen").settings
    assert plan_of(here, "--strategy", "perfcodegen-paper").settings == PAPER
    published = plan_of(here, "--as-published", "--performance", "tips", "--no-timing")
    assert published.settings == StrategySettings(
        repair_rounds=0, feedback_rounds=1, plateau=0, choice="last", profile=False, timing=False
    )


def test_each_flag_turns_one_setting(here: Here) -> None:
    plan = plan_of(
        here,
        *("--refinements", 5, "--fixes", 2, "--repairs", 3, "--plateau", 0, "--calls", 9),
        *("--objective", "both", "--share-best", "--stop-hopeless", "--no-profile", "--temperature", 0.3),
        *("--keep-broken", "--price", "0.15/0.6", "--chains", "8,1", "--at", "4"),
    )
    assert plan.settings == StrategySettings(
        feedback_rounds=5,
        correctness_rounds=2,
        repair_rounds=3,
        plateau=0,
        calls=9,
        base_temperature=0.3,
        objective="both",
        profile=False,
        share_best=True,
        stop_hopeless=True,
    )
    assert (plan.keep_broken, plan.prices) == (True, Prices(prompt=0.15, completion=0.6))
    assert (plan.chains, plan.at) == (8, (1, 4, 8))
    assert (plan_of(here).chains, plan_of(here).at) == (1, ())


def test_settings_come_from_the_environment_and_the_file_too(here: Here) -> None:
    text = 'strategy = ["base-only", "perfcodegen"]\n[run]\nshare-best = true\nchains = "1,2"\n'
    here.monkeypatch.setenv("PERFTUI_CONFIG", here.write("settings.toml", text))
    here.monkeypatch.setenv("PERFTUI_RUN_PLATEAU", "7")
    here.monkeypatch.setenv("PERFTUI_OBJECTIVE", "memory")
    plans = plans_of(here, *MODEL)
    assert [plan.strategy for plan in plans] == ["base-only", "perfcodegen"]
    for plan in plans:
        settings = plan.settings
        assert (settings.share_best, settings.plateau, settings.objective) == (True, 7, "memory")
        assert plan.at == (1, 2)
    here.monkeypatch.setenv("PERFTUI_MODEL", "recorded:replies.jsonl, recorded:other.jsonl")
    here.write("other.jsonl", (here.folder / "replies.jsonl").read_text())
    models = {Path(plan.model).name for plan in plans_of(here)}
    assert models == {"replies.jsonl", "other.jsonl"}


def test_a_sweep_has_a_plan_for_each_model_and_strategy_and_they_are_equal_in_all_else(here: Here) -> None:
    plans = plans_of(
        here,
        *MODELS,
        *("--strategy", "perfcodegen", "--strategy", "base-only", "--strategy", "perfcodegen"),
        *("--price", "test/b=1/2", "--chains", "1,8,20"),
    )
    assert [(plan.model, plan.strategy) for plan in plans] == [
        (model, strategy) for model in ("test/a", "test/b") for strategy in ("perfcodegen", "base-only")
    ]
    assert {(plan.chains, plan.at, plan.limits, plan.budget, plan.problems) for plan in plans} == {
        (20, (1, 8, 20), plans[0].limits, plans[0].budget, plans[0].problems)
    }
    assert [plan.prices for plan in plans] == [None, None, *[Prices(prompt=1.0, completion=2.0)] * 2]


def test_all_ways_of_the_paper_are_compared(here: Here) -> None:
    names = [plan.strategy for plan in plans_of(here, *MODEL, "--performance", "all")]
    assert len(names) == len(set(names)) > 8
    assert all(name.startswith("reflection+") for name in names)
    beside = [
        plan.strategy for plan in plans_of(here, *MODEL, "--strategy", "base-only", "--performance", "all")
    ]
    assert beside == ["base-only", *names], "what refines nothing is compared with the others"


def test_an_address_is_that_of_the_live_models(here: Here) -> None:
    plans = plans_of(here, *MODEL, "--model", "test/a", "--base-url", "http://127.0.0.1:9/v1", "--pace", 50)
    assert [(plan.base_url is None, plan.pace) for plan in plans] == [(True, 50.0), (False, None)]


@pytest.mark.parametrize(
    ("flags", "line"),
    [
        ((*MODEL, "--at", 2), "--at 2 is for more chains than there are: raise --chains (1)"),
        ((*MODEL, "--chains", "1,0"), "0 is not in the range"),
        ((*MODEL, "--chains", "1,,2"), "'' is not a valid integer"),
        ((*MODEL, "--price", "cheap"), "'cheap' is no price: write IN/OUT or MODEL=IN/OUT"),
        ((*MODEL, "--price", "-1/2"), "'-1/2' is no price"),
        ((*MODEL, "--price", "nan/2"), "'nan/2' is no price"),
        ((*MODELS, "--price", "1/2"), "--price must name its model where there are several"),
        ((*MODELS, "--price", "test/c=1/2"), "--price is given for test/c, and --model is not"),
        ((*MODELS, "--price", "test/a=1/2", "--price", "test/a=1/2"), "given twice for test/a"),
        ((*MODELS, "--write-generators"), "--write-generators goes with one model"),
        ((*MODEL, "--strategy", "given", "--strategy", "perfcodegen"), "--strategy given asks no model"),
        ((*MODEL, "--performance", "reflection"), "unknown performance part 'reflection'"),
        ((*MODEL, "--model", "nobody/x"), "unknown provider 'nobody'"),
        (("--model", "recorded:1abcde"), "1abcde: no such file, and no stored run: there is no database"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_flags_that_do_not_go_together_are_told(here: Here, flags: tuple[object, ...], line: str) -> None:
    assert line in here.refused("run", "problems", *QUICK, *flags)
    assert "runs.db" not in [path.name for path in here.folder.iterdir()]


def test_a_key_that_is_missing_for_one_model_of_several_is_told_before_any_run(here: Here) -> None:
    refused = here.refused("run", "problems", *QUICK, *MODEL, "--model", "openai/gpt-4o", status=3)
    assert refused == "openai wants a key: set OPENAI_API_KEY"


@given(st.lists(st.integers(1, 1000), min_size=1), st.none() | st.lists(st.integers(1, 1000), min_size=1))
def test_the_most_chains_are_run_and_figures_are_for_what_was_named(
    chains: list[int], at: list[int] | None
) -> None:
    named = counts(",".join(map(str, chains)))
    assert named == tuple(sorted(set(chains)))
    wanted = None if at is None else counts(", ".join(map(str, at)))
    if at is not None and max(at) > max(chains):
        with pytest.raises(BadInputError):
            chains_and_figures(named, wanted)
        return
    most, figures = chains_and_figures(named, wanted)
    assert most == max(chains)
    assert set(figures) == {*(chains if len(named) > 1 else ()), *(at or ())}
    assert list(figures) == sorted(figures)


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.sampled_from([None, "openai/gpt-4o", "a/b=c"]))
def test_a_price_is_read_back(prompt: float, completion: float, model: str | None) -> None:
    text = f"{prompt!r}/{completion!r}"
    found = price(text if model is None else f"{model}={text}")
    assert found == (model, Prices(prompt=prompt, completion=completion))


@given(st.text())
def test_what_is_no_price_is_refused_in_one_line(text: str) -> None:
    try:
        price(text)
    except click.BadParameter as error:
        assert error.message.isprintable()  # noqa: PT017 - most texts are refused, a few are not
