"""Accounts, where players stood, sanctions, reports, chat, and the staff's audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AUDIT_IS_FINAL = "the audit is append-only"


def upgrade() -> None:
    with op.batch_alter_table("edits") as edits:
        edits.add_column(sa.Column("author_id", sa.Integer(), nullable=False, server_default="0"))
        edits.create_index("ix_edits_author_id", ["author_id"])
    op.create_table(
        "counters",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.Integer(), nullable=False),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("skeleton", sa.String(255), nullable=False, unique=True),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("look", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "logins",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("account_id", sa.Integer(), nullable=False, index=True),
        sa.Column("family_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
    )
    op.create_table(
        "two_factors",
        sa.Column("account_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("recovery_hashes", sa.JSON(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
    )
    op.create_table(
        "standings",
        sa.Column("account_id", sa.Integer(), primary_key=True),
        sa.Column("world", sa.String(64), primary_key=True),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("z", sa.Integer(), nullable=False),
        sa.Column("rotation", sa.Integer(), nullable=False),
        sa.Column("mode_data", sa.JSON(), nullable=False),
        sa.Column("time_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("player_id", sa.Integer(), nullable=False, index=True),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("address", sa.String(64), nullable=False, index=True),
        sa.Column("is_guest", sa.Boolean(), nullable=False),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "sanctions",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("player_id", sa.Integer(), nullable=True, index=True),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("first_address", sa.String(40), nullable=False),
        sa.Column("last_address", sa.String(40), nullable=False, index=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(64), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=True),
        sa.Column("lifted_ms", sa.BigInteger(), nullable=True),
        sa.Column("lifted_by", sa.String(64), nullable=False),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("time_ms", sa.BigInteger(), nullable=False),
        sa.Column("world", sa.String(64), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=False),
        sa.Column("reporter_name", sa.String(20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False, index=True),
        sa.Column("subject_name", sa.String(20), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("chat", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("taken_by", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(500), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("player_id", sa.Integer(), nullable=False, index=True),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("by_name", sa.String(64), nullable=False),
        sa.Column("time_ms", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "chat",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("time_ms", sa.BigInteger(), nullable=False, index=True),
        sa.Column("world", sa.String(64), nullable=False),
        sa.Column("player_id", sa.Integer(), nullable=False, index=True),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("to_name", sa.String(20), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("fate", sa.String(16), nullable=False),
    )
    op.create_index("ix_chat_world_time", "chat", ["world", "time_ms"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("time_ms", sa.BigInteger(), nullable=False, index=True),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("via", sa.String(16), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
    )
    _guard_the_audit()
    op.create_table(
        "settings",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.JSON(), nullable=False),
    )


def _guard_the_audit() -> None:
    """No statement, whoever sends it, changes or deletes a row."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_is_final() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{AUDIT_IS_FINAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_final()"
        )
        return
    # REPLACE deletes the row that is in its way without a word to the trigger of deletions.
    is_there = "WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)"
    for change, when in (("UPDATE", ""), ("DELETE", ""), ("INSERT", is_there)):
        op.execute(
            f"CREATE TRIGGER audit_is_final_{change.lower()} BEFORE {change} ON audit {when} "
            f"BEGIN SELECT RAISE(ABORT, '{AUDIT_IS_FINAL}'); END"
        )


def downgrade() -> None:
    for table in (
        "settings", "audit", "chat", "notes", "reports", "sanctions", "visits",
        "standings", "two_factors", "logins", "accounts", "counters",
    ):  # fmt: skip
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_final()")
    with op.batch_alter_table("edits") as edits:
        edits.drop_index("ix_edits_author_id")
        edits.drop_column("author_id")
