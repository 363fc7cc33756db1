"""Problems of one's own, as a file of either form."""

from __future__ import annotations

SLOW = '''"""Sums."""

import math

LIMIT = 10


# How many there are.
def count_pairs(numbers, total=LIMIT):
    """Count pairs.

    >>> count_pairs([1, 9])
    1
    """
    return sum(_fits(a, b, total) for i, a in enumerate(numbers) for b in numbers[:i])


def _fits(a, b, total):
    return a + b == total


def test_it():
    assert count_pairs([5, 5, 5]) == 3


assert count_pairs([10, 0]) == 1
count_pairs(list(range(9)))

if __name__ == "__main__":
    print(count_pairs([4, 6]))
    numbers = list(range(10**7))
    print(count_pairs(numbers))
'''

PAGE = """+++
relative = 1e-6

[[tests]]
input = "([1, 2, 3],)"
+++
# The mean

The mean of numbers:

```python
mean([1, 2])  # 1.5
```

```python program
def mean(numbers):
    return sum(numbers) / len(numbers)
```

~~~python tests
from anywhere import mean

assert mean([1, 2]) == 1.5
~~~

  ```python generator
  def generate(size, seed):
      return ([seed] * size,)
  ```

```python reference
def mean(numbers):
    return sum(numbers) / max(len(numbers), 1)
```
"""
