"""A signature drawn on the screen: what it must be, whose hand it was, and that it stays with its version."""

import io
import itertools
import random
from datetime import date, timedelta

import pytest
from PIL import Image
from sqlalchemy import select, type_coerce
from sqlalchemy.types import LargeBinary

from app.accounts.rules import Role
from app.agreements import history_service, office_service, rules, rules_png, rules_signing, service, signing_service
from app.agreements.schemas import AgreementIn, Party, Sign
from app.db import reading, transaction
from app.errors import AppError, BadInput, Conflict, NotAllowed, NotFound
from app.evidence import verify_service
from app.households import looking_service
from app.households.register_service import today
from app.sync import pull_service
from models.agreements import Agreement, AgreementSignature
from models.audit import AuditEntry
from models.households import Household
from models.photos import Photo
from tests import makers
from tests.agreements.drawing import address, bomb, noise, png
from tests.evidence.busy import tamper

ELDER, SON, FAR = 0, 1, 2


@pytest.fixture
def village(database):
    with transaction() as session:
        makers.divisions(session)
        me = makers.user(session)
        elder = makers.person(session, makers.household(session))
    parties = [Party(role="elder", name="刘桂英"), Party(role="supporter", name="刘军", relation="儿子"),
               Party(role="supporter", name="刘红", signed="phone", record="录音 12"),
               Party(role="witness", name="村委会")]  # fmt: skip
    with transaction() as session:
        row = service.add(session, me, elder.id, AgreementIn(kind="support", open_ended=True, parties=parties))
    return me, elder, row.id


def sign(me, row_id, party=ELDER, *, version=None, on=None, picture=None, **more):
    data = Sign(party=party, **({"by": "self", "picture": address(png()) if picture is None else picture} | more))
    drawn = rules_signing.drawing(data.picture)
    with transaction() as session:
        version = session.get(Agreement, row_id).version if version is None else version
        return signing_service.sign(session, me, row_id, data, drawn, version, on or today())


def page(me, row_id):
    with reading() as session:
        return office_service.agreement_page(session, me, row_id, today())


def corrected(me, row_id, **changes):
    """As the form of the office corrects it: what is not touched comes back as it stood there."""
    from app.agreements.state import agreement_in

    with reading() as session:
        _, kind, version, said = history_service.draft(session, me, row_id)
    with transaction() as session:
        service.correct(session, me, row_id, agreement_in(kind, said | changes), "写错了", version)


@pytest.mark.parametrize(("picture", "code"), [
    ("", "drawing_empty"),
    (address(png(drawn=False)), "drawing_empty"),
    (address(png(9, 9, drawn=False)), "drawing_empty"),
    (address(png(form="JPEG")), "drawing_not_png"),
    (address(png()[:-20]), "drawing_not_png"),
    (address(png()[:70] + b"\0" * 90 + png()[-40:]), "drawing_not_png"),
    ("data:image/svg+xml;base64,PHN2Zy8+", "drawing_not_png"),
    (rules_signing.PREFIX + "不是", "drawing_not_png"),
    (address(png() + b"<script>"), "drawing_not_png"),
    (address(png().replace(b"IDAT", b"IDAX")), "drawing_not_png"),
    (address(bomb()), "drawing_not_png"),
    (address(png(961, 100)), "drawing_too_big"),
    (address(png(100, 481)), "drawing_too_big"),
    (address(noise()), "drawing_too_big"),
    (rules_signing.PREFIX + "A" * 140_000, "drawing_too_big"),
])  # fmt: skip
def test_what_is_no_signature_is_refused(picture, code):
    with pytest.raises(AppError) as caught:
        rules_signing.drawing(picture)
    assert caught.value.code == code


