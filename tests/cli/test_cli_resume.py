"""`resume` and `rerun`: a run knows its settings, and is refused in one line where it cannot go on."""

from __future__ import annotations

import json
import sqlite3

from tests.cli.conftest import MODEL, QUICK, Here
from tests.support.bench import fenced, right, write_lines


def cut_back(here: Here, kind: str) -> None:
    """Make the last run end where the first event of a kind stands, as kill -9 leaves it."""
    change(here, "DELETE FROM event WHERE seq > (SELECT min(seq) FROM event WHERE kind = ?)", kind)


def change(here: Here, statement: str, *values: object) -> None:
    connection = sqlite3.connect(here.folder / "runs.db")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def move_away(here: Here) -> None:
    """To another folder, with the problems gone: what a run needs of them is in the database."""
    other = here.folder.parent / "other"
    other.mkdir()
    (here.folder / "problems").rename(other / "moved")
    here.monkeypatch.chdir(other)


def test_a_run_goes_on_in_any_folder_with_nothing_but_its_name(here: Here) -> None:
    run = here.run("--chains", 2)
    cut_back(here, "reply-received")
    move_away(here)
    ended = here.perftui("resume", run)
    assert ended.status == 0, ended.err
    report = json.loads(here.perftui("report", run, "--format", "json").out)
    assert [row["status"] for row in report["per_problem"]] == ["solved"] * 3
    assert (report["chains"], report["calls"]) == (2, 18)


def test_a_run_whose_recording_is_gone_waits_for_its_return(here: Here) -> None:
    run = here.run()
    cut_back(here, "candidate-found")
    recording = here.folder / "replies.jsonl"
    recording.rename(here.folder / "elsewhere")
    assert here.refused("resume", run) == f"{recording}: no such file"
    (here.folder / "elsewhere").rename(recording)
    assert here.perftui("resume", run).status == 0


def test_an_evaluation_goes_on_and_prints_its_results(here: Here, samples: str) -> None:
    evaluate = ("evaluate", "problems", "--samples", samples, *QUICK, "--format", "json")
    whole = json.loads(here.perftui(*evaluate).out)
    cut_back(here, "candidate-judged")
    move_away(here)
    ended = here.perftui("resume", "last", "--format", "json")
    assert ended.status == 0, ended.err
    resumed = json.loads(ended.out)
    for result in (*whole["results"], *resumed["results"]):
        del result["peak_memory_bytes"]
    assert resumed["results"] == whole["results"]
    assert resumed["run"] == whole["run"]


def test_an_evaluation_whose_samples_are_others_now_is_refused(here: Here, samples: str) -> None:
    here.perftui("evaluate", "problems", "--samples", samples, *QUICK)
    cut_back(here, "candidate-judged")
    path = here.folder / samples
    kept = path.read_text()
    path.write_text(kept.replace("return", "return 0 +"))
    assert "samples.jsonl: is not what it was when run" in here.refused("resume", "last")
    path.write_text(kept + kept)
    assert "samples.jsonl: is not what it was when run" in here.refused("resume", "last")
    path.unlink()
    assert here.refused("resume", "last") == f"{path}: no such file"


def test_a_run_that_has_ended_says_so_and_what_can_be_solved_anew(here: Here) -> None:
    run = here.run("--strategy", "base-only")
    ended = here.perftui("resume", run, "--json")
    assert (ended.status, ended.out) == (0, "")
    assert ended.err == f"perftui: run {run} has ended; look at it with: perftui watch {run}\n"
    change(here, "UPDATE event SET body = json_set(body, '$.how', 'infrastructure') WHERE problem = 'Add/1'"
                 " AND kind = 'problem-ended'")  # fmt: skip
    told = here.perftui("resume", run).err
    assert f"infrastructure failed 1 problem, to be solved anew one by one: perftui rerun {run} Add/1" in told


def test_a_problem_is_solved_anew_beside_what_was_there(here: Here) -> None:
    run = here.run("--strategy", "base-only")
    assert here.refused("rerun", run, "Add/7") == f"run {run} has no problem Add/7: see perftui report {run}"
    (here.folder / "replies.jsonl").unlink()
    assert "replies.jsonl: no such file" in here.refused("rerun", run, "Add/1")
    assert json.loads(here.perftui("report", run, "--format", "json").out)["status"] == "done"
    write_lines(
        here.folder / "replies.jsonl",
        [{"task_id": "Add/1", "chain": 0, "turn": 0, "reply": fenced(right("Add/1", "anew"))}],
    )
    ended = here.perftui("rerun", run, "Add/1")
    assert ended.status == 0, ended.err
    report = json.loads(here.perftui("report", run, "--format", "json").out)
    assert [row["attempts"] for row in report["per_problem"]] == [1, 2, 1]
    assert [row["status"] for row in report["per_problem"]] == ["solved"] * 3
    exported = here.perftui("export", run).out
    assert exported.count('"kind":"candidate-found"') == 4


def test_a_problem_is_not_solved_anew_while_others_have_not_ended(here: Here) -> None:
    run = here.run()
    cut_back(here, "reply-received")
    wanted = f"run {run} has problems that have not ended: first perftui resume {run}"
    assert here.refused("rerun", run, "Add/0") == wanted


def test_the_run_of_an_older_perftui_may_go_on_in_another_kind_of_sandbox(here: Here) -> None:
    run = here.run()
    cut_back(here, "candidate-found")
    older = "json_remove(json_set(body, '$.plan.sandbox', 'docker'), '$.plan.patience')"
    change(here, f"UPDATE event SET body = {older} WHERE kind = 'run-started'")
    here.monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent")
    assert "no Docker engine at" in here.refused("resume", run, status=3)
    assert here.perftui("resume", run, "--sandbox", "process").status == 0
    environment = json.loads(here.perftui("report", run, "--format", "json").out)["environment"]
    assert environment["sandbox"]["kind"] == "process"


def test_a_run_that_has_cost_its_bound_goes_on_with_a_higher_one(here: Here) -> None:
    replies = here.folder / "replies.jsonl"
    lines = [json.loads(line) for line in replies.read_text().splitlines()]
    write_lines(replies, [{**line, "prompt_tokens": 100, "completion_tokens": 100} for line in lines])
    priced = ("--price", "1000/1000")
    ended = here.perftui("run", "problems", *MODEL, *QUICK, *priced, "--max-dollars", "0.000001")
    assert ended.status == 130, ended.err
    assert "it has cost its $1e-06; a higher bound: perftui resume --max-dollars" in ended.out
    assert "give a higher --max-dollars" in here.refused("resume", "last")
    assert "give a higher --max-dollars" in here.refused("resume", "last", "--max-dollars", "0.000002")
    ended = here.perftui("resume", "last", "--max-dollars", "1000")
    assert ended.status == 0, ended.err
    report = json.loads(here.perftui("report", "last", "--format", "json").out)
    assert [row["status"] for row in report["per_problem"]] == ["solved"] * 3


def test_a_bound_in_dollars_needs_a_price(here: Here) -> None:
    here.run()
    cut_back(here, "candidate-found")
    assert "begun without --price" in here.refused("resume", "last", "--max-dollars", "1")
