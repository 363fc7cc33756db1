"""The Docker engine's control calls: ask, build, create, start, remove. The only module that knows docker-py.

The data of a sandbox does not pass here, but over `attach`.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from typing import Final, TypeVar

import anyio
import msgspec
from docker import APIClient
from docker.errors import APIError, DockerException, NotFound
from requests.exceptions import RequestException, Timeout

from perftui.errors import EnvironmentLacksError
from perftui.sandbox.blocking import Caller, in_thread
from perftui.sandbox.confinement import confinement
from perftui.sandbox.docker_model import ContainerFacts, ContainerSpec, EngineFacts, ImageFacts, ListedImage
from perftui.sandbox.endpoint import Endpoint, connect, default_endpoint, refusal
from perftui.sandbox.progress import ProgressError, follow
from perftui.sandbox.protocol import SandboxLostError
from perftui.text import one_line

T = TypeVar("T")

_THREADS: Final = 4
_SILENCE_SECONDS: Final = 600
_ANY_VERSION: Final = "1.24"
_POLL_SECONDS: Final = 0.02


class DockerError(SandboxLostError, EnvironmentLacksError):
    """A control call failed; the text is one line.

    To a run it is a lost sandbox; where nobody catches it, the user sees what the environment lacks.

    Attributes:
        status: the HTTP status that the engine answered, or None where it did not answer.
    """

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


class _Version(msgspec.Struct):
    api_version: str = msgspec.field(name="ApiVersion")


class _Created(msgspec.Struct):
    id: str = msgspec.field(name="Id")


class DockerEngine:
    """Control calls to one engine, each in a thread and with a deadline.

    A docker-py client is not safe to share between threads, so each call takes one from a stock.
    All methods raise DockerError where the engine fails, refuses, or does not answer in time.
    """

    def __init__(self, endpoint: Endpoint, *, seconds: float) -> None:
        self.endpoint = endpoint
        self._seconds = seconds
        self._limiter = anyio.CapacityLimiter(_THREADS)
        self._stock: list[APIClient] = []
        self._lock = threading.Lock()
        self._closed = False
        self._api_version: str | None = None

    @property
    def api_version(self) -> str:
        """The API version agreed with the engine; known once it has answered a call."""
        if self._api_version is None:
            raise DockerError("no call has been answered by the engine yet")
        return self._api_version

    async def facts(self) -> EngineFacts:
        """What the engine says of itself."""
        facts = await self._call(lambda client: msgspec.convert(client.info(), EngineFacts))
        return msgspec.structs.replace(facts, api_version=self.api_version)

    async def find_image(self, reference: str) -> ImageFacts | None:
        """The image of that tag or id, or None."""

        def inspect(client: APIClient) -> ImageFacts | None:
            try:
                # docker-py's stubs leave this one without types; its answer is checked here.
                return msgspec.convert(client.inspect_image(reference), ImageFacts)  # type: ignore[no-untyped-call]
            except NotFound:
                return None

        return await self._call(inspect)

    async def images(self, label: str) -> tuple[ListedImage, ...]:
        """All images that carry a label."""
        return await self._call(
            lambda client: msgspec.convert(client.images(filters={"label": label}), tuple[ListedImage, ...])
        )

    async def remove_image(self, reference: str, *, with_parents: bool) -> None:
        """Remove an image by a name, which takes only the name where it has several, or by its id.

        Args:
            reference: the name or the id.
            with_parents: remove what it was built on as well, where that has no name and no other use.

        Raises:
            DockerError: a container uses it, or the engine failed.
        """
        await self._call(lambda client: client.remove_image(reference, noprune=not with_parents))

    async def pull(self, reference: str, on_progress: Callable[[str], None]) -> None:
        """Fetch an image from its registry; as long as it tells of progress, there is no deadline."""

        def pull(client: APIClient, caller: Caller) -> None:
            follow(client.pull(reference, stream=True, decode=True), caller, on_progress)

        await self._long_call(pull)

    async def build(
        self,
        context: bytes,
        *,
        tag: str,
        arguments: Mapping[str, str],
        labels: Mapping[str, str],
        on_progress: Callable[[str], None],
    ) -> None:
        """Build an image from a tar archive, without a network."""

        def build(client: APIClient, caller: Caller) -> None:
            events = client.build(
                fileobj=io.BytesIO(context),
                custom_context=True,
                tag=tag,
                buildargs=dict(arguments),
                labels=dict(labels),
                network_mode="none",
                use_config_proxy=False,
                timeout=_SILENCE_SECONDS,
                rm=True,
                forcerm=True,
                decode=True,
            )
            follow(events, caller, on_progress)

        await self._long_call(build)

    async def create(self, spec: ContainerSpec) -> str:
        """Create a container and give its id.

        A cancellation waits until the engine has answered, so that no container is made unseen.
        """
        return await self._call(lambda client: _create(client, spec), cut=False)

    async def start(self, container: str) -> None:
        """Start a container."""
        await self._call(lambda client: client.start(container))

    async def remove(self, container: str) -> bool:
        """Kill and remove a container, and wait until it is gone; not cancelled half-way.

        Returns:
            Whether it was there: an engine that was restarted may list one that it no longer has.
        """
        was_there = False
        with anyio.CancelScope(shield=True):
            was_there = await self._call(lambda client: _remove(client, container, self._seconds))
        return was_there  # noqa: RET504 - to the types, a scope may swallow what is returned within it

    async def containers(self, label: str) -> tuple[ContainerFacts, ...]:
        """All containers that carry a label, running or not."""
        return await self._call(
            lambda client: msgspec.convert(
                client.containers(all=True, filters={"label": label}), tuple[ContainerFacts, ...]
            )
        )

    def close(self) -> None:
        """Close the idle connections; those in use close when their call ends."""
        with self._lock:
            self._closed = True
            stock, self._stock = self._stock, []
        for client in stock:
            client.close()

    async def _call(self, work: Callable[[APIClient], T], *, cut: bool = True) -> T:
        """One call with the deadline; one that is not to be cut ends by its client's own time limit."""
        try:
            with anyio.fail_after(self._seconds):
                return await self._threaded(lambda client, _: work(client), int(self._seconds) + 1, cut=cut)
        except TimeoutError as error:
            raise self._silent() from error

    async def _long_call(self, work: Callable[[APIClient, Caller], T]) -> T:
        return await self._threaded(work, _SILENCE_SECONDS, cut=True)

    async def _threaded(self, work: Callable[[APIClient, Caller], T], silence: int, *, cut: bool) -> T:
        return await in_thread(
            lambda caller: self._with_client(work, caller, silence), cut=cut, limiter=self._limiter
        )

    def _silent(self) -> DockerError:
        return DockerError(
            f"the Docker engine at {self.endpoint.url} did not answer within {self._seconds:g} s"
        )

    def _failed(self, cause: BaseException) -> str:
        if isinstance(cause, (FileNotFoundError, ConnectionRefusedError, PermissionError)):
            return refusal(self.endpoint, cause)
        return f"the Docker engine at {self.endpoint.url} failed: {one_line(str(cause))}"

    def _with_client(self, work: Callable[[APIClient, Caller], T], caller: Caller, silence: int) -> T:
        """Work with a client of the stock; one that failed in any way but an HTTP answer is not kept."""
        with self._translated():
            client = self._take(silence)
            try:
                result = work(client, caller)
            except APIError:
                self._give_back(client)
                raise
            except BaseException:
                client.close()
                raise
            self._give_back(client)
            return result

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except APIError as error:
            raise DockerError(f"Docker: {_explanation(error)}", error.status_code) from error
        except ProgressError as error:
            raise DockerError(str(error)) from error
        except Timeout as error:
            raise self._silent() from error
        except (DockerException, RequestException, OSError) as error:
            raise DockerError(self._failed(_root_cause(error))) from error
        except msgspec.ValidationError as error:
            raise DockerError(f"the Docker engine answered what is not understood: {error}") from error

    def _take(self, silence: int) -> APIClient:
        with self._lock:
            client = self._stock.pop() if self._stock else None
        if client is None:
            self._api_version = self._api_version or self._negotiate(silence)
            client = APIClient(base_url=self.endpoint.url, version=self._api_version, timeout=silence)
        client.timeout = silence
        return client

    def _negotiate(self, silence: int) -> str:
        """Ask for the engine's API version; docker-py's own way of it leaks a connection where it fails."""
        with closing(APIClient(base_url=self.endpoint.url, version=_ANY_VERSION, timeout=silence)) as client:
            return msgspec.convert(client.version(api_version=False), _Version).api_version

    def _give_back(self, client: APIClient) -> None:
        with self._lock:
            if not self._closed:
                self._stock.append(client)
                return
        client.close()


