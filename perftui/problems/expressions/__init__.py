"""Expressions evaluated without running code: literals, arithmetic, comprehensions, within limits."""

from perftui.problems.expressions.budget import ExpressionError
from perftui.problems.expressions.evaluator import evaluate, evaluate_node

__all__ = ["ExpressionError", "evaluate", "evaluate_node"]
