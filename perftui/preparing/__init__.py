"""Before a problem is solved: answers for inputs that have none yet, and the choice of what to time on.

Everything of a benchmark that is code runs in a sandbox; what it gives is data that is looked at here.
"""
