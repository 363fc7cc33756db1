"""The TOML of a problem: a whole file, front matter, or a head in comments."""

from __future__ import annotations

import re
import tomllib

import msgspec

from perftui.errors import BadInputError
from perftui.problems.own.fields import FileTable, WrongError
from perftui.problems.own.texts import Text
from perftui.problems.own.toml_lines import line_of, place_of

_PATH = re.compile(r" - at `(\$[^`]*)`$")


def read_head(text: Text) -> FileTable:
    """Read TOML.

    Raises:
        BadInputError: what is wrong, in one line with the file and the line.
    """
    try:
        return msgspec.convert(tomllib.loads(text.text), FileTable)
    except tomllib.TOMLDecodeError as error:
        what = re.sub(r" \(at (?:line \d+, column \d+|end of document)\)$", "", str(error))
        at = re.search(r"\(at line (\d+), ", str(error))
        line = int(at.group(1)) if at else text.text.count("\n") + 1
        raise text.wrong(line, f"not TOML: {what}") from error
    except RecursionError as error:
        raise text.wrong(1, "not TOML: nested too deeply") from error
    except msgspec.ValidationError as error:
        raise located(text, _placed(str(error))) from error


def located(text: Text, error: WrongError) -> BadInputError:
    """An error with the line of its key, or of the place within the text that the key holds."""
    key = f"{error.key}: " if error.key else ""
    return text.wrong(_line(text.text, error), f"{key}{error}")


def _line(text: str, error: WrongError) -> int:
    line = line_of(text, error.table, error.key)
    if error.code_line is None:
        return line
    # A newline right after the opening quotes is not part of the text.
    opens = text.split("\n")[line - 1].rstrip().endswith(("'''", '"""'))
    return line + error.code_line - (0 if opens else 1)


def _placed(message: str) -> WrongError:
    """A msgspec message with its path turned into a table and a key."""
    at = _PATH.search(message)
    table, key = place_of(at.group(1)) if at else (None, None)
    what = _PATH.sub("", message).replace(" | null", "")
    unknown = re.search(r"unknown field `([^`]*)`", what)
    if unknown:
        return WrongError("there is no such field", unknown.group(1), table)
    return WrongError(what.replace("Object missing required field", "lacks the field"), key, table)
