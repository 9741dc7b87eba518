"""Alembic environment: the address comes from the caller (`app.db.alembic_config`)."""

from alembic import context
from sqlmodel import SQLModel

import models  # noqa: F401  (registers every table)
from app.db import make_engine


def run() -> None:
    """Run the migrations in one transaction on a connection of their own."""
    url = context.config.attributes.get("url")
    if url is None:
        from app.config import settings

        url = settings().database
    engine = make_engine(url)
    with engine.connect() as connection:
        connection = connection.execution_options(ruhutong_write=True)
        context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
