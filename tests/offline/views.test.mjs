/** What the screens say: words, the status line, today, the list, what is on its way, the returned photo. */
import { inDoorOrder } from "../../assets/offline/doors.js";
import assert from "node:assert/strict";
import { test } from "node:test";

const load = (name) => import(`../../assets/offline/views/${name}.js?tab=views`);
const words = await load("words");
const { frameOf } = await load("frame");
const { todayOf } = await load("today");
const { householdsOf } = await load("households");
const { outboxOf } = await load("outbox");
const { markPath, returnedRow } = await load("review");
const { calledOf, callsOf, childrenOf, missingIn, noteText, reportOf, situationsOf } = await load("urgent");
const { meOf } = await load("me");

const NOW = "2026-04-17T10:42:00.000+08:00";
const TODAY = "2026-04-17";
const plain = (text) => text.replace(/[\u2060\u200b]/g, "");

test("days and times are said as people say them", () => {
  assert.equal(words.dayWords("2026-04-09", TODAY), "4 月 9 日");
  assert.equal(words.dayWords("2025-10-08", TODAY), "去年 10 月 8 日");
  assert.equal(words.dayWords("2023-01-02", TODAY), "2023 年 1 月 2 日");
  assert.equal(words.whenWords("2026-04-17T01:20:00Z", NOW), "今天 9:20");
  assert.equal(words.whenWords("2026-04-16T00:12:00Z", NOW), "昨天 8:12");
  assert.equal(words.agoWords("2026-04-17T10:41:30+08:00", NOW), "刚刚");
  assert.equal(words.weekday(TODAY), "周五");
});

test("the day of a moment is China's, whatever zone it is written in", () => {
  assert.equal(words.dayOf("2026-04-16T16:30:00Z"), TODAY);
  assert.equal(words.dayOf("not a day"), "");
});

test("groups and doors are read however the ledger wrote them", () => {
  assert.equal(words.groupWords("3"), "三组");
  assert.equal(words.groupWords("12组"), "十二组");
  assert.equal(words.groupWords("4.0"), "四组");
  assert.equal(words.groupWords("上屋"), "上屋组");
  assert.equal(words.placeWords({ group: "三组", door: "12 号" }), "三组 12 号");
  assert.equal(words.placeWords({ group: "", door: "" }), "");
});

const calm = { n: 0, of: 0, at: null, sentence: "", state: "idle" };
const line = (facts) => {
  const frame = frameOf({ sync: calm, counts: { outbox: 0, all: 0, fix: 0 }, expired: false, signedIn: true, saved: null, now: NOW, online: false, ...facts });
  return plain(frame.before + (frame.counted ? frame.count : "") + frame.after);
};

test("the status line tells where the work is, in one tone", () => {
  const waiting = { counts: { outbox: 3, all: 4, fix: 0 } };
  assert.equal(line({}), "已连上县里");
  assert.equal(line({ ...waiting, sync: { ...calm, state: "offline" } }), "没有信号·存着 3 条");
  assert.equal(line({ sync: { ...calm, state: "offline" } }), "没有信号，也能用");
  assert.equal(line({ ...waiting, sync: { ...calm, state: "offline" }, online: true }), "没连上县里·存着 3 条");
  assert.equal(line({ counts: { outbox: 2, all: 2, fix: 2, stuck: 2 } }), "有 2 条要改");
  assert.equal(line({ counts: { outbox: 2, all: 2, fix: 2, stuck: 1 } }), "等着上传 2 条");
  assert.equal(line({ ...waiting, sync: { ...calm, state: "sending", n: 3, of: 5 } }), "正在上传 3/5");
  assert.equal(line({ saved: "2026-04-17T10:41:50+08:00" }), "已存在手机·刚刚");
  assert.equal(line({ signedIn: false, sync: { ...calm, state: "offline" } }), "没有信号，也能登录");
  assert.equal(line({ expired: true }), "登录过期，点这里登录");
});

const home = (id, more = {}) => ({
  id, name: `户主${id}`, head: `户主${id}`, plaque: { group: "三组", door: "12" }, village: "毛安村", people: 2, why: [], due_on: null,
  filters: [], last_visit: null, ...more,
});
const task = (household, due_on, why = "7 天看一次") => ({ id: `t-${household.id}-${due_on}`, kind: "visit", household, due_on, why });
const facts = (more) => ({ tasks: [], reviews: [], visited: new Set(), today: TODAY, stale: "", whole: true, ...more });

