"""The registers, agreements, benefits, lists of other offices, findings"""

import sqlalchemy as sa
from alembic import op

from models.base import Json, Moment, Sealed, ordered

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "child_case",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=True),
        sa.Column("household_id", sa.String(36), nullable=True),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("situation", sa.String(32), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("seers", Json, nullable=False),
        sa.Column("report", Sealed("child_case.report"), nullable=False),
        sa.Column("author_id", sa.String(36), nullable=False),
        sa.Column("reported_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("child_case_child", "child_case", ["person_id"])
    op.create_index("child_case_open", "child_case", ["division", "closed_at"])
    op.create_table(
        "custody",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("id_number", Sealed("custody.id_number"), nullable=False),
        sa.Column("id_index", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("by", sa.String(120), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("custody_number", "custody", ["id_index", "kind", "from_on"], unique=True)
    op.create_index("custody_person", "custody", ["person_id"])
    op.create_table(
        "death",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("id_number", Sealed("death.id_number"), nullable=False),
        sa.Column("id_index", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=True),
        sa.Column("died_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("death_number", "death", ["id_index", "source", "died_on"], unique=True)
    op.create_index("death_person", "death", ["person_id"])
    op.create_table(
        "finding",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("rule", sa.String(8), nullable=False),
        sa.Column("subject_kind", sa.String(12), nullable=False),
        sa.Column("subject_id", sa.String(36), nullable=False),
        sa.Column("period", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("severity", sa.String(8), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=True),
        sa.Column("household_id", sa.String(36), nullable=True),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("facts", Sealed("finding.facts"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("closed_how", sa.String(12), nullable=True),
        sa.Column("closed_reason", sa.String(500), nullable=True),
        sa.Column("closed_by", sa.String(36), nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("stands", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("finding_home", "finding", ["household_id", "state"])
    op.create_index("finding_list", "finding", ["state", "severity", "division", "id"])
    op.create_index("finding_once", "finding", ["rule", "subject_id", "period"], unique=True)
    op.create_table(
        "listed",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("list", sa.String(16), nullable=False),
        sa.Column("id_index", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("details", Sealed("listed.details"), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("listed_number", "listed", ["list", "id_index"])
    op.create_index("listed_person", "listed", ["person_id", "list"])
    op.create_table(
        "official",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(120), nullable=True),
        sa.Column("post", sa.String(64), nullable=True),
        sa.Column("phone", Sealed("official.phone"), nullable=True),
        sa.Column("phone_index", sa.String(64), nullable=True),
        sa.Column("user_id", sa.String(36), nullable=True),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("official_phone", "official", ["phone_index"])
    op.create_index("official_user", "official", ["user_id"])
    op.create_table(
        "payment",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("division", ordered(12), nullable=False),
        sa.Column("programme", sa.String(24), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("certificate", sa.String(40), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("payee", sa.String(64), nullable=True),
        sa.Column("payee_index", sa.String(64), nullable=True),
        sa.Column("grade_written", sa.String(24), nullable=True),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("payment_once", "payment", ["person_id", "programme", "period", "number"], unique=True)
    op.create_index("payment_period", "payment", ["programme", "period"])
    op.create_table(
        "petty_entry",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("voucher", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=True),
        sa.Column("income_fen", sa.BigInteger(), nullable=True),
        sa.Column("outlay_fen", sa.BigInteger(), nullable=True),
        sa.Column("balance_fen", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.String(36), nullable=True),
        sa.Column("details", Sealed("petty_entry.details"), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("petty_entry_voucher", "petty_entry", ["division", "voucher", "number"], unique=True)
    op.create_table(
        "unmatched_row",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=False),
        sa.Column("ledger", sa.String(32), nullable=False),
        sa.Column("shape", sa.String(32), nullable=False),
        sa.Column("sheet", sa.String(64), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("id_index", sa.String(64), nullable=True),
        sa.Column("proposed", Sealed("unmatched.proposed"), nullable=False),
        sa.Column("detail", Sealed("unmatched.detail"), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=True),
        sa.Column("decided_by", sa.String(36), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("unmatched_import", "unmatched_row", ["import_id"])
    op.create_index("unmatched_number", "unmatched_row", ["id_index"])
    op.create_index("unmatched_open", "unmatched_row", ["state", "ledger"])
    op.create_table(
        "child_case_step",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("text", Sealed("child_case.step"), nullable=False),
        sa.Column("author_id", sa.String(36), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["child_case.id"], ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_child_case_step_case_id", "child_case_step", ["case_id"])
    op.create_table(
        "finding_event",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("finding_id", sa.String(36), nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("text", sa.String(500), nullable=True),
        sa.Column("author_id", sa.String(36), nullable=True),
        sa.Column("visit_id", sa.String(36), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_finding_event_finding_id", "finding_event", ["finding_id"])
    op.create_table(
        "measure",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("plan_id", sa.String(36), nullable=True),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=True),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("owner", sa.String(64), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("progress", sa.String(8), nullable=False),
        sa.Column("effect", sa.String(500), nullable=True),
        sa.Column("source_visit_id", sa.String(36), nullable=True),
        sa.Column("author_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("measure_home", "measure", ["household_id"])
    op.create_index("measure_person", "measure", ["person_id"])
    op.create_table(
        "paired_home",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("official_id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("listed_visit_on", sa.Date(), nullable=True),
        sa.Column("listed_visit_mode", sa.String(16), nullable=True),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], ),
        sa.ForeignKeyConstraint(["official_id"], ["official.id"], ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("paired_home_division", "paired_home", ["division"])
    op.create_index("paired_home_home", "paired_home", ["household_id", "from_on"])
    op.create_index("paired_home_official", "paired_home", ["official_id"])
    op.create_table(
        "plan",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("causes", Json, nullable=False),
        sa.Column("aim_fen", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.String(2000), nullable=True),
        sa.Column("author_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("plan_home_year", "plan", ["household_id", "year"], unique=True)
    op.create_table(
        "agreement",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("number", sa.String(40), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("open_ended", sa.Boolean(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_why", sa.String(200), nullable=True),
        sa.Column("carer_name", sa.String(64), nullable=True),
        sa.Column("carer_relation", sa.String(24), nullable=True),
        sa.Column("carer_number", Sealed("agreement.carer_number"), nullable=True),
        sa.Column("carer_index", sa.String(64), nullable=True),
        sa.Column("carer_person_id", sa.String(36), nullable=True),
        sa.Column("carer_phone", Sealed("agreement.carer_phone"), nullable=True),
        sa.Column("bar_1", sa.Boolean(), nullable=True),
        sa.Column("bar_2", sa.Boolean(), nullable=True),
        sa.Column("bar_3", sa.Boolean(), nullable=True),
        sa.Column("bar_4", sa.Boolean(), nullable=True),
        sa.Column("parties", Sealed("agreement.parties"), nullable=False),
        sa.Column("terms", Sealed("agreement.terms"), nullable=False),
        sa.Column("source_visit_id", sa.String(36), nullable=True),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("agreement_carer", "agreement", ["carer_index"])
    op.create_index("agreement_home", "agreement", ["household_id"])
    op.create_index("agreement_person", "agreement", ["person_id", "kind"])
    op.create_table(
        "care_service",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("mode", sa.String(12), nullable=False),
        sa.Column("provider", sa.String(120), nullable=True),
        sa.Column("hours_month", sa.Integer(), nullable=True),
        sa.Column("fee_fen", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("source_visit_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_care_service_person_id", "care_service", ["person_id"])
    op.create_table(
        "child",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("kinds", Json, nullable=False),
        sa.Column("support", sa.String(8), nullable=True),
        sa.Column("father_name", sa.String(64), nullable=True),
        sa.Column("father_number", Sealed("child.parent_number"), nullable=True),
        sa.Column("father_index", sa.String(64), nullable=True),
        sa.Column("father_state", sa.String(24), nullable=True),
        sa.Column("father_since", sa.Date(), nullable=True),
        sa.Column("father_back_on", sa.Date(), nullable=True),
        sa.Column("mother_name", sa.String(64), nullable=True),
        sa.Column("mother_number", Sealed("child.parent_number"), nullable=True),
        sa.Column("mother_index", sa.String(64), nullable=True),
        sa.Column("mother_state", sa.String(24), nullable=True),
        sa.Column("mother_since", sa.Date(), nullable=True),
        sa.Column("mother_back_on", sa.Date(), nullable=True),
        sa.Column("living_written", sa.String(32), nullable=True),
        sa.Column("school_written", sa.String(64), nullable=True),
        sa.Column("exempt", sa.String(64), nullable=True),
        sa.Column("risk", sa.String(8), nullable=True),
        sa.Column("wish", Sealed("child.wish"), nullable=True),
        sa.Column("school_told_on", sa.Date(), nullable=True),
        sa.Column("village_told_on", sa.Date(), nullable=True),
        sa.Column("parent_contact_on", sa.Date(), nullable=True),
        sa.Column("listed_visit_on", sa.Date(), nullable=True),
        sa.Column("details", Sealed("child.details"), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id"),
    )
    op.create_index("child_division", "child", ["division", "removed_at"])
    op.create_index("child_home", "child", ["household_id"])
    op.create_table(
        "disability",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("number", Sealed("disability.number"), nullable=True),
        sa.Column("category", sa.Integer(), nullable=True),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("category_written", sa.String(24), nullable=True),
        sa.Column("grade_written", sa.String(24), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("open_ended", sa.Boolean(), nullable=False),
        sa.Column("care_needed", sa.Boolean(), nullable=True),
        sa.Column("injury_care", sa.Boolean(), nullable=True),
        sa.Column("details", Sealed("disability.details"), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id"),
    )
    op.create_index("disability_division", "disability", ["division", "removed_at"])
    op.create_index("disability_home", "disability", ["household_id"])
    op.create_table(
        "elder",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("tier", sa.String(16), nullable=True),
        sa.Column("tier_written", sa.String(32), nullable=True),
        sa.Column("living_written", sa.String(32), nullable=True),
        sa.Column("self_care_written", sa.String(32), nullable=True),
        sa.Column("children_count", sa.Integer(), nullable=True),
        sa.Column("children", Sealed("elder.children"), nullable=False),
        sa.Column("listed_visit_on", sa.Date(), nullable=True),
        sa.Column("listed_visit_mode", sa.String(16), nullable=True),
        sa.Column("details", Sealed("elder.details"), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id"),
    )
    op.create_index("elder_division", "elder", ["division", "removed_at"])
    op.create_index("elder_home", "elder", ["household_id"])
    op.create_table(
        "enrolment",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("division", ordered(12), nullable=False),
        sa.Column("programme", sa.String(24), nullable=False),
        sa.Column("certificate", sa.String(40), nullable=False),
        sa.Column("is_holder", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("from_month", sa.String(7), nullable=False),
        sa.Column("to_month", sa.String(7), nullable=True),
        sa.Column("band", sa.String(24), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("stop_reason", sa.String(120), nullable=True),
        sa.Column("account", Sealed("enrolment.account"), nullable=True),
        sa.Column("details", Sealed("enrolment.details"), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("enrolment_certificate", "enrolment", ["certificate"])
    op.create_index("enrolment_home", "enrolment", ["household_id"])
    op.create_index("enrolment_programme", "enrolment", ["programme", "division", "state"])
    op.create_index("enrolment_term", "enrolment", ["person_id", "programme", "from_month", "certificate"], unique=True)
    op.create_table(
        "hardship",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("support", sa.String(12), nullable=True),
        sa.Column("institution", sa.String(120), nullable=True),
        sa.Column("wish", sa.String(12), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("refused_why", sa.String(200), nullable=True),
        sa.Column("eats", sa.Boolean(), nullable=True),
        sa.Column("dresses", sa.Boolean(), nullable=True),
        sa.Column("gets_up", sa.Boolean(), nullable=True),
        sa.Column("toilet", sa.Boolean(), nullable=True),
        sa.Column("walks", sa.Boolean(), nullable=True),
        sa.Column("bathes", sa.Boolean(), nullable=True),
        sa.Column("assessed_on", sa.Date(), nullable=True),
        sa.Column("grade_written", sa.String(24), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("listed_visit_on", sa.Date(), nullable=True),
        sa.Column("details", Sealed("hardship.details"), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id"),
    )
    op.create_index("hardship_division", "hardship", ["division", "removed_at"])
    op.create_index("hardship_home", "hardship", ["household_id"])
    op.create_table(
        "insurance_claim",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("insurer", sa.String(120), nullable=True),
        sa.Column("policy", sa.String(64), nullable=True),
        sa.Column("in_on", sa.Date(), nullable=False),
        sa.Column("out_on", sa.Date(), nullable=True),
        sa.Column("day_fen", sa.Integer(), nullable=True),
        sa.Column("paid_fen", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("author_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_insurance_claim_person_id", "insurance_claim", ["person_id"])
    op.create_table(
        "self_care_assessment",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("eats", sa.Boolean(), nullable=False),
        sa.Column("dresses", sa.Boolean(), nullable=False),
        sa.Column("gets_up", sa.Boolean(), nullable=False),
        sa.Column("toilet", sa.Boolean(), nullable=False),
        sa.Column("walks", sa.Boolean(), nullable=False),
        sa.Column("bathes", sa.Boolean(), nullable=False),
        sa.Column("visit_id", sa.String(36), nullable=True),
        sa.Column("author_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("self_care_person", "self_care_assessment", ["person_id", "on"])
    op.create_table(
        "woman_survey",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("household_id", sa.String(36), nullable=False),
        sa.Column("division", sa.String(12), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("answers", Sealed("woman_survey.answers"), nullable=False),
        sa.Column("author_id", sa.String(36), nullable=True),
        sa.Column("visit_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("woman_survey_person", "woman_survey", ["person_id", "on"])
    op.create_table(
        "agreement_inspection",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("agreement_id", sa.String(36), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("result", sa.String(12), nullable=False),
        sa.Column("problem", sa.String(500), nullable=True),
        sa.Column("urged_on", sa.Date(), nullable=True),
        sa.Column("urged_how", sa.String(500), nullable=True),
        sa.Column("author_id", sa.String(36), nullable=True),
        sa.Column("visit_id", sa.String(36), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_agreement_inspection_agreement_id", "agreement_inspection", ["agreement_id"])
    op.add_column("contact", sa.Column("rank", sa.Integer(), server_default="1", nullable=False))
    op.add_column("contact", sa.Column("supports", sa.Boolean(), nullable=True))
    op.add_column("contact", sa.Column("result", sa.String(16), nullable=True))
    op.add_column("contact", sa.Column("expires_on", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("died_on", sa.Date(), nullable=True))
    op.add_column("task", sa.Column("subject_id", sa.String(36), server_default="", nullable=False))
    op.drop_index("task_household_kind", "task")
    op.create_index("task_household_kind", "task", ["household_id", "kind", "subject_id"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("task") as batch:
        batch.drop_index("task_household_kind")
        batch.create_index("task_household_kind", ["household_id", "kind"], unique=True)
        batch.drop_column("subject_id")
    with op.batch_alter_table("person") as batch:
        batch.drop_column("died_on")
    with op.batch_alter_table("contact") as batch:
        for name in ("expires_on", "result", "supports", "rank"):
            batch.drop_column(name)
    for name in (
        "agreement_inspection",
        "woman_survey",
        "self_care_assessment",
        "insurance_claim",
        "hardship",
        "enrolment",
        "elder",
        "disability",
        "child",
        "care_service",
        "agreement",
        "plan",
        "paired_home",
        "measure",
        "finding_event",
        "child_case_step",
        "unmatched_row",
        "petty_entry",
        "payment",
        "official",
        "listed",
        "finding",
        "death",
        "custody",
        "child_case",
    ):
        op.drop_table(name)
