"""Who writes code: the ChatModel protocol; OpenAI-compatible servers over httpx; recorded replies."""