test("the longest due home is on the plate, the others follow, the next days last", () => {
  const [a, b, c] = [home("a"), home("b", { last_visit: { on: "2026-04-09" } }), home("c")];
  const today = todayOf(facts({ tasks: [task(a, TODAY), task(b, "2026-04-10"), task(c, "2026-04-19")] }));
  assert.equal(today.title, "今天该去 2 户");
  assert.equal(today.next.id, "b");
  assert.deepEqual(today.next.lines, ["7 天看一次。", "上次 4 月 9 日。"]);
  assert.deepEqual(today.rest.map((row) => [row.id, row.why]), [["a", "今天该去"]]);
  assert.deepEqual(today.soon.map((row) => [row.id, row.why]), [["c", "还差 2 天"]]);
});

test("a home visited today makes room for the next one, also before the county knows", () => {
  const today = todayOf(facts({ tasks: [task(home("a"), TODAY), task(home("b"), TODAY)], visited: new Set(["a"]) }));
  assert.equal(today.next.id, "b");
  assert.equal(todayOf(facts({ tasks: [task(home("a"), TODAY)], visited: new Set(["a"]) })).next, null);
});

test("that nobody is to be seen is known only when all has come", () => {
  assert.equal(todayOf(facts({ whole: false })).coming, true);
  assert.equal(todayOf(facts({})).coming, false);
});

test("what is due for one home is said once, on one line", () => {
  const a = home("a");
  const today = todayOf(facts({ tasks: [task(home("z"), "2026-04-01"), task(a, TODAY), task(a, TODAY, "监测户"), task(a, TODAY)] }));
  assert.equal(today.rest.length, 1);
  assert.equal(today.rest[0].line, "7 天看一次", "one sentence is read, two are not");
});

test("who needs somebody most stands first: what happened, then the closest watched of the overdue, then what is due", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((id) => home(id));
  const tasks = [
    { ...task(a, "2026-01-01"), every_days: 90 }, { ...task(b, "2026-04-10"), every_days: 7 },
    { ...task(c, TODAY), every_days: 7 }, { ...task(d, "2026-04-18", "d摔过，快去看看"), every_days: 7, urgent: true },
  ];
  const today = todayOf(facts({ tasks, visited: new Set(["d"]) }));
  assert.equal(today.title, "今天该去 4 户");
  assert.deepEqual([today.next.id, ...today.rest.map((row) => row.id)], ["d", "b", "a", "c"]);
  assert.equal(today.next.why, "要紧，今天去");
});

test("other work is told after the visit, and a returned picture is no home to go to", () => {
  const a = home("a");
  const paper = { ...task(a, "2026-04-16", "残疾证要换"), kind: "certificate" };
  const today = todayOf(facts({ tasks: [paper, task(a, TODAY), { ...task(home("b"), TODAY), kind: "photo" }] }));
  assert.deepEqual([today.next.id, ...today.next.lines.slice(0, 2)], ["a", "7 天看一次。", "还有 1 件要办，在这一户里看。"]);
  assert.equal(today.rest.length, 0);
});

test("the reason that is told is one that calls today, and a home seen today gives way to one not seen", () => {
  const [a, b] = [home("a"), home("b")];
  const seen = { ...task(a, "2026-04-24"), every_days: 7 };
  const found = { ...task(a, "2026-04-20", "孩子没有靠得住的人照看"), kind: "finding", urgent: true };
  const agreed = { ...task(a, "2026-03-18", "协议该看了"), kind: "inspection" };
  const waits = { ...task(b, "2026-04-10"), every_days: 7 };
  assert.equal(todayOf(facts({ tasks: [seen, agreed, found] })).next.lines[0], "孩子没有靠得住的人照看。");
  const today = todayOf(facts({ tasks: [seen, agreed, waits] }));
  assert.deepEqual([today.next.id, today.rest[0].id, today.rest[0].line], ["b", "a", "协议该看了"]);
});

test("a visit whose day has not come is no work that waits in a home", () => {
  const a = home("a");
  const seen = { ...task(a, "2026-04-24"), every_days: 7 };
  const agreed = { ...task(a, "2026-03-18", "协议该看了"), kind: "inspection" };
  const paper = { ...task(a, "2026-04-30", "残疾证要换"), kind: "certificate" };
  const fell = { ...task(a, "2026-04-30", "摔过，快去看看"), kind: "finding", urgent: true };
  const told = (...tasks) => todayOf(facts({ tasks })).next.lines.slice(0, -1);
  assert.deepEqual(told(seen, agreed, paper), ["协议该看了。"]);
  assert.deepEqual(told(seen, agreed, paper, fell), ["摔过，快去看看。", "还有 1 件要办，在这一户里看。"]);
  assert.deepEqual(told(task(a, "2026-04-19"), paper), ["7 天看一次。"], "nothing is due in it yet");
});

