"""A program as text to be read, with the book's equations where they are."""

from microbp.program.listing.equations import equations_in
from microbp.program.listing.gradients import gradient_outputs
from microbp.program.listing.page import listing

__all__ = ["equations_in", "gradient_outputs", "listing"]
