"""From a file to the register and back: preview, import, the same file twice, undo; on both databases."""

# A row of a sheet stands on one line, as it does there.
# ruff: noqa: E501

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from app.db import reading, transaction, utcnow
from app.errors import Conflict, NotFound
from app.households import service as households
from app.households.schemas import PersonChange
from app.imports import applying_service, progress, queries, service
from app.imports.book import open_book
from models.audit import AuditEntry
from models.divisions import Division
from models.households import Household, Person, PersonTag
from models.imports import ImportBatch, ImportFile, ImportLine
from models.visits import Visit
from tests import makers
from tests.imports import files
from tests.imports.conftest import people, preview, register, take, undo, versions
from tests.imports.files import HEADER, family, person, roster

pytestmark = pytest.mark.usefixtures("database")

CODES = [["乡镇", "乡镇代码", "村", "村代码(12位)"], ["高士镇", "349927100", "毛安村", "349927100201"]]


def test_a_preview_changes_nothing_and_tells_everything():
    _, report = preview(family())
    assert (report.created, report.changed, report.unchanged) == (3, 0, 0)
    assert report.households == {"created": 2, "changed": 0}
    assert report.divisions == {"created": 1, "changed": 0}
    assert register() == []


def test_taking_in_makes_homes_people_and_villages():
    import_id, _ = take(family(特殊类别="孤寡老人", 健康状况="大病", 最近排查日期="2026.10.1", 排查结论="符合"))
    with reading() as session:
        assert [(row.code, row.name) for row in session.exec(select(Division))] == [("349927100201", "毛安村")]
        home = session.exec(select(Household).where(Household.code == "34992710020100001")).one()
        assert (home.name, home.division, home.group, home.attribute) == ("王建国", "349927100201", "4", "一般户")
        assert (home.checked_on, home.checked_result, home.import_id) == (date(2026, 10, 1), "符合", import_id)
        tags = set(session.exec(select(PersonTag.tag)))
        batch = session.get(ImportBatch, import_id)
    assert tags == {"elder_childless", "serious_illness"}
    assert (batch.state, batch.ledger, batch.report["created"]) == ("done", "roster", 3)
    wang, li = people()["王建国"], people()["李娟"]
    assert (wang.is_head, wang.relation, wang.phone, wang.registered_here) == (True, "户主", "16173365764", True)
    assert (wang.works_away, wang.extra["labour"]) == ("在家", "普通劳动力")
    assert (li.is_head, li.phone, li.household_id) == (False, None, wang.household_id)


def test_the_sheet_of_codes_becomes_divisions_and_a_new_name_is_a_change():
    take(files.xlsx({"区划代码": CODES, "毛安村": [["花名册"], HEADER, person(1)]}))
    with reading() as session:
        found = {row.code: (row.name, row.level) for row in session.exec(select(Division))}
    assert found == {"349927100": ("高士镇", "township"), "349927100201": ("毛安村", "village")}
    renamed = [*CODES[:1], ["高士镇", "349927100", "茅安村", "349927100201"]]
    import_id, report = take(files.xlsx({"区划代码": renamed, "毛安村": [["花名册"], HEADER, person(1)]}))
    assert report.divisions == {"created": 0, "changed": 1}
    undo(import_id)
    with reading() as session:
        assert session.get(Division, "349927100201").name == "毛安村"


def test_the_same_file_twice_changes_nothing():
    take(family())
    before, touched = register(), versions()
    _, report = take(family())
    assert (report.created, report.changed, report.unchanged) == (0, 0, 3)
    assert report.households == {"created": 0, "changed": 0}
    assert (register(), versions()) == (before, touched)


def test_another_dress_of_the_same_facts_changes_nothing():
    take(family())
    rows = [
        person(1, 身份证号=f" {person(1)[9].lower()}\u3000", 联系电话=16173365764.0, 户主="王 建國", 姓名="王建國"),
        person(2, name="李 娟", relation="配偶", 联系电话="", 户主="王建国 "), person(3, home=2, head="周平", name="周平"),
    ]  # fmt: skip
    _, report = take(roster(*rows))
    assert (report.created, report.changed, report.unchanged) == (0, 0, 3)
    assert report.households == {"created": 0, "changed": 0}


