"""InnoValley: the system that runs a province's innovation programme."""

__version__ = "0.1.0"
