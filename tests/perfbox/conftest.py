"""The guest's modules are no part of perftui's package: they are found where the image's files are."""

from __future__ import annotations

import sys

from perftui.paths import sandbox_image_dir

sys.path.insert(0, str(sandbox_image_dir()))
