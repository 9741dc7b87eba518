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
const { callsOf, noteText } = await load("urgent");
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
const facts = (more) => ({ tasks: [], reviews: [], visited: new Set(), today: TODAY, stale: "", ...more });

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

test("what is due for one home is said once, on one line", () => {
  const a = home("a");
  const today = todayOf(facts({ tasks: [task(home("z"), "2026-04-01"), task(a, TODAY), task(a, TODAY, "监测户"), task(a, TODAY)] }));
  assert.equal(today.rest.length, 1);
  assert.equal(today.rest[0].line, "7 天看一次，监测户");
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
