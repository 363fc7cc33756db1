"""The part of the sandbox that runs programs: standard library only, any CPython >= 3.9.

A supervisor holds the channel to the host; zygotes fork a confined child for each execution.
"""
