"""The project's own themes: enough contrast in both, and hues that colour-blind people can tell apart."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="perftui-dark",
    primary="#6cb6ff",
    secondary="#4a7fb5",
    accent="#e3b341",
    success="#4fc3a1",
    warning="#f0883e",
    error="#ff7b72",
    foreground="#d5dbe3",
    background="#10141a",
    surface="#171c24",
    panel="#212834",
    dark=True,
    variables={
        "block-cursor-background": "#2c4a6e",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "none",
        "footer-key-foreground": "#e3b341",
        "text-muted": "#8d99a8",
        "border": "#39424f",
    },
)

LIGHT = Theme(
    name="perftui-light",
    primary="#0b5cad",
    secondary="#3b77b5",
    accent="#8a5a00",
    success="#00705a",
    warning="#a84300",
    error="#b3202a",
    foreground="#1c2128",
    background="#fbfbf9",
    surface="#f2f2ee",
    panel="#e4e5e0",
    dark=False,
    variables={
        "block-cursor-background": "#c6dcf5",
        "block-cursor-foreground": "#0b1f33",
        "block-cursor-text-style": "none",
        "footer-key-foreground": "#8a5a00",
        "text-muted": "#5f6770",
        "border": "#b9bdb4",
    },
)

THEMES = (DARK, LIGHT)
