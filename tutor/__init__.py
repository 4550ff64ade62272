"""sasl-tutor: learn, decode, practise and debug SMTP AUTH.

The version is a literal because importlib.metadata would import sockets, and
every start of the command line would pay for it.
"""

__version__ = "0.1.0"
