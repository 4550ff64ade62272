"""`sasl-tutor completion SHELL`: a script that makes the shell complete verbs and options."""

from argparse import ArgumentParser, Namespace

from tutor.cli.exits import Exit

NAME = "completion"
HELP = """\
Print a completion script for your shell.

  bash:  sasl-tutor completion bash > ~/.local/share/bash-completion/completions/sasl-tutor
  zsh:   sasl-tutor completion zsh > ~/.zfunc/_sasl-tutor     (with ~/.zfunc in $fpath)
  fish:  sasl-tutor completion fish > ~/.config/fish/completions/sasl-tutor.fish"""

SHELLS = ("bash", "zsh", "fish")


def add_arguments(parser: ArgumentParser) -> None:
    """One argument, the shell."""
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help="bash, zsh or fish")


def run(args: Namespace) -> int:
    """Print the script; shtab writes it from the very parser that the command uses."""
    import shtab

    from tutor.cli.main import build_parser

    print(shtab.complete(build_parser(), shell=args.shell))
    return Exit.OK