def test_a_signature_on_white_paper_or_on_none_is_one():
    white = io.BytesIO()
    sheet = Image.new("RGBA", (300, 120), "white")
    sheet.alpha_composite(Image.open(io.BytesIO(png())))
    sheet.convert("L").save(white, "PNG")
    for data in (png(), white.getvalue()):
        drawn = rules_signing.drawing(address(data))
        assert (drawn.data, drawn.width, drawn.height) == (data, 300, 120)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_ink_is_counted_as_an_image_library_counts_it(mode):
    """Noise beside smooth lines makes the library tell its lines in all five ways."""
    chance, out = random.Random(7), io.BytesIO()
    dots = [(chance.randrange(256), y * 8, x * 6, chance.choice((0, 128, 255))) if y % 3 else (x * 6, y * 8, 90, 255)
            for y in range(30) for x in range(40)]  # fmt: skip
    Image.frombytes("RGBA", (40, 30), bytes(itertools.chain(*dots))).convert(mode).save(out, "PNG")
    again = zip(*[iter(Image.open(io.BytesIO(out.getvalue())).convert("RGBA").tobytes())] * 4, strict=True)
    dark = sum(255 - a + (r * 299 + g * 587 + b * 114) // 1000 * a // 255 < rules_png.DARK for r, g, b, a in again)
    picture = rules_png.opened(out.getvalue())
    assert dark > 0
    assert rules_png.has_ink(picture, dark)
    assert not rules_png.has_ink(picture, dark + 1)


def test_the_last_signature_makes_the_day_of_signing(village):
    me, _, row_id = village
    assert page(me, row_id).missing == "签订日期、刘桂英的签名、刘军的签名"
    sign(me, row_id)
    assert page(me, row_id).missing == "签订日期、刘军的签名"
    sign(me, row_id, SON, by="proxy", proxy="王梅", relation="妻子", why="手受了伤")
    shown = page(me, row_id)
    assert (shown.missing, shown.signed) == ("", today().isoformat())
    told = {one.name: one.signed for one in shown.parties}
    assert told["刘桂英"] == f"本人签，{today()} 签在屏幕上"
    assert told["刘军"] == f"别人代签：王梅 妻子（手受了伤），{today()} 签在屏幕上"
    [phone] = [one["data"] for one in pull_service.pull(me, "", 500)["changes"] if one["type"] == "agreement"]
    assert [one["signed"] for one in phone["parties"]] == ["self", "proxy", "phone", ""]
    assert "drawn" not in str(phone)


def test_it_is_kept_sealed_in_the_log_and_under_the_chain(village):
    me, _, row_id = village
    kept = sign(me, row_id)
    with reading() as session:
        raw = session.scalar(select(type_coerce(AgreementSignature.__table__.c.picture, LargeBinary)))
        assert png()[:8] not in bytes(raw)
        assert kept.picture.encode() not in bytes(raw)
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "agreement.signed"))
        assert (entry.after["sha256"], entry.after["by"]) == (kept.sha256, "self")
        assert "刘桂英" not in str(entry.after)
        assert session.scalars(select(Photo)).all() == [], "no photo, so in no export of photos"
        assert signing_service.picture(session, me, kept.id) == png()
    assert verify_service.verify().problems == []
    tamper(lambda connection: connection.exec_driver_sql("UPDATE agreement_signature SET width = 7"))
    [problem] = verify_service.verify().problems
    assert (problem.kind, problem.id) == ("agreement_signature", kept.id)


def test_a_corrected_agreement_is_unsigned_and_its_former_signatures_stay(village):
    me, _, row_id = village
    kept = [sign(me, row_id), sign(me, row_id, SON)]
    corrected(me, row_id, why="没有改什么")
    assert page(me, row_id).missing == "签订日期、刘桂英的签名、刘军的签名", "the day was that of the screen"
    kept += [sign(me, row_id), sign(me, row_id, SON)]
    corrected(me, row_id, signed_on=today().isoformat(), term_cash="每年 3000 元")
    shown = page(me, row_id)
    assert shown.missing == "刘桂英的签名、刘军的签名"
    assert {one.drawn for one in shown.parties} == {""}
    assert [{one.value for one in former.drawn} for former in shown.history] == [
        {one.id for one in kept[2:]}, {one.id for one in kept[:2]},
    ]  # fmt: skip
    assert "签在屏幕上" in str(shown.history[0].before)
    with reading() as session:
        assert {one.id for one in session.scalars(select(AgreementSignature))} == {one.id for one in kept}
        assert signing_service.picture(session, me, kept[0].id) == png()


def test_a_correction_that_changes_nothing_leaves_the_signatures(village):
    me, _, row_id = village
    with transaction() as session:
        session.get(Agreement, row_id).signed_on = date(2026, 1, 1)
    sign(me, row_id)
    corrected(me, row_id, signed_on="2026-01-01")
    shown = page(me, row_id)
    assert shown.parties[ELDER].drawn != ""
    assert shown.history == []


