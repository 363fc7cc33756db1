"""Where perftui keeps things on this machine."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def data_dir() -> Path:
    """The folder of the default database."""
    return platformdirs.user_data_path("perftui", ensure_exists=True)


def default_database() -> Path:
    """The database that is used where none is named."""
    return data_dir() / "runs.db"


def answers_dir() -> Path:
    """Where it is kept what references gave; it need not exist."""
    return platformdirs.user_cache_path("perftui") / "answers"


def published_dir() -> Path:
    """Where benchmarks that were fetched are kept; it need not exist."""
    return platformdirs.user_cache_path("perftui") / "benchmarks"


def core_locks_dir() -> Path:
    """Where runs of this user take turns at timing on a core; it need not exist."""
    return platformdirs.user_cache_path("perftui") / "cores"


def log_file() -> Path:
    """Where faults of perftui itself are written down; its folder exists."""
    return platformdirs.user_log_path("perftui", ensure_exists=True) / "perftui.log"


def config_file() -> Path:
    """The user's settings file; it need not exist."""
    return platformdirs.user_config_path("perftui") / "config.toml"


def strategies_dir() -> Path:
    """Where a user's own strategies are looked for; it need not exist."""
    return platformdirs.user_config_path("perftui") / "strategies"


def prompts_dir() -> Path:
    """Where prompt templates are looked for that take the place of others; it need not exist."""
    return platformdirs.user_config_path("perftui") / "prompts"


def kept_file() -> Path:
    """Where the screen keeps how it looks; it need not exist."""
    return platformdirs.user_state_path("perftui") / "screen.json"


def sandbox_image_dir() -> Path:
    """The folder with the Dockerfile and the supervisor: in the wheel, or in a checkout."""
    installed = Path(__file__).parent / "_sandbox_image"
    return installed if installed.is_dir() else Path(__file__).parents[1] / "sandbox-image"
