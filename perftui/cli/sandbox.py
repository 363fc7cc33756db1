"""`perftui sandbox build|status|clean`."""

from __future__ import annotations

import click

from perftui.cli.options import with_idle_db
from perftui.cli.stopping import run_to_end
from perftui.sandbox.imports import KNOWN
from perftui.text import one_line

# The rooms are imported by the commands: docker takes longer to load than `--help` may take.


@click.group()
def sandbox() -> None:
    """Build, look at and clean the Docker sandbox."""


@sandbox.command()
@click.option(
    "--base", envvar="PERFTUI_BASE_IMAGE", help="Image to build on; any with python3 >= 3.9 will do."
)
@click.option(
    "--with",
    "packages",
    type=click.Choice(KNOWN),
    multiple=True,
    help="Also build the image that has this package: fetched by pip, pinned.",
)
@with_idle_db
def build(base: str | None, packages: tuple[str, ...]) -> None:
    """Build the sandbox image, with progress.

    An image with numpy is built by itself when problems or given programs need it; where there is one, all
    programs run in it.
    """
    from perftui.sandbox.docker import engine_answers, open_engine  # noqa: PLC0415 - see above
    from perftui.sandbox.image import build_image, image_tag  # noqa: PLC0415
    from perftui.sandbox.packaged import build_packaged, packaged_tag  # noqa: PLC0415

    async def work() -> str:
        async with open_engine() as engine:
            await engine_answers(engine)
            await build_image(engine, base, click.echo)
            if packages:
                await build_packaged(engine, base, click.echo)
            return packaged_tag() if packages else image_tag()

    click.echo(f"built {run_to_end(work)}")


@sandbox.command()
@with_idle_db
def status() -> None:
    """Say which engine answers, whether the image is there, and what is left behind."""
    from perftui.sandbox.docker import engine_answers, open_engine  # noqa: PLC0415 - see above
    from perftui.sandbox.image import find_image, image_tag  # noqa: PLC0415
    from perftui.sandbox.leftovers import find_leftovers  # noqa: PLC0415
    from perftui.sandbox.packaged import find_packaged, packaged_tag, packages_of  # noqa: PLC0415

    async def work() -> None:
        async with open_engine() as engine:
            facts = await engine_answers(engine)
            click.echo(one_line(f"engine     {facts.version} at {engine.endpoint.url}"))
            image = await find_image(engine)
            there = f"{image_tag()}" if image else "not built: perftui sandbox build"
            click.echo(f"image      {there}")
            packaged = await find_packaged(engine)
            there = (
                f"{packaged_tag()} with {', '.join(packages_of(packaged))}"
                if packaged
                else "not built: at first need, or perftui sandbox build --with numpy"
            )
            click.echo(f"packages   {there}")
            click.echo(f"left over  {len(await find_leftovers(engine))} containers (perftui sandbox clean)")

    run_to_end(work)


@sandbox.command()
@with_idle_db
def clean() -> None:
    """Remove the containers whose perftui is gone."""
    from perftui.sandbox.docker import engine_answers, open_engine  # noqa: PLC0415 - see above
    from perftui.sandbox.leftovers import remove_leftovers  # noqa: PLC0415

    async def work() -> int:
        async with open_engine() as engine:
            await engine_answers(engine)
            return await remove_leftovers(engine)

    click.echo(f"removed {run_to_end(work)} containers")
