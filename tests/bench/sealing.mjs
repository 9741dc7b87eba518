/**
 * What sealing costs when a visit is saved: the rows that saving it writes and reads, sealed and opened again. Run under
 * Node, whose engine is that of the browser; the result is CPU time in milliseconds, the median of many rounds.
 */
import { saveVisit, withLab } from "../offline/lab.mjs";

const ROUNDS = 60;
const median = (some) => some.sort((a, b) => a - b)[Math.floor(some.length / 2)];
const words = "问了身体、吃饭和用药，屋里通风，药还够半个月，儿子在外务工，每周打一次电话。";
const answers = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`q${at}`, at % 3 ? "ok" : words]));

await withLab(async (lab) => {
  const tab = await lab.signedIn();
  lab.county.weather = () => ({ drop: "before" });
  const { id } = await saveVisit(tab, "h1", ["one", "two", "three"], { answers: { house: answers } });
  const store = tab.db.personStore("u-gao");
  const key = tab.keyring.keyOf("u-gao");
  const rows = [
    await store.commands.get(id), await store.outbox.get(id), ...(await store.photos.toArray()), ...(await store.uploads.toArray()),
    ...(await store.drafts.toArray()), ...(await store.meta.toArray()),
  ];
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = process.cpuUsage();
    for (const row of rows) tab.seal.openValue(key, "a:b:1", tab.seal.sealValue(key, "a:b:1", row));
    const { user, system } = process.cpuUsage(began);
    times.push((user + system) / 1000);
  }
  console.log(JSON.stringify({ rows: rows.length, milliseconds: median(times) }));
})();
process.exit(0);
