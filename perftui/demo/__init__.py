"""The bundled demo: problems of perftui's own, and replies (`replies.jsonl`) written for them."""