const { raisedIn } = await import("../../assets/offline/raised.js?tab=views");
const heard = (answers) => raisedIn({ id: "v", payload: { household_id: "a", started_at: "2026-04-16T16:30:00Z", answers } });

test("a visit that heard of something grave raises a task on this phone already", () => {
  const [row] = heard({ elder: { p: { event: ["fall", "back"] } }, safety: { food: "ok", home_event: ["died"] } });
  assert.deepEqual(row.data, { kind: "visit", household_id: "a", due_on: "2026-04-18", why: "家里有人摔过、去世了，快去看看", urgent: true });
  assert.deepEqual(heard({ elder: { p: { event: ["back"], difficulties: ["daily"] } } }), []);
  assert.deepEqual(heard(undefined), []);
});

const { contactsOf, factsOf, officialOf, reportedOf } = await load("registers");
const said = (field, value) => (value ? `${field}=${value}` : "");

test("a person's line of each register is said in words, with papers until when", () => {
  const registers = {
    elder: [{ person_id: "p", tier_name: "失能或独居高龄", every_days: 7 }],
    hardship: [{ person_id: "p", support_words: "分散供养", grade_words: "半失能", carer: { name: "王芳" } }],
    child: [{ person_id: "q", ledger: { "person.carer": "grandparent" }, risk: "red" }],
    disability: [{ person_id: "r", kind_words: "肢体二级", valid_to: "2026-04-01" }],
    agreement: [{ person_id: "p", kind: "support", to_on: "2026-12-31" }, { person_id: "p", kind: "care", open_ended: true }],
  };
  const lines = (id) => factsOf(id, registers, { today: TODAY, said }).map(({ name, value }) => `${name}：${value}`);
  assert.deepEqual(lines("p"), [
    "看望：失能或独居高龄，7 天一次", "赡养协议：到 12 月 31 日", "特困：分散供养，半失能", "照料的人：王芳", "照料协议：长期",
  ]);
  assert.deepEqual(lines("q"), ["谁在照看：person.carer=grandparent", "委托书：还没签", "风险：高"]);
  assert.deepEqual(lines("r"), ["残疾证：肢体二级，已过期，到 4 月 1 日"]);
  assert.deepEqual(factsOf("p", {}, { today: TODAY, said }), []);
});

test("whom to call: who first, when a call came through, and the question only where nobody has called", () => {
  const row = (id, more) => ({ id, person_id: "p", kind: "emergency", rank: 1, name: id, phone: "1", confirmed_on: null, ...more });
  const contact = [row("b", { rank: 2, confirmed_on: "2026-04-01", result: "reached", expired: false }), row("a", {}), row("c", { phone: "" })];
  const rows = contactsOf({ id: "p" }, { contact }, TODAY, new Map());
  assert.deepEqual(rows.map((one) => [one.id, one.called, one.ask]), [["a", "还没打通过", true], ["c", "还没打通过", false], ["b", "4 月 1 日 打通过", false]]);
  assert.deepEqual(contactsOf({ id: "p" }, { contact }, TODAY, new Map([["a", "not_reached"]]))[0].called, "今天没打通，记下了");
  assert.equal(contactsOf({ id: "p", contacts: [{ kind: "carer", name: "王芳" }] }, {}, TODAY, new Map())[0].line, "照看人");
});

test("the official of a home and what was told of already name who and when", () => {
  const pairing = [{ official: { name: "李强", unit: "县民政局", phone: "2" }, last_visit: { on: "2026-04-09" } }];
  assert.equal(officialOf({ pairing }, TODAY).line, "县民政局，帮扶责任人，上次走访 4 月 9 日");
  assert.equal(officialOf({}, TODAY), null);
  const issues = [{ id: "i", text: "水管坏了", state: "open", created_at: "2026-04-09", by: "王芳" }, { id: "j", text: "好了", state: "done" }];
  assert.deepEqual(reportedOf(issues, TODAY), [{ id: "i", text: "水管坏了", line: "4 月 9 日 王芳报的，在办" }]);
});