@asynccontextmanager
async def open_engine(
    endpoint: Endpoint | None = None, *, seconds: float = 20.0
) -> AsyncIterator[DockerEngine]:
    """An engine to call, at an endpoint or where DOCKER_HOST says; nothing is asked of it yet.

    Args:
        endpoint: where it listens.
        seconds: the deadline of each control call.
    """
    engine = DockerEngine(endpoint or default_endpoint(), seconds=seconds)
    try:
        yield engine
    finally:
        engine.close()


async def engine_answers(engine: DockerEngine, *, seconds: float = 5.0) -> EngineFacts:
    """Ask the engine what it is.

    Raises:
        EnvironmentLacksError: no engine listens, it does not answer, or it runs no Linux containers.
    """
    url = engine.endpoint.url
    try:
        with anyio.fail_after(seconds):
            await (await connect(engine.endpoint)).aclose()
            facts = await engine.facts()
    except TimeoutError as error:
        raise EnvironmentLacksError(
            f"the Docker engine at {url} did not answer within {seconds:g} s: "
            "restart Docker, or use --sandbox process"
        ) from error
    except DockerError as error:
        raise EnvironmentLacksError(f"{error}: see whether 'docker info' works") from error
    if facts.os_type not in ("", "linux"):
        kind = one_line(facts.os_type, 40)
        raise EnvironmentLacksError(f"the Docker engine at {url} runs {kind} containers: switch it to Linux")
    return facts


