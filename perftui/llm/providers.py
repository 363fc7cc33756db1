"""Where the known providers are, and where their keys come from."""

from __future__ import annotations

import msgspec


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """A server that speaks OpenAI's chat completions.

    Attributes:
        name: as a model's name begins, such as `openai`.
        base_url: what `/chat/completions` is put behind.
        needs_key: whether it answers nobody without a key.
        tells_key: whether `GET /models` tells a wrong key from a right one.
    """

    name: str
    base_url: str
    needs_key: bool = True
    tells_key: bool = True


_ALL = (
    Provider(name="anthropic", base_url="https://api.anthropic.com/v1", tells_key=False),
    Provider(name="cerebras", base_url="https://api.cerebras.ai/v1"),
    Provider(name="deepseek", base_url="https://api.deepseek.com/v1"),
    Provider(name="fireworks", base_url="https://api.fireworks.ai/inference/v1"),
    Provider(name="gemini", base_url="https://generativelanguage.googleapis.com/v1beta/openai"),
    Provider(name="groq", base_url="https://api.groq.com/openai/v1"),
    Provider(name="mistral", base_url="https://api.mistral.ai/v1"),
    Provider(name="ollama", base_url="http://localhost:11434/v1", needs_key=False),
    Provider(name="openai", base_url="https://api.openai.com/v1"),
    Provider(name="openrouter", base_url="https://openrouter.ai/api/v1", tells_key=False),
    Provider(name="together", base_url="https://api.together.xyz/v1"),
    Provider(name="xai", base_url="https://api.x.ai/v1"),
)
PROVIDERS = {provider.name: provider for provider in _ALL}
"""The known providers by name; any other needs a base URL."""


def key_variable(provider: str) -> str:
    """The environment variable that holds a provider's key: `my-host` has `MY_HOST_API_KEY`."""
    return f"{provider.upper().replace('-', '_')}_API_KEY"
