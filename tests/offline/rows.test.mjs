/** What the pages read of homes, people, tasks, returned photos, forms and settings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { file, offline, picture, saveVisit, visit, withLab } from "./lab.mjs";

const TODAY = "2026-11-20";
const section = { code: "house", title: "房子", about: "household", questions: [{ code: "water", label: "喝水", type: "choice" }] };
const form = (version) => ({ code: "home", version, title: "入户", sections: [section] });

function village(county) {
  const tell = (type, id, data) => county.tell({ type, id, data });
  tell("division", "349927101203", { code: "349927101203", name: "毛安村", pinyin: "maoancun", initials: "mac" });
  tell("household", "h1", { name: "刘桂英户", pinyin: "liuguiyinghu", initials: "lgyh", division: "349927101203", group: "3", door: "12", tags: ["dibao"], last_visit: null });
  tell("household", "h2", { name: "张国庆户", village: "石桥村", group: "2", door: "7", tags: [], last_visit: { id: "v0", on: "2026-10-01", mode: "home" } });
  tell("household", "h3", { name: "汪水生户", village: "毛安村", group: "3", door: "2", tags: [] });
  tell("person", "p1", { household_id: "h1", name: "刘桂英", pinyin: "liuguiying", initials: "lgy", id_last4: "002X", is_head: true, tags: ["elder"] });
  tell("person", "p2", { household_id: "h1", name: "王小宝", pinyin: "wangxiaobao", initials: "wxb", id_last4: "1234", tags: ["child"] });
  tell("person", "p3", { household_id: "h2", name: "张国庆", pinyin: "zhangguoqing", initials: "zgq", id_last4: "5678", is_head: true });
  tell("task", "t1", { kind: "visit", household_id: "h1", due_on: "2026-11-19", why: "该看看老人" });
  tell("task", "t2", { kind: "visit", household_id: "h2", due_on: "2026-12-01", why: "每季度" });
  tell("form", "home@1", form(1));
  tell("form", "home@2", form(2));
  tell("setting", "hotline", { code: "hotline", value: "0556-1234567" });
}

const ready = (work) => withLab(async (lab) => {
  village(lab.county);
  const tab = await lab.signedIn();
  await tab.sync.syncNow();
  await work(tab, lab);
});
const found = async (tab, query) => (await tab.rows.search(query)).map((one) => one.id);

test("homes come in the order of their doors, with what matters about them", ready(async (tab) => {
  const homes = await tab.rows.households();
  assert.deepEqual(homes.map((one) => one.id), ["h3", "h1", "h2"]);
  const { plaque, head, people, why, filters, village: name, last_visit } = homes[1];
  assert.deepEqual({ plaque, head, people, why, name, last_visit },
    { plaque: { group: "3", door: "12" }, head: "刘桂英", people: 2, why: ["该看看老人"], name: "毛安村", last_visit: null });
  assert.deepEqual(filters, ["due", "never", "dibao", "elder", "child"]);
  assert.equal(homes[2].due_on, "2026-12-01");
}));

test("a home is half written once something was said, not when its visit was only opened", ready(async (tab) => {
  const draft = await tab.drafts.openDraft({ household_id: "h2", form: { code: "home", version: 2 } });
  const marked = async () => {
    const item = (await tab.rows.households()).find((one) => one.id === "h2");
    return [item.filters.includes("draft"), (await tab.rows.household("h2")).draft?.id ?? null];
  };
  assert.deepEqual(await marked(), [false, null]);
  await tab.drafts.saveDraft({ ...draft, met: ["p3"], ui: { touched: true } });
  assert.deepEqual(await marked(), [true, draft.id]);
}));

test("a home is found by name, pinyin, initials, last four and village", ready(async (tab) => {
  for (const [query, ids] of Object.entries({
    "": ["h3", "h1", "h2"], 王小宝: ["h1"], 小宝: ["h1"], wangxiao: ["h1"], WXB: ["h1"], "1234": ["h1"], "002x": ["h1"], 毛安: ["h3", "h1"], 没有: [],
    "毛安 刘": ["h1"], "三组": ["h3", "h1"], "石桥 张": ["h2"], "毛安 张": [], "ｗｘｂ": ["h1"], maoan: ["h3", "h1"], "mac wxb": ["h1"],
  })) assert.deepEqual(await found(tab, query), ids, query);
  assert.deepEqual((await tab.rows.search("小宝"))[0].hit, { person_id: "p2", name: "王小宝" });
}));

test("500 homes answer every key from memory", withLab(async (lab) => {
  for (let i = 0; i < 500; i += 1) {
    lab.county.tell({ type: "household", id: `h${i}`, data: { name: `第${i}户`, village: "毛安村", group: `${i % 9}`, door: `${i}` } });
    lab.county.tell({ type: "person", id: `p${i}`, data: { household_id: `h${i}`, name: `刘${i}`, pinyin: `liu${i}`, initials: "l", id_last4: String(1000 + i) } });
  }
  lab.county.page = 500;
  const tab = await lab.signedIn();
  await tab.sync.syncNow();
  assert.equal((await tab.rows.households()).length, 500);
  const store = tab.db.personStore("u-gao");
  let reads = 0;
  store.rows.hook("reading", (row) => ((reads += 1), row));
  assert.deepEqual(await found(tab, "1042"), ["h42"]);
  assert.equal((await found(tab, "liu")).length, 500);
  assert.equal(reads, 0);
}));

test("a home has its people, tasks, visits and what was found last", ready(async (tab) => {
  await saveVisit(tab, "h1", [], { form: { code: "home", version: 2 } });
  const home = await tab.rows.household("h1");
  assert.deepEqual(home.people.map((one) => one.id), ["p1", "p2"]);
  assert.equal(home.household.village, "毛安村");
  assert.deepEqual(home.visits.map((one) => [one.local, one.answers.house.water]), [[true, "ok"]]);
  assert.deepEqual((await tab.rows.lastAnswers("h1")).house.answers, { water: "ok" });
  assert.equal(await tab.rows.household("nobody"), null);
}));

test("a home that was just visited is not due, and is again if the county says so", ready(async (tab, lab) => {
  assert.deepEqual((await tab.rows.tasks(TODAY)).map((one) => [one.id, one.overdue]), [["t1", true], ["t2", false]]);
  const { id } = await saveVisit(tab, "h1");
  assert.deepEqual((await tab.rows.tasks(TODAY)).map((one) => one.id), ["t2"]);
  const [home] = await tab.rows.search("刘桂英");
  assert.deepEqual([home.filters.includes("due"), home.filters.includes("unsent"), home.last_visit.id], [false, true, id]);
  lab.county.tell({ type: "visit", id, data: { ...visit("h1") } });
  await tab.sync.syncNow();
  assert.deepEqual((await tab.rows.tasks(TODAY)).map((one) => one.id), ["t1", "t2"]);
}));

test("a returned photo is a task until it is answered here, and again when it comes back", ready(async (tab, lab) => {
  const review = (more) => lab.county.tell({
    type: "review", id: "r1", data: { household_id: "h1", visit_id: "v1", sha256: "a".repeat(64), state: "returned", reason: "unclear", note: "再拍近些", marks: [], decided_at: "2026-11-18T10:00:00+08:00", ...more },
  });
  review({});
  await tab.sync.syncNow();
  const [task] = await tab.rows.tasks(TODAY);
  assert.deepEqual([task.kind, task.household.id, task.due_on], ["photo", "h1", "2026-11-18"]);
  assert.equal((await tab.rows.reviews())[0].note, "再拍近些");
  const draft = await tab.drafts.openDraft({ household_id: "h1", form: { code: "review:r1", version: 1 } });
  await tab.photos.addPhoto(file(picture("again")), { draft_id: draft.id });
  const [photo] = await tab.photos.payloadPhotos(draft.id);
  const { id } = await tab.outbox.enqueue({ type: "photo.answer", payload: { review_id: "r1", photo }, draft_id: draft.id });
  assert.deepEqual(await tab.rows.reviews(), []);
  await lab.clock.advance(1000);
  await tab.sync.syncNow();
  assert.deepEqual([(await tab.outbox.item(id)).state, (await tab.outbox.item(id)).parts], ["received", 2]);
  assert.deepEqual(await tab.rows.reviews(), []);
  await lab.clock.advance(1000);
  review({ note: "还是看不清" });
  await tab.sync.syncNow();
  assert.equal((await tab.rows.reviews())[0].note, "还是看不清");
}));

test("a finding is gone once it is settled here, and shown again when the county opens it anew", ready(async (tab, lab) => {
  const tell = (why) => lab.county.tell({ type: "finding", id: "f1", data: { household_id: "h1", kind: "finding", why, todo: "去看", questions: [] } });
  const shown = async () => (await tab.rows.household("h1")).registers.finding.map((one) => one.why);
  tell("高龄应补未补");
  await tab.sync.syncNow();
  assert.deepEqual(await shown(), ["高龄应补未补"]);
  await tab.outbox.enqueue({ type: "finding.settle", payload: { finding_id: "f1", how: "corrected", reason: "已经申请" } });
  assert.deepEqual(await shown(), []);
  await lab.clock.advance(1000);
  await tab.sync.syncNow();
  assert.deepEqual(await shown(), []);
  await lab.clock.advance(1000);
  tell("又没有了");
  await tab.sync.syncNow();
  assert.deepEqual(await shown(), ["又没有了"]);
}));

test("what was added or changed here shows before the county knows it", ready(async (tab) => {
  const added = await tab.outbox.enqueue({ type: "household.add", payload: { name: "新来户", village: "毛安村", group: "3", door: "1" } });
  await tab.outbox.enqueue({ type: "person.change", payload: { person_id: "p1", phone: "13800000000" }, base_version: 1 });
  assert.deepEqual(await found(tab, "新来"), [added.id]);
  const person = (await tab.rows.household("h1")).people.find((one) => one.id === "p1");
  assert.deepEqual([person.phone, person.name], ["13800000000", "刘桂英"]);
  assert.equal((await tab.rows.household(added.id)).household.name, "新来户");
}));

test("a trouble noted here is among those of the home", ready(async (tab) => {
  await tab.outbox.enqueue({ type: "issue.add", payload: { household_id: "h1", text: "桥断了" } });
  assert.deepEqual((await tab.rows.household("h1")).issues.map((one) => [one.text, one.local]), [["桥断了", true]]);
}));

test("forms by version or the newest; settings by name", ready(async (tab) => {
  assert.equal((await tab.rows.form("home")).version, 2);
  assert.equal((await tab.rows.form("home", 1)).version, 1);
  assert.equal(await tab.rows.form("home", 9), null);
  assert.equal(await tab.rows.setting("hotline"), "0556-1234567");
  assert.equal(await tab.rows.setting("none"), null);
}));

test("a key in the search box asks no store, and after the lock none is answered from memory", ready(async (tab) => {
  await tab.rows.households();
  const store = tab.db.personStore("u-gao");
  const phone = tab.db.phoneStore();
  const asked = [];
  for (const one of [store, phone]) one.transaction = () => asked.push(one.name) && Promise.reject(new Error("asked"));
  assert.deepEqual(await found(tab, "lgy"), ["h1"]);
  assert.deepEqual(asked, []);
  for (const one of [store, phone]) delete one.transaction;
  await tab.session.lock();
  await assert.rejects(found(tab, "lgy"), offline("locked"));
}));

test("what was changed on this phone is found at once", ready(async (tab) => {
  assert.deepEqual(await found(tab, "新名字"), []);
  await tab.outbox.enqueue({ type: "household.change", base_version: 1, payload: { household_id: "h2", name: "新名字户" } });
  assert.deepEqual(await found(tab, "新名字"), ["h2"]);
}));
