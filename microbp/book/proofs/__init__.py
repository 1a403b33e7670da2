"""The proofs of the equations, each by two ways that have nothing in common but the equation."""