def test_what_changes_is_told_field_by_field_and_masked():
    take(family())
    import_id, report = preview(family(联系电话="15400000001", 健康状况="残疾", 居住状况="独居"))
    assert (report.created, report.changed, report.unchanged) == (0, 1, 2)
    with reading() as session:
        rows, total = queries.lines(session, import_id, "changed", 0)
        shown = service.lines.show(rows[0], "changed")
    assert total == 1
    assert (shown.place, shown.name) == ("毛安村 第 3 行", "王建国")
    assert shown.what == "电话、健康、居住"
    assert shown.before == "161****5764；健康；与家人同住"
    assert shown.after == "154****0001；残疾；独居"
    assert people()["王建国"].phone == "16173365764"


def test_a_blank_never_empties_a_field():
    take(family())
    _, report = take(family(联系电话="", 健康状况="", 户属性=""))
    assert (report.changed, report.households["changed"]) == (0, 0)
    assert people()["王建国"].phone == "16173365764"


def test_what_stands_beside_the_columns_is_compared_too():
    take(family())
    _, report = take(family(劳动能力="丧失劳动力"))
    assert report.changed == 1
    assert people()["王建国"].extra["labour"] == "丧失劳动力"


def test_an_unreadable_row_makes_nobody_and_no_home():
    data = roster(
        person(1), person(2, name="李娟", 身份证号=""), person(3, home=2, name="周平", 身份证号="3.49927E+17")
    )
    import_id, report = take(data)
    assert [row["why"] for row in report.rows_unreadable] == ["id_missing", "id_scientific_text"]
    assert set(people()) == {"王建国"}
    with reading() as session:
        assert [row.code for row in session.exec(select(Household))] == ["34992710020100001"]
        kept = queries.unread(session, import_id)
    assert [(row.row, row.name) for row in kept] == [(4, "李娟"), (5, "周平")]


def test_a_household_keeps_what_stands_on_its_unreadable_first_row():
    data = roster(person(1, 身份证号="", 户属性="脱贫不稳定户"), person(2, name="李娟", relation="配偶", 户属性=""))
    take(data)
    with reading() as session:
        home = session.exec(select(Household)).one()
    assert (home.attribute, home.name) == ("脱贫不稳定户", "王建国")


def test_a_complete_but_wrong_number_is_taken_as_written():
    take(roster(person(1, 身份证号="349927198307278901")))
    found = people()["王建国"]
    assert (found.id_number, found.id_warning) == ("349927198307278901", "id_check")


def test_a_sex_that_contradicts_the_number_is_kept_beside_it():
    take(roster(person(1, 性别="女")))
    found = people()["王建国"]
    assert (found.sex, found.extra["sex_written"]) == (1, "女")


def test_one_number_for_two_people_stays_two_people_twice_over():
    same = person(1)[9]
    data = roster(person(1), person(2, home=2, head="李娟", name="李娟", 身份证号=same))
    _, report = take(data)
    assert report.created == 2
    touched = versions()
    _, report = take(data)
    assert (report.created, report.changed, report.unchanged) == (0, 0, 2)
    assert versions() == touched


def test_one_person_told_twice_but_not_alike_is_taken_once_and_told():
    data = roster(person(1), person(2, name="李娟"), person(1, 联系电话="15400000001"))
    import_id, report = take(data)
    assert (report.created, report.contrary) == (2, 1)
    assert people()["王建国"].phone == "16173365764"
    with reading() as session:
        (row,) = queries.unread(session, import_id)
        shown = service.lines.show(row, "unreadable")
    assert (shown.place, shown.what, shown.before) == (
        "毛安村 第 5 行",
        "同一个人写了两次，内容不一样",
        "另见 毛安村 第 3 行",
    )


def test_members_come_in_the_order_of_the_sheet():
    rows = [person(order, name=name) for order, name in ((9, "甲"), (2, "乙"), (7, "丙"), (1, "丁"))]
    take(roster(*rows))
    with reading() as session:
        assert [row.name for row in session.exec(select(Person).order_by(Person.id))] == ["甲", "乙", "丙", "丁"]


def test_a_home_in_no_known_village_stays_out_and_is_told():
    import_id, report = take(roster(person(1), person(2, name="李娟", home=2, 所在村="", 户编号="12345")))
    assert (report.created, report.outside) == (1, 1)
    with reading() as session:
        shown = service.lines.show(queries.unread(session, import_id)[0], "unreadable")
    assert shown.what == "户编号不在已知的村里"