def test_a_list_that_changes_what_was_agreed_takes_the_signature_off(village):
    me, _, row_id = village
    sign(me, row_id)
    with transaction() as session:
        session.get(Agreement, row_id).to_on = today() + timedelta(days=30)
    assert page(me, row_id).parties[ELDER].drawn == ""
    with transaction() as session:
        session.get(Agreement, row_id).to_on = None
    assert page(me, row_id).parties[ELDER].drawn != "", "the list was taken back"


def test_drawn_again_the_last_one_stands_and_the_first_is_kept(village):
    me, _, row_id = village
    first, second = sign(me, row_id), sign(me, row_id, by="proxy", proxy="王梅", why="手受了伤")
    assert page(me, row_id).parties[ELDER].drawn == second.id
    with reading() as session:
        assert session.get(AgreementSignature, first.id) is not None


def test_whose_hand_it_was_is_always_said(village):
    me, _, row_id = village
    for more, path in (({"proxy": "王梅"}, "why"), ({"why": "手受了伤"}, "proxy")):
        with pytest.raises(BadInput) as caught:
            sign(me, row_id, by="proxy", **more)
        assert [one.path for one in caught.value.details] == [path]
    for party, code in ((FAR, "signed_far"), (-1, "no_party"), (9, "no_party")):
        with pytest.raises(BadInput) as caught:
            sign(me, row_id, party)
        assert caught.value.code == code
    assert sign(me, row_id, proxy="王梅", why="不该有").said["proxy"] is None


def test_nobody_signs_what_was_not_shown_or_holds_no_more(village):
    me, _, row_id = village
    with pytest.raises(Conflict):
        sign(me, row_id, version=7)
    with transaction() as session:
        service.end(session, me, row_id, today(), "老人搬走了")
    with pytest.raises(BadInput) as caught:
        sign(me, row_id)
    assert caught.value.code == "ended"


def test_only_who_may_write_there_keeps_one_and_only_who_may_see_it_looks(village):
    me, elder, row_id = village
    kept = sign(me, row_id)
    with transaction() as session:
        far = makers.user(session, areas=(makers.FAR_VILLAGE,))
        paired = makers.user(session, Role.PAIRED, ())
        makers.pair(session, paired, session.get(Household, elder.household_id), date(2020, 1, 1))
    with pytest.raises(NotFound):
        sign(far, row_id)
    with pytest.raises(NotAllowed):
        sign(paired, row_id)
    with reading() as session:
        assert signing_service.picture(session, paired, kept.id) == png()
        for wrong in (kept.id[::-1], row_id):
            with pytest.raises(NotFound):
                signing_service.picture(session, me, wrong)
        with pytest.raises(NotFound):
            signing_service.picture(session, far, kept.id)


def test_what_is_about_a_child_is_opened_with_a_reason_first(village):
    me, _, _ = village
    with transaction() as session:
        boy = makers.person(session, makers.household(session), "王小明", born_on=date(2017, 6, 1))
        makers.child(session, boy)
        row = makers.agreement(session, boy, "guardianship", parties=[{"role": "entruster", "name": "王国军"}])
    with pytest.raises(NotAllowed) as caught:
        sign(me, row.id)
    assert caught.value.code == "not_opened"
    with transaction() as session:
        looking_service.open_child(session, me, boy.id, "benefit")
    kept = sign(me, row.id)
    with transaction() as session:
        other = makers.user(session)
        with pytest.raises(NotAllowed):
            signing_service.picture(session, other, kept.id)
        assert rules.unsigned(session.get(Agreement, row.id)) == []


def test_the_day_that_the_screen_gave_follows_what_is_signed_anew_and_one_from_paper_stays(village):
    me, _, row_id = village
    early, late = today() - timedelta(days=40), today()
    sign(me, row_id, on=early)
    sign(me, row_id, SON, on=early)
    with transaction() as session:
        row = session.get(Agreement, row_id)
        assert row.signed_on == early
        row.terms = {"cash": "每年 3000 元"}  # as a list would change it: what was signed before holds no more
    sign(me, row_id, on=late)
    sign(me, row_id, SON, on=late)
    with transaction() as session:
        row = session.get(Agreement, row_id)
        assert row.signed_on == late
        assert history_service.draft(session, me, row_id)[3]["signed_on"] == ""
        row.signed_on = early - timedelta(days=3)
    with reading() as session:
        assert history_service.draft(session, me, row_id)[3]["signed_on"] == (early - timedelta(days=3)).isoformat()