const { withKnown } = await import("../../assets/offline/known.js?tab=views");

test("a section that nobody answered opens with what the county knows, when all it must have is known", () => {
  const q = (code, more) => ({ code, label: code, type: "choice", required: true, options: [{ code: "able", label: "能" }, { code: "no", label: "不能" }], ...more });
  const elder = { code: "elder", about: "person", questions: [
    q("care", { fills: "person.self_care" }), q("name", { type: "text", fills: "contact.emergency.name", options: undefined }),
    q("event", { type: "choices", required: false, carry: false, fills: "person.event" }),
  ] };
  const person = { id: "p", ledger: { "person.self_care": "able", "person.event": ["fall"] }, contacts: [{ kind: "emergency", name: "王芳" }] };
  const known = (one) => withKnown({}, { sections: [elder] }, { household: {}, people: [one] });
  assert.deepEqual(known(person), { elder: { p: { at: "", visit_id: null, answers: { care: "able", name: "王芳" } } } });
  assert.deepEqual(known({ ...person, contacts: [] }), {}, "half of it is asked as on a first visit");
  const before = { elder: { p: { at: "x", visit_id: "v", answers: { care: "no" } } } };
  const after = withKnown(before, { sections: [elder] }, { household: {}, people: [person] });
  assert.deepEqual(after.elder.p.answers, { care: "no", name: "王芳" }, "what was answered stays, what must be there is laid below");
  const six = { ...elder, questions: [q("cannot", { type: "choices", fills: "hardship.cannot" })] };
  const able = { person_id: "p", eats: true, dresses: true, gets_up: true, toilet: true, walks: false, bathes: true };
  const asked = (row) => withKnown({}, { sections: [six] }, { household: {}, people: [person], registers: { hardship: [row] } }).elder?.p.answers;
  assert.deepEqual(asked(able), { cannot: ["walks"] });
  assert.deepEqual(asked({ ...able, walks: true }), { cannot: ["none"] });
  assert.equal(asked({ ...able, walks: null }), undefined);
});

const list = (more) => householdsOf({ found: [], all: 0, query: "", filter: "all", shown: 50, synced: true, ...more });

test("an empty list says what to do next", () => {
  assert.equal(list({ all: 0, synced: false }).empty.title, "等第一次更新");
  assert.deepEqual(list({ all: 9, query: "lgy" }).empty, { title: "没找到 lgy", line: "试试名字或后四位。" });
});

test("a row shows what was hit: the head by the mark, a member by name", () => {
  const own = { ...home("a"), head: "刘桂英", hit: { person_id: "p", name: "刘桂英" } };
  const member = { ...home("b"), head: "张国庆", hit: { person_id: "q", name: "陆桂云" } };
  const [first, second] = list({ found: [own, member], all: 2, query: "lgy" }).rows;
  assert.deepEqual([first.mark, first.member], ["lgy", ""]);
  assert.deepEqual([second.mark, second.member, second.member_mark], ["", "陆桂云", "lgy"]);
});

test("rows beyond the page wait, and filters keep only their own", () => {
  const found = [...Array(60).keys()].map((n) => home(String(n), { filters: n % 2 ? ["elder_alone"] : ["child_hardship"] }));
  assert.equal(list({ found, all: 60 }).more, true);
  assert.equal(list({ found, all: 60 }).rows.length, 50);
  assert.equal(list({ found, all: 60, filter: "elder" }).title, "找到 30 户");
});

test("homes stand in the order in which one walks", () => {
  const at = (id, group, door) => home(id, { plaque: { group, door } });
  const found = [at("a", "十一组", "2"), at("b", "2", "30"), at("c", "二组", "4"), at("d", "", "")];
  assert.deepEqual(inDoorOrder(found).map((row) => row.id), ["c", "b", "a", "d"]);
});

const item = (more) => ({
  id: "i", type: "visit", household_id: "a", at: "2026-04-17T09:20:00+08:00", state: "phone", parts: 1, sent_parts: 0, bytes: 0,
  sent_bytes: 0, sentence: "", receipt: null, kept_photos: [], questions: [], mode: "home",
  arrived_at: null, asked: false, as_is: false, ...more,
});
const outbox = (items) => outboxOf({ items, homes: new Map([["a", home("a")]]), now: NOW, at: NOW });

