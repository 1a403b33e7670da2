"""The forms in which a program can be run, each imported where it is needed: `choosing` says which."""
