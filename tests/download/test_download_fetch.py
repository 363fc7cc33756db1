"""A file fetched from servers that are good, bad, and worse."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from perftui.download.fetch import fetch
from perftui.download.model import DownloadError, Wanted
from tests.download.conftest import CONTENT, HASTY, Heard, fetched, wanted
from tests.support.file_server import FileServer, Serving

GOOD = Serving(CONTENT)
Serve = Callable[..., FileServer]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda *script: stack.enter_context(FileServer(*script))


def left(target: Path) -> set[str]:
    return {path.name for path in target.parent.iterdir()}


def test_a_file_comes_whole_and_nothing_else_is_left(serve: Serve, target: Path) -> None:
    server = serve(GOOD)
    heard = fetched(server, target)
    assert target.read_bytes() == CONTENT
    assert left(target) == {"file"}
    assert heard.came_[0] == (0, len(CONTENT))
    assert heard.came_[-1] == (len(CONTENT), len(CONTENT))
    assert server.asked[0].headers["accept-encoding"] == "identity"


def test_what_was_cut_off_is_gone_on_with(serve: Serve, target: Path) -> None:
    server = serve(Serving(CONTENT, cut_after=100_000), Serving(CONTENT, cut_after=50_000), GOOD)
    heard = fetched(server, target)
    assert target.read_bytes() == CONTENT
    assert [asked.body for asked in server.asked] == [(0, 200), (100_000, 206), (150_000, 206)]
    assert server.asked[1].headers["if-range"] == '"one"'
    assert len(heard.reasons) == 2
    assert all(reason.startswith("cut off: ") for reason in heard.reasons)


def test_another_process_goes_on_with_what_one_left(serve: Serve, target: Path) -> None:
    server = serve(Serving(CONTENT, cut_after=100_000), Serving(status=404, etag=None), GOOD)
    with pytest.raises(DownloadError, match="404"):
        fetched(server, target)
    assert left(target) == {"file.part", "file.part.json"}
    fetched(server, target)
    assert target.read_bytes() == CONTENT
    assert server.asked[-1].body == (100_000, 206)


def test_a_part_from_another_address_is_not_gone_on_with(serve: Serve, target: Path) -> None:
    server = serve(Serving(CONTENT, cut_after=100_000), Serving(status=404, etag=None), GOOD)
    with pytest.raises(DownloadError):
        fetched(server, target)
    other = msgspec.structs.replace(wanted(server), url=f"{server.url}other")
    fetch(other, target, Heard(), HASTY)
    assert server.asked[-1].body == (0, 200)
    assert target.read_bytes() == CONTENT


def test_a_server_that_knows_no_ranges_is_begun_anew_with(serve: Serve, target: Path) -> None:
    server = serve(Serving(CONTENT, cut_after=100_000), Serving(CONTENT, ranges=False))
    fetched(server, target)
    assert [asked.body for asked in server.asked] == [(0, 200), (0, 200)]
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("etag", [None, 'W/"weak"', '"\xe4"'])
def test_a_version_that_cannot_be_named_is_begun_anew_with(
    serve: Serve, target: Path, etag: str | None
) -> None:
    server = serve(Serving(CONTENT, etag=etag, cut_after=100_000), Serving(CONTENT, etag=etag))
    fetched(server, target)
    assert "range" not in server.asked[1].headers
    assert target.read_bytes() == CONTENT


def test_a_date_names_a_version_too(serve: Serve, target: Path) -> None:
    date = {"Last-Modified": "Wed, 01 May 2024 18:00:36 GMT"}
    server = serve(Serving(CONTENT, etag=None, headers=date, cut_after=100_000), GOOD)
    fetched(server, target)
    assert server.asked[1].headers["if-range"] == date["Last-Modified"]


def test_another_version_is_begun_anew_with(serve: Serve, target: Path) -> None:
    old = bytes(len(CONTENT))
    server = serve(Serving(old, etag='"old"', cut_after=100_000), Serving(CONTENT, etag='"new"'))
    fetched(server, target)
    assert server.asked[1].headers["if-range"] == '"old"'
    assert server.asked[1].body == (0, 200)
    assert target.read_bytes() == CONTENT


def test_a_part_that_was_wrong_is_fetched_anew_once(serve: Serve, target: Path) -> None:
    lying = Serving(bytes(len(CONTENT)), cut_after=100_000)
    server = serve(lying, Serving(status=404, etag=None), GOOD)
    with pytest.raises(DownloadError, match="404"):
        fetched(server, target)
    fetched(server, target)
    assert [asked.body for asked in server.asked[2:]] == [(100_000, 206), (0, 200)]
    assert target.read_bytes() == CONTENT


def test_the_end_of_a_whole_part_is_not_asked_for_twice(serve: Serve, target: Path) -> None:
    server = serve(GOOD)
    target.with_name("file.part").write_bytes(CONTENT)
    note = {"url": f"{server.url}file", "validator": '"one"'}
    target.with_name("file.part.json").write_bytes(msgspec.json.encode(note))
    fetched(server, target)
    assert [asked.body[1] for asked in server.asked] == [416]
    assert target.read_bytes() == CONTENT


def test_a_part_that_is_too_long_is_begun_anew(serve: Serve, target: Path) -> None:
    server = serve(GOOD)
    target.with_name("file.part").write_bytes(CONTENT + b"more")
    note = {"url": f"{server.url}file", "validator": '"one"'}
    target.with_name("file.part.json").write_bytes(msgspec.json.encode(note))
    fetched(server, target)
    assert [asked.body for asked in server.asked] == [(len(CONTENT) + 4, 416), (0, 200)]
    assert target.read_bytes() == CONTENT


def test_what_is_not_what_was_published_is_refused(serve: Serve, target: Path) -> None:
    server = serve(Serving(CONTENT[:-1] + b"?"))
    with pytest.raises(
        DownloadError, match=r"what came is not what was published: its SHA-256 is not [0-9a-f]{64}"
    ):
        fetched(server, target)
    assert left(target) == set()
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 410, 204])
def test_a_refusal_is_not_tried_again(serve: Serve, target: Path, status: int) -> None:
    server = serve(Serving(b"", status=status, etag=None))
    with pytest.raises(DownloadError, match=f"file answered {status}"):
        fetched(server, target)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_fault_that_passes_is_waited_for(serve: Serve, target: Path, status: int) -> None:
    bad = Serving(b"sorry", status=status, etag=None)
    heard = fetched(serve(bad, bad, GOOD), target)
    assert target.read_bytes() == CONTENT
    assert [str(status) in reason for reason in heard.reasons] == [True, True]


def test_a_server_says_how_long_to_wait_and_is_believed_within_bounds(serve: Serve, target: Path) -> None:
    bad = Serving(b"", status=503, etag=None, headers={"Retry-After": "3600"})
    heard = fetched(serve(bad, GOOD), target)
    assert heard.waits == [HASTY.longest_wait]


def test_a_fault_that_stays_is_given_up(serve: Serve, target: Path) -> None:
    server = serve(Serving(b"", status=500, etag=None))
    with pytest.raises(DownloadError, match=r"the server answered 500 .* \(tried 4 times\)"):
        fetched(server, target)
    assert len(server.asked) == HASTY.attempts


def test_attempts_that_gain_enough_do_not_count(serve: Serve, target: Path) -> None:
    cut = Serving(CONTENT, cut_after=20_000)
    server = serve(*([cut] * 10), GOOD)
    fetched(server, target, msgspec.structs.replace(HASTY, gain=20_000))
    assert len(server.asked) == 11
    assert target.read_bytes() == CONTENT


def test_a_server_that_goes_silent_is_left(serve: Serve, target: Path) -> None:
    server = serve(Serving(CONTENT, hang_after=100_000), GOOD)
    heard = fetched(server, target)
    assert heard.reasons == ["the server does not answer, or went silent"]
    assert server.asked[1].body == (100_000, 206)
    assert target.read_bytes() == CONTENT


def test_nobody_there(target: Path) -> None:
    with FileServer(GOOD) as server:
        gone = wanted(server)
    with pytest.raises(DownloadError, match=r"the server cannot be reached: .* \(tried 4 times\)"):
        fetch(gone, target, Heard(), HASTY)


def test_a_redirection_is_followed(serve: Serve, target: Path) -> None:
    there = serve(Serving(CONTENT, cut_after=1000), GOOD)
    here = serve(Serving(b"", status=302, etag=None, headers={"Location": f"{there.url}moved"}))
    fetched(here, target)
    assert [asked.path for asked in there.asked] == ["/moved", "/moved"]
    assert there.asked[1].body == (1000, 206)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "/file"])
def test_a_redirection_that_leads_nowhere(serve: Serve, target: Path, location: str) -> None:
    server = serve(Serving(b"", status=302, etag=None, headers={"Location": location}))
    with pytest.raises(DownloadError, match="the address leads nowhere"):
        fetched(server, target)
    assert left(target) == set()


@pytest.mark.parametrize("sized", [True, False])
def test_no_more_is_read_than_can_be_meant(serve: Serve, target: Path, *, sized: bool) -> None:
    server = serve(Serving(bytes(len(CONTENT) * 4), sized=sized))
    with pytest.raises(DownloadError, match=r"are offered where 300,000|more comes than the 300,000 bytes"):
        fetched(server, target)
    assert left(target) == set()
    assert len(server.asked) == 1


def test_a_server_may_pack_it_or_not(serve: Serve, target: Path) -> None:
    packed = gzip.compress(CONTENT)
    fetched(serve(Serving(packed)), target)
    assert target.read_bytes() == packed
    fetched(serve(Serving(packed, headers={"Content-Encoding": "gzip"})), target)
    assert target.read_bytes() == packed


def test_what_would_unpack_without_end_is_refused(serve: Serve, target: Path) -> None:
    content = bytes(1000)
    server = serve(Serving(gzip.compress(bytes(50_000_000))[:60_000]), Serving(gzip.compress(bytes(2000))))
    for _ in range(2):
        with pytest.raises(DownloadError, match="what came is not what was published"):
            fetched(server, target, content=content)


def test_an_encoding_that_was_not_asked_for_is_refused(serve: Serve, target: Path) -> None:
    with pytest.raises(DownloadError, match="in an encoding that was not asked for"):
        fetched(serve(Serving(CONTENT, headers={"Content-Encoding": "br"})), target)


def test_a_shorter_file_without_a_length_is_not_taken_for_whole(serve: Serve, target: Path) -> None:
    server = serve(Serving(CONTENT, sized=False, cut_after=1000))
    with pytest.raises(DownloadError):
        fetched(server, target)
    assert not target.exists()


LIMITED = """
import resource, sys
from perftui.download.model import DownloadError, Wanted
from perftui.download.fetch import fetch
from tests.download.conftest import HASTY, Heard
from pathlib import Path
url, sha256, size, target = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    fetch(Wanted(url=url, sha256=sha256, size=int(size)), Path(target), Heard(), HASTY)
except DownloadError as error:
    print(type(error).__name__, error)
"""


def test_no_place_for_it(serve: Serve, target: Path) -> None:
    server = serve(GOOD)
    what = wanted(server)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, what.url, what.sha256, str(what.size), str(target)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout == "DiskError it cannot be stored: a file may not become that large here\n"
    assert len(server.asked) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk(serve: Serve, target: Path) -> None:
    target.with_name("file.part").symlink_to("/dev/full")
    with pytest.raises(DownloadError, match="it cannot be stored: the disk is full"):
        fetched(serve(GOOD), target)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(serve: Serve, target: Path) -> None:
    target.parent.chmod(0o500)
    with pytest.raises(DownloadError, match="it cannot be stored: Permission denied"):
        fetched(serve(GOOD), target)


def test_an_address_that_is_none(target: Path) -> None:
    with pytest.raises(DownloadError, match="the address leads nowhere"):
        fetch(Wanted(url="nothing", sha256="0" * 64, size=1), target, Heard(), HASTY)
