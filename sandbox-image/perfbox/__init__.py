"""The part of the sandbox that runs programs: standard library only, any CPython >= 3.9.

A supervisor holds the channel to the host; zygotes fork a confined child for each execution. All three
speak frames (`frames.py`).

Host and supervisor, JSON control frames, each with its blobs behind it (kind `b`):

    j c t   to it: judge inputs; judge by a check; time. The program and the inputs are the blobs
    s       to it: no more of this job
    h       from it: hello, what it is
    f       from it: how one call ended, with its output
    t       from it: what a timed execution cost, with its outputs
    d x     from it: the job is done; the sandbox is lost, and why

Supervisor and child, over two pipes, each question with a nonce that its answer repeats:

    p       the order: what to be, and the program
    c k     call with coded arguments; with arguments and keywords
    m       several calls, a line of coded arguments each; each is answered by itself
    g       go: run the stdin program, run the check
    d i f r o   the phases of a timed execution (`child_trial.py`)
    k q     from it, before it reads anything: confined; could not be confined
    l v e   from it: loaded; done, with a coded value; failed, and how
    c       from a check: call the candidate
"""
