"""Start the supervisor, or one of its zygotes: `python3 -I -X utf8 …/perfbox [--process]`."""

import os
import sys

# This folder is a package, and what runs in a child must not find it as the head of the path.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120

# What an image has beside the standard library.
_PACKAGES = os.path.join(sys.path[0], "packages")  # noqa: PTH118
if os.path.isdir(_PACKAGES):  # noqa: PTH112
    sys.path.append(_PACKAGES)

if sys.argv[1:2] == ["--zygote"]:
    from perfbox.zygote import main
else:
    from perfbox.supervisor import main

sys.exit(main(sys.argv[1:]))
