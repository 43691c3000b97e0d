"""Runs benchmarks and prints their tables: `python -m benchmarks [specs matching ...]`, all without a name.

Each module of this package that has a TITLE and a run() is one benchmark; run() returns the rows of its table.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks


def main(names: list[str]) -> int:
    """Print the table of each benchmark of `names`; 2 when a name is unknown."""
    known = sorted(
        module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name[0] != "_"
    )
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"No benchmark {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    for name in names or known:
        module = importlib.import_module(f"benchmarks.{name}")
        if not hasattr(module, "run"):
            continue
        rows = module.run()
        width = max((len(row[0]) for row in rows), default=0)
        print(f"\n{module.TITLE}\n{'-' * len(module.TITLE)}")
        for label, value in rows:
            print(f"{label:<{width}}  {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
