"""Who is meant by a number that somebody types on a register's page."""

from sqlalchemy import select
from sqlmodel import Session

from app import crypto
from app.accounts.queries import in_scope
from app.accounts.schemas import Actor
from app.errors import BadInput, NotFound
from app.households import register_service as register
from app.households import rules
from models.households import Household, Person


def by_number(session: Session, actor: Actor, text: str) -> Person:
    """The person of the actor's scope with this ID number.

    Raises:
        NotFound: nobody, or they live elsewhere.
        BadInput: two people carry it; the register has to be put right first.
    """
    on = register.today()
    index = crypto.index(rules.read_id(text, on).number, "person.id_number")
    scope = in_scope(actor, on, Person.division, Person.household_id)
    query = select(Person).where(Person.id_index == index, Person.removed_at.is_(None), scope)  # type: ignore[union-attr, arg-type]
    found = session.scalars(query.limit(2)).all()
    if not found:
        raise NotFound("名册里没有这个身份证号的人，先在农户名册里添。")
    if len(found) > 1:
        raise BadInput("名册里有两个人用这个身份证号，先把名册改对。", code="two_people")
    return found[0]


def home_by_code(session: Session, actor: Actor, code: str) -> Household:
    """The home of the actor's scope with this 户编号.

    Raises:
        NotFound: there is none, or it lies elsewhere.
    """
    scope = in_scope(actor, register.today(), Household.division, Household.id)
    query = select(Household).where(Household.code == code.strip(), Household.removed_at.is_(None), scope)  # type: ignore[union-attr, arg-type]
    found = session.scalars(query).first()
    if found is None:
        raise NotFound("名册里没有这个户编号，请核对一下。")
    return found