def test_a_clerk_takes_in_only_the_own_township(clerk):
    rows = [person(1), person(2, name="李娟", home=1, 户编号="34992710120100001", 所在村="红旗村")]
    import_id, report = take(roster(*rows), actor=clerk)
    assert (report.created, report.outside) == (1, 1)
    assert set(people()) == {"王建国"}
    with reading() as session:
        seen = service.view(session, clerk, import_id)
    assert (seen.unreadable, seen.notes[-1][:17]) == (1, "有 1 行不在你负责的地方，或户编")


def test_a_clerk_does_not_draw_people_out_of_another_township(clerk):
    take(roster(person(1, 户编号="34992710120100001", 所在村="红旗村")))
    before = register()
    _, report = take(roster(person(1)), actor=clerk)
    assert (report.changed, report.outside) == (0, 1)
    assert [row for row in register() if row[0] == "person"] == [row for row in before if row[0] == "person"]


def test_imports_of_another_area_are_not_seen(clerk):
    import_id, _ = preview(family())
    with reading() as session:
        assert service.recent(session, clerk) == []
        for ask in (service.view, service.look):
            with pytest.raises(NotFound):
                ask(session, clerk, import_id)
        with pytest.raises(NotFound):
            service.page(session, clerk, import_id, "new", 0)
    with transaction() as session, pytest.raises(NotFound):
        service.start(session, clerk, import_id)
    with pytest.raises(NotFound):
        service.undo(import_id, clerk)


def test_undo_restores_the_register():
    take(family())
    before = register()
    data = roster(
        person(1, 联系电话="15400000001", 特殊类别="孤寡老人", 户属性="低保边缘"), person(4, home=3, head="新来", name="新来", 所在村="毛安村"),
        person(5, home=9, name="远客", 户编号="34992710020200009", 所在村="黄河村"),
    )  # fmt: skip
    import_id, report = take(data)
    assert (report.created, report.changed) == (2, 1)
    assert register() != before
    undo(import_id)
    assert register() == before
    with pytest.raises(Conflict, match="没有做完"):
        undo(import_id)


def test_undo_of_the_first_import_leaves_nothing():
    import_id, _ = take(files.xlsx({"区划代码": CODES, "毛安村": [["花名册"], HEADER, person(1)]}))
    undo(import_id)
    assert register() == []
    _, report = take(family())
    assert report.created == 3


def test_undo_says_what_stands_in_the_way():
    import_id, _ = take(family())
    with transaction() as session:
        author = makers.user(session, makers.Role.VILLAGE, ("349927100201",))
        makers.form(session)
        home = session.exec(select(Household)).first()
        session.add(Visit(
            id=makers.new_id(), household_id=home.id, division=home.division, author_id=author.id, form_code="home",
            form_version=1, mode="home", started_at=utcnow(), finished_at=utcnow(), on=date(2026, 11, 1), received_at=utcnow(),
        ))  # fmt: skip
    before = register()
    with pytest.raises(Conflict, match="1 次走访"):
        undo(import_id)
    assert register() == before


def test_undo_is_refused_after_a_later_change():
    import_id, _ = take(family())
    take(family(联系电话="15400000001"))
    with pytest.raises(Conflict, match="后来又改过"):
        undo(import_id)


def test_all_or_nothing(monkeypatch):
    monkeypatch.setattr(applying_service, "COMPARE", 1)
    import_id, _ = preview(family())
    with transaction() as session:
        service.mark_running(session, None, import_id)
    calls = []

    def breaks(*args, **more):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        return real(*args, **more)

    real = applying_service.households.upsert_prepared
    monkeypatch.setattr(applying_service.households, "upsert_prepared", breaks)
    service.take_job(import_id)
    assert len(calls) == 2
    assert register() == []
    with reading() as session:
        batch = session.get(ImportBatch, import_id)
    assert batch.state == "failed"
    assert "什么都没有导入" in batch.problem


def test_a_preview_is_taken_in_once():
    import_id, _ = take(family())
    with transaction() as session, pytest.raises(Conflict, match="已经处理过"):
        service.mark_running(session, None, import_id)
    with pytest.raises(Conflict):
        service.take(import_id, None)
    service.take_job(import_id)
    assert len(people()) == 3


