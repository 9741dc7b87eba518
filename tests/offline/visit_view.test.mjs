/** The visit page: sections that open with last time's answers, fold when answered, open into questions. */
import assert from "node:assert/strict";
import { test } from "node:test";

const load = (name) => import(`../../assets/offline/${name}.js?tab=visit`);
const { loadCel } = await load("cel");
const { answerWords, answersOf, compile } = await load("rules");
const { faultsOf, freshUi, keyOf, leftOf, partsOf, pathOf, visitOf } = await load("views/visit");
const { shapeOf } = await load("views/questions");

await loadCel();

const STANDS = [
  { code: "ok", label: "达标", tone: "ok" }, { code: "bad", label: "不达标", tone: "bad" }, { code: "na", label: "不适用", tone: "na" },
];
const FORM = {
  code: "home", version: 1, title: "入户走访",
  sections: [
    {
      code: "safety", title: "两不愁", about: "household", summary: { ask: ["food", "water"], all_ok: "都好" },
      questions: [
        { code: "food", label: "吃", type: "choice", required: true, options: STANDS },
        {
          code: "water", label: "喝水", type: "choice", required: true, options: STANDS, photo: "optional", photo_why: "拍水管",
          opens_issue: { when: "bad", text: "喝水不达标" },
        },
        { code: "water_problem", label: "哪里不好", type: "text", under: "water", visible_when: "answers.water == 'bad'", carry: false },
      ],
    },
    {
      code: "child", title: "孩子近况", about: "person", filter: "person.age < 18", never_face: true,
      notice: { title: "别拍孩子的脸", text: "拍屋子就行。" },
      questions: [
        { code: "room", label: "屋子和书桌", type: "photo", photo: "optional" },
        { code: "carer", label: "谁在照看", type: "choice", options: [{ code: "parent", label: "爸妈" }, { code: "other", label: "别的人" }] },
      ],
    },
  ],
};
const PROGRAM = compile(FORM);
const HOUSEHOLD = { id: "h", name: "陈大山", group: "五组", door: "4" };
const OLD = { id: "p1", name: "赵秀兰", born_on: "1954-03-01" };
const CHILD = { id: "p2", name: "陈浩宇", born_on: "2016-09-01" };
const LAST = { safety: { at: "2026-04-09T09:00:00+08:00", visit_id: "v1", answers: { food: "ok", water: "ok" } } };

function drawn({ draft = {}, people = [OLD], last = LAST, photos = [], ui = {} } = {}) {
  const whole = {
    id: "d", household_id: "h", form: { code: "home", version: 1 }, mode: "home", met: [], answers: {}, unchanged: [], issues: [],
    next_on: null, started_at: "2026-04-17T09:00:00+08:00", ...draft, ui: { ...freshUi(), ...ui },
  };
  const input = { household: HOUSEHOLD, people, answers: whole.answers, unchanged: whole.unchanged, last, on: whole.started_at };
  const { sections } = PROGRAM.run(input);
  const view = visitOf({
    draft: whole, sections, household: HOUSEHOLD, people, photos, today: "2026-04-17", every: 7, busy: null,
    words: (question, value) => answerWords(question, value, people),
    lastOf: (code, person) => answersOf(last, code, person)?.answers,
  });
  return { view, sections, block: view.blocks[0] };
}

test("a section opens with what was found last time, closed", () => {
  const { block, view } = drawn();
  assert.deepEqual([block.mode, block.last, block.aside, block.unchanged], ["closed", "都好", "上次 4 月 9 日", false]);
  assert.equal(view.title, "陈大山家");
  assert.equal(view.place, "五组 4 号");
});

test("无变化 folds it to one line", () => {
  const { block } = drawn({ draft: { unchanged: [{ section: "safety", since: "v1" }] } });
  assert.deepEqual([block.mode, block.unchanged, block.line], ["folded", true, "无变化"]);
});

test("有变化 shows last time's answers as rows, and opens only the one that is touched", () => {
  const answers = { safety: { food: "ok", water: "bad" } };
  const { block } = drawn({ draft: { answers }, ui: { opened: { safety: true }, lines: { safety: { water: true } } } });
  assert.equal(block.mode, "open");
  assert.deepEqual(block.lines.map((line) => [line.code, line.open]), [["food", false], ["water", true]]);
  const water = block.lines[1];
  assert.deepEqual(water.fields.map((field) => field.code), ["water", "water_problem"]);
  assert.equal(water.fields[0].aside, "上次：达标");
  assert.equal(water.issue, true);
  assert.equal(water.photo.why, "拍水管");
  assert.deepEqual(block.lines[0].value, { words: "达标", icon: "check", due: false });
});

