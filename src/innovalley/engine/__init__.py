"""Algorithms of the programme: plain Python without Django and without input or output, usable as a library."""
