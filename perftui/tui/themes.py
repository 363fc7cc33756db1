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

SAFE = Theme(
    name="perftui-safe",
    primary="#56b4e9",
    secondary="#0072b2",
    accent="#f0e442",
    success="#56b4e9",
    warning="#e69f00",
    error="#ff8f5e",
    foreground="#e8e8e8",
    background="#101010",
    surface="#181818",
    panel="#262626",
    dark=True,
    variables={
        "block-cursor-background": "#0b4f7a",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "footer-key-foreground": "#f0e442",
        "text-muted": "#a8a8a8",
        "border": "#4a4a4a",
    },
)
"""Blue for good and orange for bad (Okabe and Ito's hues): told apart in every kind of colour blindness."""

THEMES = (DARK, LIGHT, SAFE)
