/**
 * The engine against a real county: one phone, bad weather, and a server that may be killed meanwhile.
 * `node against.mjs <url> <name> <password> <folder of JPEGs> <household> <seed>`; ends when all has arrived and
 * prints what the phone believes, as JSON.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "./county.mjs";
import { file, Lab, saveVisit } from "./lab.mjs";
import { until } from "./time.mjs";

const [url, name, password, folder, household, seed] = process.argv.slice(2);
const pictures = readdirSync(folder).sort().map((one) => new Uint8Array(readFileSync(join(folder, one))).buffer);
const lab = new Lab({ seed: Number(seed) });
lab.clock.at = Date.now();
let jar = "";

/** A browser's fetch with its cookie, over a line on which answers get lost. */
async function line(path, options) {
  const luck = lab.random();
  if (luck < 0.15) throw new TypeError("lost on the way");
  const headers = { ...options.headers, ...(jar && { cookie: jar }), origin: url };
  const answer = await fetch(url + path, { ...options, headers, cache: undefined, credentials: undefined });
  const cookie = answer.headers.get("set-cookie");
  if (cookie) jar = cookie.split(";")[0];
  const bytes = await answer.arrayBuffer();
  if (luck < 0.35 && path !== "/api/session") throw new TypeError("lost on the way back");
  return new Response(bytes.byteLength ? bytes : null, { status: answer.status, headers: answer.headers });
}

lab.county.fetch = line;
const tab = await lab.tab();
tab.darkroom.useDarkroom(async (bytes) => {
  const sum = sha256(Buffer.from(bytes));
  return { original_sha256: sum, sha256: sum, bytes, thumb: bytes.slice(0, 10), width: 800, height: 600 };
});
await until(() => tab.session.signIn(name, password).then(() => true, () => false));
const { drafts, photos, outbox, sync } = tab;
const saved = [];
for (const picture of pictures) {
  const draft = await drafts.openDraft({ household_id: household, form: { code: "home", version: 1 } });
  await photos.addPhoto(file(picture), { draft_id: draft.id });
  saved.push((await saveVisit(tab, household, [], { answers: { house: { water: "䶮𠮷 井水" } } })).id);
  console.log(JSON.stringify({ saved: saved.length }));
  await sync.syncNow();
}
const wrong = await outbox.enqueue({ type: "nonsense", payload: {} });
const missing = await outbox.enqueue({ type: "issue.add", payload: { household_id: tab.clock.uuid7(), text: "还不认得的户" } });
await until(async () => {
  await sync.syncNow();
  const states = (await outbox.items()).map((one) => one.state);
  return states.every((state) => ["received", "held", "fix"].includes(state));
});
const stateOf = async ({ id }) => (await outbox.item(id)).state;
const home = await tab.rows.household(household);
console.log(JSON.stringify({
  saved, counts: await outbox.counts(), wrong: await stateOf(wrong), sentence: (await outbox.item(wrong.id)).sentence,
  missing: await stateOf(missing), home: home && { name: home.household.name, visits: home.visits.map((one) => [one.id, one.local ?? false]) },
  status: sync.status(),
}));
await lab.close();