def test_an_unknown_table_is_told_and_harms_nothing(clerk):
    import_id, report = preview(files.xlsx({"账": [["品名", "数量", "单价"], ["大米", 3, 60]]}), "采购.xlsx", clerk)
    assert (report.ledger, report.records) == (None, 0)
    with reading() as session:
        seen = service.view(session, clerk, import_id)
    assert (seen.ledger, seen.can_take) == ("没认出是哪种台账", False)
    assert "表头" in seen.notes[0]
    with transaction() as session, pytest.raises(Conflict, match="没认出"):
        service.mark_running(session, None, import_id)


def test_a_file_from_a_page_goes_through_the_jobs(clerk, monkeypatch):
    jobs = []
    monkeypatch.setattr("app.queue.enqueue", lambda name, *args, delay=None: jobs.append((name, *args)))
    import_id = service.receive(clerk, "花名册.xlsx", family())
    assert jobs == [("read_import", import_id)]
    with reading() as session:
        assert service.look(session, clerk, import_id).state == "reading"
    service.read_job(import_id)
    service.read_job(import_id)
    with reading() as session:
        seen = service.view(session, clerk, import_id)
        assert session.get(ImportFile, import_id) is None
        assert service.page(session, clerk, import_id, "new", 0).total == 5
    assert (seen.state_words, seen.size, seen.to_take_words, seen.can_take) == ("等你确认", "1 张表・3 行", "3", True)
    assert [(tile.tab, tile.number, tile.parts) for tile in seen.tiles] == [
        ("new", "5", "2 户，3 人"), ("changed", "0", ""), ("same", "0", ""), ("unreadable", "0", ""),
        ("doubts", "0", ""), ("repaired", "0", ""),
    ]  # fmt: skip
    with transaction() as session:
        service.start(session, clerk, import_id)
    assert jobs[1:] == [("take_import", import_id)]
    service.take_job(import_id)
    with reading() as session:
        assert service.view(session, clerk, import_id).state_words == "已导入"
        actions = set(session.exec(select(AuditEntry.action).where(AuditEntry.actor_id == clerk.id)))
    assert {"import.received", "import.done", "person.added", "household.added"} <= actions


def test_progress_is_seen_before_and_while_the_transaction_is_open(clerk):
    heard = []
    import_id, _ = preview(family(), actor=clerk)
    with transaction() as session:
        service.mark_running(session, clerk, import_id)

    def tell(done, total):
        progress.tell(import_id, done, total)
        with reading() as session:
            heard.append(service.look(session, clerk, import_id))

    service.take(import_id, clerk, tell)
    assert [(one.state, one.done, one.total) for one in heard] == [("running", done, 9) for done in (0, 6, 9)]


def test_what_takes_long_is_worked_out_before_the_one_unit_of_work(clerk, monkeypatch):
    """Whoever writes while rows are held against the register does not wait; only the writing is one unit of work."""
    import_id, _ = preview(family(), actor=clerk)
    with transaction() as session:
        service.mark_running(session, clerk, import_id)
    seen = []

    def tell(done, total):
        seen.append(done)
        if done == 6:
            with transaction() as session:
                makers.divisions(session)

    service.take(import_id, clerk, tell)
    assert seen == [0, 6, 9]
    assert len(people()) == 3


def test_a_register_that_changed_meanwhile_is_compared_anew(clerk):
    take(family())
    import_id, _ = preview(family(联系电话="15400000001"), actor=clerk)
    with transaction() as session:
        service.mark_running(session, clerk, import_id)
    told, wang = [], people()["王建国"]

    def tell(done, total):
        told.append(done)
        if told.count(6) == 1 and done == 6:
            with transaction() as session:
                change = PersonChange(phone="15400000001")
                households.change_person(session, clerk, wang.id, change, wang.version)

    service.take(import_id, clerk, tell)
    assert told == [0, 6, 0, 6, 9]
    with reading() as session:
        assert session.get(ImportBatch, import_id).report["changed"] == 0
    undo(import_id, clerk)
    assert people()["王建国"].phone == "15400000001"


def test_a_register_that_never_rests_is_left_alone(clerk, monkeypatch):
    monkeypatch.setattr(applying_service.register, "changed_since", lambda *_: True)
    import_id, _ = preview(family(), actor=clerk)
    with transaction() as session:
        service.mark_running(session, clerk, import_id)
    service.take_job(import_id)
    with reading() as session:
        assert "正有人在改" in service.view(session, clerk, import_id).problem
    assert register() == []


