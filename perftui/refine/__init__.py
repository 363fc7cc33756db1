"""How a chain is refined: actions, strategies, prompt templates, feedback, code extraction. Pure."""