test("what has to be corrected comes first, with its sentence and the way there", () => {
  const rejected = item({ state: "fix", sentence: "下次日期写成去年了，改一下。", receipt: { id: "i", status: "rejected" } });
  const { fix, empty } = outbox([item({ id: "j" }), rejected]);
  assert.equal(fix[0].href, "/visit/a?fix=i");
  assert.deepEqual([fix[0].sentences, fix[0].act], [["下次日期写成去年了，改一下。"], "change"]);
  assert.equal(empty, null);
});

test("a stored visit that is asked about says when it was and that the county has it", () => {
  const questions = ["下次日期写成去年了，改一下。", "二", "三", "四"].map((message) => ({ message }));
  const { fix } = outbox([item({ state: "fix", asked: true, at: "2026-04-16T09:20:00+08:00", questions, parts: 3, sent_parts: 1 })]);
  assert.equal(fix[0].line, "昨天 9:20 上门，县里已存着，还有照片 2 张");
  assert.deepEqual(fix[0].sentences, [...questions.slice(0, 3).map((one) => one.message), "还有 1 处，打开就看到。"]);
  assert.deepEqual([fix[0].href, fix[0].act], ["/visit/a?fix=i", "asked"]);
});

test("a picture that the county cannot take is taken again, or left; what never came is not called received", () => {
  const kept = item({ state: "fix", sentence: "有一张照片坏了", receipt: { id: "i", status: "stored" }, kept_photos: ["f".repeat(64)] });
  assert.deepEqual([outbox([kept]).fix[0].act, outbox([kept]).fix[0].href], ["again", "/visit/a?fix=i"]);
  const seen = { ...kept, state: "received", sentence: "文字县里已收到，有 1 张照片县里没收下，还在手机里", arrived_at: NOW };
  assert.equal(outbox([seen]).done[0].line, seen.sentence);
});

test("what was saved yesterday and arrived today is told today", () => {
  const yesterday = item({ state: "received", at: "2026-04-16T20:20:00+08:00", receipt: { id: "i", status: "stored" } });
  assert.equal(outbox([{ ...yesterday, arrived_at: NOW }]).done.length, 1);
  assert.equal(outbox([{ ...yesterday, arrived_at: "2026-04-16T20:21:00+08:00" }]).done.length, 0);
});

test("a visit on its way tells its parts", () => {
  const [row] = outbox([item({ state: "way", parts: 5, sent_parts: 3, receipt: { id: "i", status: "stored" } })]).waiting;
  assert.equal(row.words, "正在上传 3/5");
  assert.equal(row.line, "文字已到，还有照片 2 张");
  assert.equal(row.percent, "60%");
});

test("nothing waiting says since when", () => {
  assert.deepEqual(outbox([item({ state: "received" })]).empty, { title: "都传完了", line: "最后一次在今天 10:42。" });
  assert.equal(outbox([item({ state: "received" })]).done_title, "今天已到 1 条");
});

test("a returned photo shows the note; a question is asked, not blamed", () => {
  const returned = returnedRow({ id: "r", state: "returned", note: "没看到出水" }, { name: "张国庆", url: null, what: "喝水" });
  assert.deepEqual([returned.title, plain(returned.where), returned.note], ["照片要重拍", "张国庆家·喝水", "没看到出水"]);
  const asked = { id: "q", state: "waiting", questions: [{ id: "1", text: "像 3 月 2 日那张", answer: null }] };
  assert.deepEqual([returnedRow(asked, { name: "", url: null, what: "" }).title, returnedRow(asked, { name: "", url: null, what: "" }).note],
    ["请看一眼", "像 3 月 2 日那张"]);
});

test("the reviewer's marks become strokes in thousandths of the picture", () => {
  assert.equal(markPath({ kind: "circle", points: [[0.5, 0.25], [1, 1]] }, 0).path, "M 500 250 L 1000 1000");
  assert.match(markPath({ kind: "arrow", points: [[0, 0], [0.5, 0.5]] }, 1).path, /M 0 0 L 500 500 M 500 500 L .* M 500 500 L /);
  assert.deepEqual({ ...markPath({ kind: "text", points: [[0.1, 0.2]], text: "这里" }, 2) }, { key: "m2", path: "", text: "这里", x: 100, y: 200 });
});

test("a number is offered once, and only where there is one", () => {
  const calls = callsOf([{ name: "未保热线", number: "12345" }, { name: "值班", number: "" }, null, { name: "值班", number: "0556-1234" }]);
  assert.deepEqual(calls.map((call) => call.number), ["12345", "0556-1234"]);
  assert.equal(noteText({ chosen: ["走失"], text: " 后山 ", time: "今天 10:42" }), "紧急：走失。今天 10:42 打过电话。后山");
});

