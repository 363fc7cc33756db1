"""The page: all of a report, nothing from elsewhere, and no foreign text that a browser would obey."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import msgspec
import pytest

from perftui.events.model import RunStarted
from perftui.events.plan import Prices
from perftui.events.reduce import replay
from perftui.events.state import RunState
from perftui.report.compare import compare_all
from perftui.report.compare_text import render_comparisons
from perftui.report.render import render_reports
from perftui.report.report import build_report
from tests.support.story import Story, measurement, problem, ratio, with_memory

EVIL = '"><script>alert(1)</script><img src=x onerror=y>\u202e{{ 7 * 7 }}'
NAME = "<b>P</b>/2\u202e"


class Seen(HTMLParser):
    """The tags of a page, with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def run(name: str = "aaaaaa", *, fast: float = 3.0) -> RunState:
    story = Story([problem("P/1"), problem(NAME), problem("P/3")], run=name)
    started = story.events[0]
    assert isinstance(started, RunStarted)
    plan = msgspec.structs.replace(
        started.plan, model=EVIL, strategy=EVIL, benchmark=EVIL, prices=Prices(prompt=1, completion=2)
    )
    story.events[0] = msgspec.structs.replace(started, plan=plan)
    story.begin("P/1")
    story.candidate(measured=with_memory(measurement(ratio(1.0)), 1 << 20))
    vs_seed = measurement(ratio(fast), ratio(fast))
    story.candidate(round_=1, measured=with_memory(vs_seed, 3 << 20), outcome="kept", same_as=f"{name}-best")
    story.end("P/1")
    story.begin(NAME)
    story.candidate("wrong-answer", name=NAME, passed=1, outcome="wrong")
    story.end(NAME, "unsolved", EVIL)
    story.begin("P/3")
    story.end("P/3", "left-out", f"its reference fails: {EVIL}")
    return replay(story.events)


def pages() -> dict[str, str]:
    return {
        "one": render_reports([build_report(run())], "html"),
        "several": render_reports([build_report(run()), build_report(run("bbbbbb"))], "html"),
        "compared": render_comparisons(compare_all([run(), run("bbbbbb", fast=9.0)]), "html"),
    }


@pytest.mark.parametrize("which", ["one", "several", "compared"])
def test_a_page_needs_nothing_else_and_obeys_no_foreign_text(which: str) -> None:
    page = pages()[which]
    seen = Seen(page)
    assert {tag for tag, _ in seen.tags} <= {
        "html", "head", "meta", "title", "style", "body", "main", "section", "nav", "a", "h1", "h2", "h3",
        "p", "br", "b", "ul", "li", "figure", "div", "table", "thead", "tbody", "tr", "th", "td", "footer",
        "svg", "line", "rect", "circle", "path", "text",
    }  # fmt: skip
    for tag, attributes in seen.tags:
        assert not {"src", "onerror", "onload", "style"} & attributes.keys(), (tag, attributes)
        assert (attributes.get("href") or "#").startswith("#")
        assert (attributes.get("xmlns") or "http://www.w3.org/2000/svg") == "http://www.w3.org/2000/svg"
    assert page.isascii(), "it survives every encoding"
    assert "url(" not in page
    assert "@import" not in page
    assert "\u202e" not in seen.text
    assert "\\u202e" in seen.text, "what would turn text round is shown"
    assert "{{ 7 * 7 }}" in seen.text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", page)


def test_the_policy_lets_in_the_style_sheet_alone() -> None:
    page = pages()["one"]
    style = re.search("<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    (policy,) = [a["content"] for tag, a in Seen(page).tags if tag == "meta" and "http-equiv" in a]
    assert policy == (f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")


def test_a_page_of_one_run_has_all_of_it() -> None:
    text = " ".join(Seen(pages()["one"]).text.split())
    for said in (
        "Run aaaaaa",
        "Correct%@k",
        "50.0 % [0.0, 100.0]",
        "1 problem is left out",
        "Speedup against the reference",
        "Gain after so many calls of each chain",
        "Problems by gain",
        "Speed against peak memory",
        "Pareto sets",
        "its reference fails:",
        "settings.correctness_rounds",
        "limits.memory_bytes",
        "environment.sandbox.clock",
        "prices.prompt",
    ):
        assert said in text, said


def test_a_page_of_several_runs_has_their_table_first() -> None:
    text = " ".join(Seen(pages()["several"]).text.split())
    assert (
        text.index("2 runs") < text.index("%Opt k = 2") < text.index("Run aaaaaa") < text.index("Run bbbbbb")
    )


def test_a_page_of_a_comparison_has_both_sides() -> None:
    text = " ".join(Seen(pages()["compared"]).text.split())
    assert "bbbbbb against aaaaaa" in text
    assert "bbbbbb is faster beyond noise on 1, slower on 0" in text
    assert "How many times faster bbbbbb is than aaaaaa" in text
    assert text.count("environment.sandbox.kind") == 2


def test_nothing_at_all_has_a_page() -> None:
    assert "0 problems" in render_reports([build_report(RunState())], "html")
