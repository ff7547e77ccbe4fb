"""Runs one parser on the bytes of standard input, in a process of its own, and writes its answer as JSON.

Run by `confined`, never imported: `python -P child.py PARSER MEMORY SECONDS`. PARSER is a Python file with
`parse(data)`, whose imports load what it needs. Before it sees the first of a stranger's bytes the process
gives up what an attack would need: memory, time, files.
"""

import json
import resource
import runpy
import sys


def _confine(memory: int, seconds: int) -> None:
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for kind, most in limits.items():
        _, ceiling = resource.getrlimit(kind)
        bound = most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)
        resource.setrlimit(kind, (bound, bound))


def main() -> None:
    """Parses, confined by the bytes of memory and seconds of work given as arguments."""
    # Loaded before memory is bounded, so that the bound is the document's.
    parser = runpy.run_path(sys.argv[1])
    _confine(int(sys.argv[2]), int(sys.argv[3]))
    answer = parser["parse"](sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(answer).encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
