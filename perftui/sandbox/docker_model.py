"""What is asked of the Docker engine, and what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec


class EngineFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine is: its version, its API's, and the machine it runs on."""

    version: str = msgspec.field(name="ServerVersion")
    api_version: str = ""
    os_type: str = msgspec.field(name="OSType", default="")
    operating_system: str = msgspec.field(name="OperatingSystem", default="")
    architecture: str = msgspec.field(name="Architecture", default="")
    cpus: int = msgspec.field(name="NCPU", default=0)
    memory_bytes: int = msgspec.field(name="MemTotal", default=0)
    cgroup_version: str = msgspec.field(name="CgroupVersion", default="1")
    security_options: tuple[str, ...] | None = msgspec.field(name="SecurityOptions", default=())


class ImageFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An image that the engine has: its id, its names, its size, its labels."""

    id: str = msgspec.field(name="Id")
    raw_tags: tuple[str, ...] | None = msgspec.field(name="RepoTags", default=None)
    size_bytes: int = msgspec.field(name="Size", default=0)
    config: ImageConfig | None = msgspec.field(name="Config", default=None)

    @property
    def labels(self) -> Mapping[str, str]:
        """The image's labels."""
        return (self.config.labels if self.config else None) or {}

    @property
    def tags(self) -> tuple[str, ...]:
        """The image's names."""
        return self.raw_tags or ()


class ImageConfig(msgspec.Struct, frozen=True):
    """The part of an image's configuration that is of use here."""

    labels: dict[str, str] | None = msgspec.field(name="Labels", default=None)


class ListedImage(msgspec.Struct, frozen=True, kw_only=True):
    """An image in the engine's list, which tells it in a form of its own.

    Attributes:
        id: its full id.
        raw_tags: its names, or None where it has none.
        raw_labels: its labels, or None where it has none.
        created: when it was created, in seconds since the epoch.
    """

    id: str = msgspec.field(name="Id")
    raw_tags: tuple[str, ...] | None = msgspec.field(name="RepoTags", default=None)
    raw_labels: dict[str, str] | None = msgspec.field(name="Labels", default=None)
    created: int = msgspec.field(name="Created", default=0)

    @property
    def tags(self) -> tuple[str, ...]:
        """The image's names."""
        return self.raw_tags or ()

    @property
    def labels(self) -> Mapping[str, str]:
        """The image's labels."""
        return self.raw_labels or {}


class ContainerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A container that the engine lists.

    Attributes:
        id: its full id.
        raw_names: its names, each after a slash, or None where it has none.
        raw_labels: its labels, or None where it has none.
        state: `created`, `running`, `exited`, …
        created: when it was created, in seconds since the epoch.
    """

    id: str = msgspec.field(name="Id")
    raw_names: tuple[str, ...] | None = msgspec.field(name="Names", default=None)
    raw_labels: dict[str, str] | None = msgspec.field(name="Labels", default=None)
    state: str = msgspec.field(name="State", default="")
    created: int = msgspec.field(name="Created", default=0)

    @property
    def names(self) -> tuple[str, ...]:
        """The container's names."""
        return tuple(name.removeprefix("/") for name in self.raw_names or ())

    @property
    def labels(self) -> Mapping[str, str]:
        """The container's labels."""
        return self.raw_labels or {}


@dataclass(frozen=True, kw_only=True)
class ContainerSpec:
    """A locked-down container: what may differ from one to the next.

    Attributes:
        image: its image's id or tag.
        name: its name.
        labels: its labels.
        memory_bytes: its memory; there is no swap beyond it.
        cores: the cores it may use; empty for all.
        pids: how many processes and threads it may have.
    """

    image: str
    name: str
    labels: Mapping[str, str]
    memory_bytes: int
    cores: tuple[int, ...] = ()
    pids: int = 128
