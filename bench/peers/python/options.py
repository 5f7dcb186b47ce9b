import sys


def options() -> dict[str, str]:
    """The words of the command line, which are name=value."""
    return dict(word.split("=", 1) for word in sys.argv[1:])
