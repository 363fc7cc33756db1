"""What stands for pytest in a check: the sandbox has none."""

PYTEST = '''
class pytest:
    """What tests use of pytest."""

    class approx:
        def __init__(self, expected, rel=None, abs=None, nan_ok=False):
            self.expected, self.nan_ok = expected, nan_ok
            self.rel = (1e-6 if abs is None else 0.0) if rel is None else rel
            self.abs = 1e-12 if abs is None else abs

        def __eq__(self, actual):
            return self._near(self.expected, actual)

        __hash__ = None

        def __repr__(self):
            return "approx(%r)" % (self.expected,)

        def _near(self, expected, actual):
            if isinstance(expected, dict):
                return (
                    isinstance(actual, dict)
                    and expected.keys() == actual.keys()
                    and all(self._near(expected[key], actual[key]) for key in expected)
                )
            if isinstance(expected, (list, tuple)):
                return (
                    isinstance(actual, (list, tuple))
                    and len(expected) == len(actual)
                    and all(map(self._near, expected, actual))
                )
            if expected == actual or not isinstance(expected, (int, float, complex)):
                return expected == actual
            if not isinstance(actual, (int, float, complex)):
                return False
            if expected != expected or actual != actual:
                return self.nan_ok and expected != expected and actual != actual
            if builtins.abs(expected) == float("inf"):
                return False
            return builtins.abs(expected - actual) <= max(self.rel * builtins.abs(expected), self.abs)

    class raises:
        def __init__(self, expected, *call, match=None, **keywords):
            self.expected = expected if isinstance(expected, tuple) else (expected,)
            self.match, self.value = match, None
            if call:
                with self:
                    call[0](*call[1:], **keywords)

        def __enter__(self):
            return self

        def __exit__(self, kind, error, traceback):
            names = [one.__name__ for one in self.expected]
            assert error is not None, "did not raise " + " or ".join(names)
            # An exception of the program's own type comes as another, with its name before the message.
            named = type(error).__name__ == "CandidateError" and str(error).split(":")[0] in names
            if not named and not isinstance(error, self.expected):
                return False
            self.value = error
            if self.match is not None:
                assert re.search(self.match, str(error)), "%r does not match %r" % (str(error), self.match)
            return True

    @staticmethod
    def param(*values, id=None, marks=()):
        return values if len(values) != 1 else values[0]

    @staticmethod
    def fail(reason=""):
        raise AssertionError(reason)
'''
"""A class by the name `pytest`; it needs the modules `builtins` and `re`."""

MEMBERS = frozenset({"approx", "raises", "param", "fail"})
"""What of pytest there is."""