test("a first visit has its sections open, with one answer for all and one for nothing", () => {
  const { block } = drawn({ last: {} });
  assert.deepEqual([block.mode, block.first, block.all_ok, block.same_word], ["open", true, "都好", "没有要记的"]);
  assert.ok(block.lines.every((line) => line.open));
});

test("only what somebody began is found wanting", () => {
  assert.deepEqual(faultsOf(drawn({ last: {} }).sections), []);
  const { sections, view } = drawn({ last: {}, draft: { answers: { safety: { food: "ok" } } }, ui: { problems: true, opened: { safety: true } } });
  assert.deepEqual(faultsOf(sections).map((fault) => [fault.key, fault.question]), [["safety", "water"]]);
  assert.equal(view.again, true);
  assert.notEqual(view.blocks[0].lines[1].fields[0].problem, "");
});

test("a part of which nothing is said is left, where something in it should be said", () => {
  const { sections } = drawn({ people: [OLD, CHILD], ui: { problems: true } });
  assert.deepEqual(leftOf(sections), [{ key: "safety", question: "" }]);
  assert.deepEqual(leftOf(sections).map(pathOf), ["answers.safety"]);
  assert.equal(drawn({ ui: { problems: true } }).view.left, "还有 1 个部分没看。没变化的，点一下“无变化”。");
  assert.deepEqual(leftOf(drawn({ draft: { unchanged: [{ section: "safety", since: "v1" }] } }).sections), []);
  assert.equal(pathOf({ key: "elder:p1", question: "medicine" }), "answers.elder.p1.medicine");
});

test("a child's section is named, and its camera stands in the notice alone", () => {
  const { view } = drawn({ people: [OLD, CHILD], ui: { opened: { "child:p2": true } } });
  const child = view.blocks.find((block) => block.section === "child");
  assert.equal(child.person, "p2");
  assert.match(child.title, /^陈浩宇/);
  assert.deepEqual(child.lines.map((line) => line.code), ["carer"]);
  assert.deepEqual([view.child.title, view.child.code], ["别拍孩子的脸", "room"]);
});

test("where no child lives, nothing is said of faces", () => {
  assert.equal(drawn().view.child, null);
});

test("pictures of a question stand with it, the others at the end", () => {
  const photos = [{ sha256: "a", thumb_url: "blob:a", question: "water" }, { sha256: "b", thumb_url: null, question: null, notice: "原样存下" }];
  const { view, block } = drawn({ photos, draft: { answers: { safety: { food: "ok", water: "ok" } } }, ui: { opened: { safety: true } } });
  assert.deepEqual(view.photos.map((photo) => [photo.sha256, photo.caption]), [["b", "原样存下"]]);
  assert.deepEqual(block.lines[1].photo.photos.map((photo) => photo.sha256), ["a"]);
});

test("the next day is filled in where it is known, and a day gone by is named", () => {
  assert.deepEqual(drawn({ draft: { next_on: "2026-04-24" } }).view.next.why, "7 天一次，可以改");
  assert.equal(drawn({ draft: { next_on: "2025-04-24" } }).view.next.wrong, true);
});

test("a call asks whom one reached; names of persons are kept in keys", () => {
  assert.equal(drawn({ draft: { mode: "phone" } }).view.met_word, "和谁联系上了");
  assert.deepEqual(partsOf(keyOf({ code: "elder", person_id: "p1" })), { code: "elder", personId: "p1" });
  assert.deepEqual(partsOf("safety"), { code: "safety", personId: null });
});

test("short answers stand beside each other, long ones below", () => {
  assert.equal(shapeOf({ type: "choice" }, STANDS), "");
  assert.equal(shapeOf({ type: "yesno" }, [{ label: "是" }, { label: "不是" }]), "two");
  assert.equal(shapeOf({ type: "choice" }, [{ label: "有时候一个人在家里" }]), "left one");
  assert.equal(shapeOf({ type: "choices" }, STANDS), "left two");
});