def _create(client: APIClient, spec: ContainerSpec) -> str:
    created = client.create_container(
        image=spec.image,
        name=spec.name,
        labels=dict(spec.labels),
        user="0:0",
        working_dir="/",
        hostname="sandbox",
        # Not detached: so docker-py also closes stdin for good when the attached client goes.
        detach=False,
        stdin_open=True,
        stop_timeout=1,
        # Proxies of the user's Docker configuration may hold passwords.
        use_config_proxy=False,
        host_config=confinement(spec),
    )
    return msgspec.convert(created, _Created).id


def _remove(client: APIClient, container: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    was_there = False
    while not _is_gone(client, container):
        was_there = True
        if time.monotonic() > deadline:
            raise DockerException(f"the container {container[:12]} is still there")
        time.sleep(_POLL_SECONDS)
    return was_there


def _is_gone(client: APIClient, container: str) -> bool:
    """Ask for the removal, and say whether there was nothing left to remove."""
    try:
        client.remove_container(container, force=True, v=True)
    except NotFound:
        return True
    except APIError as error:
        # The engine's own removal of an ended container is under way.
        if error.status_code != 409:
            raise
    return False


def _explanation(error: APIError) -> str:
    return one_line(error.explanation or str(error))


def _root_cause(error: BaseException) -> BaseException:
    """What the layers of HTTP below wrapped; the system's own words say most."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error
