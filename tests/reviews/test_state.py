"""The reviewer's desk as the browser uses it: one decision after another, taken back, refused, locked."""

import asyncio
import json

import pytest
import reflex as rx
from reflex.istate.data import RouterData
from sqlmodel import select

from app.accounts import service
from app.accounts.rules import Role
from app.db import reading, transaction, utcnow
from app.http import COOKIE
from app.reviews import service as reviews
from app.reviews.page import reviews_page
from app.reviews.state import ReviewsState
from models.accounts import User
from models.reviews import Review
from tests import makers
from tests.photos import pictures
from tests.reviews import stage


@pytest.fixture
def desk(home):
    """Three pictures, the last a child's; a supervisor sits down."""
    with transaction() as session:
        makers.divisions(session)
        makers.form(session)
        cadre = makers.user(session)
        makers.user(session, Role.SUPERVISOR, (makers.COUNTY,), token="plain")
        makers.user(session, Role.SUPERVISOR, (makers.COUNTY,), flags=("child_photos",), token="trusted")
        at_home = makers.household(session)
        for seed, child in ((1, False), (2, False), (3, True)):
            stage.reviewed(session, cadre, at_home, pictures.jpeg(seed), named={"of_child": child})
    return sit("plain")


def sit(token: str) -> ReviewsState:
    state = rx.State().get_substate(ReviewsState.get_full_name().split("."))
    root = state.parent_state.parent_state
    root.router = RouterData.from_router_data(
        {"headers": {"cookie": f"{COOKIE}={token}"}, "pathname": "/office/reviews"}
    )
    return do(state, "open")


def do(state: ReviewsState, name: str, *args) -> ReviewsState:
    asyncio.run(getattr(type(state), name).fn(state, *args))
    return state


def states() -> list[str]:
    with reading() as session:
        return list(session.exec(select(Review.state).order_by(Review.id)).all())


def form(state: ReviewsState, **more) -> dict[str, str]:
    return {"review_id": state.current.id, "version": str(state.current.version), "marks": "[]"} | more


def test_one_after_another_and_the_queue_again(desk):
    assert (desk.page.total, desk.ready, desk.opened) == (3, True, False)
    do(desk, "look", desk.page.rows[0].id)
    assert desk.opened
    following = desk.page.rows[1].id
    do(desk, "accept", desk.current.id, desk.current.version)
    assert (desk.problem, desk.page.total, desk.current.id, desk.opened) == ("", 2, following, False)
    do(desk, "give_back", form(desk, reason="unclear", note="看不清"))
    assert states() == ["accepted", "returned", "waiting"]
    assert desk.undo.said == "已退回给走访人"
    do(desk, "withdraw")
    assert states() == ["accepted", "waiting", "waiting"]
    assert (desk.current.id, desk.undo.review_id) == (following, "")


def test_a_decision_on_an_old_version_shows_the_new_one(desk):
    first, version = desk.current.id, desk.current.version
    do(sit("trusted"), "accept", first, version)
    do(desk, "give_back", {"review_id": first, "version": str(version), "note": "x", "marks": "[]"})
    assert desk.problem.startswith("这张刚有了新的情况")
    assert (desk.current.id, desk.current.state) == (first, "accepted")


@pytest.mark.parametrize(
    "marks", ["nonsense", "[1]", '[{"kind":"circle","points":[[2,2],[0,0]]}]', '[{"kind":"text","points":[[0,0]]}]']
)
def test_marks_that_are_none_change_nothing(desk, marks):
    do(desk, "give_back", form(desk, note="x") | {"marks": marks})
    assert desk.problem
    assert states() == ["waiting"] * 3


def test_a_return_that_says_nothing_is_asked_for_a_word(desk):
    do(desk, "give_back", form(desk))
    assert desk.problem.startswith("选一个原因")


def test_a_childs_picture_is_a_lock_until_it_is_opened_with_a_reason(desk):
    child = desk.page.rows[2]
    assert (child.locked, child.thumb, child.where) == (True, "", "点开才看，会记一笔")
    do(desk, "look", child.id)
    assert (desk.picture, desk.current.may_open, desk.current.may_decide) == ("", False, False)
    do(desk, "unlock", "review")
    assert (desk.picture, bool(desk.problem)) == ("", True)
    trusted = do(sit("trusted"), "look", child.id)
    assert trusted.picture == ""
    do(trusted, "unlock", "anything")
    assert trusted.picture == ""
    do(trusted, "unlock", "review")
    assert trusted.picture.endswith("&reason=review")
    do(trusted, "look", trusted.page.rows[0].id)
    assert trusted.reason == ""


def test_another_part_of_the_queue(desk):
    do(desk, "narrow", "state", "accepted")
    assert (desk.page.total, desk.current) == (0, None)
    do(desk, "narrow", "state", "open")
    do(desk, "narrow", "area", makers.TOWN)
    assert desk.page.total == 3
    for name, value in (("area", "999999"), ("state", "x"), ("days", "-1"), ("_user_id", "x")):
        do(desk, "narrow", name, value)
        assert desk.problem == "没有这个选项。"
    assert desk.wanted.area == makers.TOWN


def test_only_pictures_that_are_offered_are_laid_beside(desk):
    do(desk, "look", desk.page.rows[1].id)
    other = desk.current.others[0].screen
    do(desk, "compare", other)
    assert desk.beside == other
    do(desk, "compare", other)
    assert desk.beside == ""
    do(desk, "compare", "https://elsewhere.example/x.jpg")
    assert desk.beside == ""


def test_the_returned_picture_is_laid_beside_with_its_marks(desk):
    review_id, mark = desk.current.id, '{"kind":"text","points":[[0.5,0.5]],"text":"水表"}'
    do(desk, "give_back", form(desk, marks=f"[{mark}]"))
    with transaction() as session:
        review = session.get(Review, review_id)
        author = service.make_actor(session, session.get(User, review.author_id))
        new = stage.picture(session, author, pictures.jpeg(9)).sha256
        reviews.answer(session, author, {"review_id": review_id, "photo": {"sha256": new}}, utcnow())
    do(desk, "look", review_id)
    assert desk.beside_marks == ""
    do(desk, "compare", desk.current.others[0].screen)
    assert json.loads(desk.beside_marks) == [json.loads(mark)]


def test_the_page_draws_with_the_names_that_tests_use(desk):
    drawn = str(reviews_page().render())
    for name in ("review-item", "review-accept", "review-return", "review-note"):
        assert name in drawn
