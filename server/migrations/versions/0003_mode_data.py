"""What modes keep over restarts, such as best lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mode_data",
        sa.Column("world", sa.String(64), primary_key=True),
        sa.Column("mode", sa.String(64), primary_key=True),
        sa.Column("document", sa.JSON(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("mode_data")
