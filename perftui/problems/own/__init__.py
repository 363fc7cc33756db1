"""A person's own problems, in the forms that `docs/problem-format.md` tells."""