def test_an_import_whose_process_is_gone_shows_as_failed(clerk, monkeypatch):
    import_id, _ = preview(family(), actor=clerk)
    with transaction() as session:
        service.mark_running(session, clerk, import_id)
    monkeypatch.setattr(progress, "SILENT", timedelta(0))
    with reading() as session:
        seen = service.look(session, clerk, import_id)
    assert (seen.state, seen.problem[:4]) == ("failed", "中途断了")


def test_previews_can_be_thrown_away_and_go_after_a_week(clerk, monkeypatch):
    first, _ = preview(family(), actor=clerk)
    with transaction() as session:
        service.discard(session, clerk, first)
    second, _ = preview(family(), actor=clerk)
    monkeypatch.setattr(service, "KEPT_PREVIEW", timedelta(0))
    third, _ = preview(family(), actor=clerk)
    with reading() as session:
        assert [session.get(ImportBatch, one) is None for one in (first, second, third)] == [True, True, False]
        assert {row.import_id for row in session.exec(select(ImportLine))} == {third}


def test_what_was_taken_in_cannot_be_thrown_away(clerk):
    import_id, _ = take(family(), actor=clerk)
    with transaction() as session, pytest.raises(Conflict):
        service.discard(session, clerk, import_id)


def test_rows_of_which_nothing_is_left_to_say_do_not_stay(clerk):
    data = roster(
        person(1), person(2, name="李 娟"), person(3, name="周平", 身份证号=""), person(4, 联系电话="0556-7356664")
    )
    take(data, actor=clerk)
    with reading() as session:
        kept = [(row.row, row.state) for row in session.exec(select(ImportLine).order_by(ImportLine.position))]
    assert kept == [(4, "new"), (5, "unreadable"), (6, "new")]


def test_numbers_are_masked_on_the_page_and_sealed_on_the_disk(clerk, database):
    written = person(1)[9][:-1] + "x" if person(1)[9].endswith("X") else person(1)[9] + " "
    import_id, _ = preview(roster(person(1, 身份证号=written, 联系电话="161-7336-5764")), actor=clerk)
    with reading() as session:
        (line,) = service.page(session, clerk, import_id, "repaired", 0).rows
        raw = session.execute(text("SELECT detail FROM import_line")).scalar()
    assert person(1)[9] not in f"{line.before}{line.after}"
    assert line.before.startswith("349927********")
    assert line.after == f"349927********{person(1)[9][-4:]}；161****5764"
    assert line.before.endswith("；161-****-5764")
    assert person(1)[9].encode() not in bytes(raw)


def test_the_unreadable_rows_come_back_as_a_workbook_to_be_put_right(clerk):
    data = roster(person(1), person(2, name="李娟", 身份证号=3.49927199003013e17, 最近排查日期="2026.10.1"))
    import_id, _ = preview(data, actor=clerk)
    with transaction() as session:
        name, made = service.unreadable(session, clerk, import_id)
    assert name == "读不出的行-花名册.xlsx"
    rows = [cells for _, cells in open_book(name, made).sheets[0].rows()]
    found = dict(zip(rows[0], rows[1], strict=True))
    assert (found["姓名"], found["身份证号"], found["户编号"]) == ("李娟", "3.49927199003013E+17", "34992710020100001")
    assert (found["读不出的原因"], found["原来的表"], found["原来的行"]) == (
        "身份证号后三位被表格软件丢了",
        "毛安村",
        "4",
    )
    rows[1][rows[0].index("身份证号")] = person(2)[9]
    _, report = take(files.xlsx({"改好的": rows}), actor=clerk)
    assert (report.created, report.rows_unreadable) == (1, [])


def test_each_tab_lists_its_rows_fifty_at_a_time(clerk):
    import_id, _ = preview(roster(*(person(order, name="王芳", relation="子") for order in range(1, 60))), actor=clerk)
    with reading() as session:
        first, last = (service.page(session, clerk, import_id, "new", number) for number in (0, 1))
    assert (len(first.rows), len(last.rows), first.total) == (50, 10, 60)
    assert (first.rows[0].kind, first.rows[1].place, last.rows[-1].place) == ("户", "毛安村 第 3 行", "毛安村 第 61 行")
