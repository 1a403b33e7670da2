"""`python -m microbp`, the same as `microbp`."""

from microbp.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
