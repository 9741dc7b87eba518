"""Which command types and pull types there are: filled once by `app.rooms`, so that this room knows no other."""

from collections.abc import Mapping

from app.sync.schemas import CommandKind, PullType, Resolver

COMMANDS: dict[str, CommandKind] = {}
PULL_TYPES: dict[str, PullType] = {}
REFERENCES: dict[str, Resolver] = {}


def use(
    commands: Mapping[str, CommandKind], pull_types: Mapping[str, PullType], references: Mapping[str, Resolver]
) -> None:
    """Take what the rooms bring."""
    COMMANDS.update(commands)
    PULL_TYPES.update(pull_types)
    REFERENCES.update(references)