test("a report about a child says what was said and nothing else", () => {
  const said = { chosen: ["untended"], home: { id: "h1" }, child: "p1", where: "路边", text: " 一个人 ", called: ["110"], time: "今天 10:42", unit: "", number: "" };
  assert.deepEqual(reportOf(said), {
    situations: ["untended"], called: ["110"], household_id: "h1", person_id: "p1", seen: "一个人", called_at: "今天 10:42",
  });
  assert.deepEqual(reportOf({ ...said, home: null, child: "", text: "" }), {
    situations: ["untended"], called: ["110"], where: "路边", called_at: "今天 10:42",
  });
});

test("what is missing of a note is asked for in words", () => {
  const note = { who: "child", chosen: ["alone"], home: null, unlisted: false, where: "", text: "" };
  assert.match(missingIn(note), /哪一家/);
  assert.match(missingIn({ ...note, unlisted: true }), /在哪里/);
  assert.equal(missingIn({ ...note, unlisted: true, where: "路边" }), "");
  assert.match(missingIn({ ...note, who: "adult", unlisted: true, where: "路边" }), /哪一家/);
  assert.match(missingIn({ ...note, home: { id: "h" }, chosen: [], text: "有伤" }), /什么情况/);
  assert.equal(missingIn({ ...note, who: "adult", home: { id: "h" }, chosen: [], text: "有伤" }), "");
});

test("the children of a home and the numbers called can be chosen", () => {
  const people = [{ id: "a", name: "王浩", born_on: "2016-05-01" }, { id: "b", name: "刘桂英", born_on: "1940-01-01" }, { id: "c", name: "某" }];
  assert.deepEqual(childrenOf(people, "2026-03-05", "a"), [{ value: "a", label: "王浩", on: true }]);
  assert.deepEqual(calledOf([{ number: "12345" }], new Set(["110"])).map((one) => one.on), [true, false]);
  assert.equal(situationsOf("child", new Set(["sexual"])).filter((one) => one.on).length, 1);
});

test("我的 tells room and place in plain words", () => {
  const me = meOf({
    user: { name: "周建民", role: "village" }, size: "large", theme: "dark", homes: 312, at: NOW, now: NOW, village: "毛安村",
    space: { used: 38e6, free: 1e9, photos_left: 903, protected: true, short: false, sentence: "" },
    counts: { outbox: 2, all: 3, fix: 0 }, update: "none", ui: {},
  });
  assert.equal(plain(me.line), "周建民·毛安村干部");
  assert.deepEqual([me.room.words, me.room.line], ["占用 38 MB", "还够存约 900 张照片"]);
  assert.equal(me.sizes.find((size) => size.on).value, "large");
  assert.equal(me.kept, "还有 3 条没上传，退出后仍会留着。");
});

test("what comparisons found at a home stands with what to do, the earliest first; reminders are no work", async () => {
  const { doubtsOf } = await load("findings");
  const ways = [{ code: "how", options: [{ code: "corrected", label: "已纠正" }, { code: "in_order", label: "核实无误" }] }];
  const one = (id, due_on, more = {}) => ({ id, kind: "finding", why: `${id}。`, todo: "去看", due_on, questions: ways, ...more });
  const found = doubtsOf({ finding: [one("b", "2026-05-01"), one("a", "2026-04-19"), one("c", null, { kind: "reminder" }), one("d", "2026-04-01", { questions: [] })] }, TODAY);
  assert.deepEqual(found.map(({ id }) => id), ["a", "b"]);
  assert.deepEqual(found[0].ways, [{ key: "corrected", label: "已纠正" }, { key: "in_order", label: "核实无误" }]);
  assert.deepEqual(doubtsOf({}, TODAY), []);
});

test("why a home is due and when somebody came last are one sentence, however the reason ends", async () => {
  const { householdOf } = await load("household");
  const due = { id: "t", kind: "finding", due_on: TODAY, why: "小明：无受托人。" };
  const home = { household: { id: "h", name: "刘桂英" }, people: [], tasks: [due], visits: [], issues: [], draft: null };
  const shown = householdOf(home, { today: TODAY, last: [], told: {}, village: "毛安村", me: "" });
  assert.equal(shown.due.line, "小明：无受托人，还没走访过");
});
