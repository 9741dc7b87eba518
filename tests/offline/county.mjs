/**
 * The county's side of the contract (design §6), small and in memory, with weather between it and the
 * phone: answers get lost before or after the work is done, come late, twice, or from a stranger.
 */
import { createDecipheriv, createECDH, createHash, hkdfSync } from "node:crypto";
import { gunzipSync } from "node:zlib";
import canonicalize from "canonicalize";

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

const json = (status, body, headers = {}) =>
  new Response(body === null ? null : JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

export const problem = (status, code, message = "出了点问题", headers = {}, details = []) =>
  json(status, { error: { code, message, details } }, headers);

export const portal = () => new Response("<html>登录网络</html>", { status: 200, headers: { "content-type": "text/html" } });

export class County {
  constructor({ now = Date.now } = {}) {
    this.now = now;
    this.people = new Map([
      ["gao", { password: "山里的路1", user: { id: "u-gao", name: "高敏", role: "village", areas: [] } }],
      ["shi", { password: "河边的树2", user: { id: "u-shi", name: "石磊", role: "village", areas: [] } }],
    ]);
    /** @type {{user: any, device: string} | null} the browser's one cookie */
    this.session = null;
    this.commands = new Map();
    this.quarantine = [];
    this.parts = new Map();
    this.photos = new Map();
    this.feed = [];
    this.epoch = 1;
    this.safeTo = null;
    this.countyPair = createECDH("prime256v1");
    this.countyPair.generateKeys();
    this.countyKey = { kid: "00000001", public_key: this.countyPair.getPublicKey("base64url") };
    /** headers of what was carried here sealed */
    this.carried = [];
    /** public keys of phones, by device id */
    this.devices = new Map();
    /** @type {Set<string> | null} one-time codes, where the county wants them */
    this.codes = null;
    this.known = new Set(["h1", "h2", "h3"]);
    this.outside = new Set(["h-moved"]);
    this.seq = 0;
    /** @type {(command: any) => any[] | undefined} what the county asks about a command that it stores */
    this.asks = () => undefined;
    this.mostCommands = 200;
    this.page = 100;
    this.log = [];
    /** @type {(request: any) => any} what happens on the way: see `fetch` */
    this.weather = () => null;
  }

  /**
   * A browser's fetch. The weather says `{drop: "before" | "after"}`, `{answer: Response}`, `{hang: true}` or
   * `{twice: true}` (the request arrives two times).
   */
  fetch = async (path, { method, body, headers = {}, signal }) => {
    const url = new URL(path, "http://county");
    const bytes = body === undefined ? new Uint8Array() : new Uint8Array(body instanceof ArrayBuffer ? body : new TextEncoder().encode(typeof body === "string" ? body : ""));
    const request = { method, url, headers: new Headers(headers), body: body instanceof Uint8Array ? body : bytes, path: url.pathname };
    this.log.push(request);
    const fate = this.weather(request) ?? {};
    if (fate.drop === "before") throw new TypeError("network");
    if (fate.hang) return this.hang(signal);
    if (fate.answer) return fate.answer;
    const answer = this.handle(request);
    const again = fate.twice ? this.handle(request) : answer;
    if (fate.drop === "after") throw new TypeError("network");
    if (signal?.aborted) throw new DOMException("stopped", "AbortError");
    return again;
  };

  hang(signal) {
    return new Promise((_, failed) =>
      signal.addEventListener("abort", () => failed(new DOMException("stopped", "AbortError"))));
  }

  handle(request) {
    const { method, path } = request;
    if (path === "/api/session") return this.onSession(request);
    if (path.startsWith("/api/sync/sealed")) return this.onSealed(request);
    if (!this.session) return method === "HEAD" ? new Response(null, { status: 401 }) : problem(401, "signed_out", "请先登录。");
    if (path === "/api/devices") return this.onDevice(request);
    if (path === "/api/sync/push") return this.onPush(request);
    if (path === "/api/sync/pull") return this.onPull(request);
    if (path.startsWith("/api/photos/")) return this.onPhoto(request);
    return problem(404, "not_found");
  }

  onSession({ method, body }) {
    if (method === "POST") return this.signIn(JSON.parse(new TextDecoder().decode(body)));
    if (method === "DELETE") {
      this.session = null;
      return json(200, {});
    }
    if (!this.session) return problem(401, "signed_out", "请先登录。");
    return json(200, { user: this.session.user, device: { id: this.session.device } });
  }

  signIn({ username, password, device }) {
    const person = this.people.get(username);
    if (person?.password !== password) return problem(401, "wrong_password", "用户名或密码不对，还能试 3 次。");
    this.session = { user: person.user, device: device.id };
    return json(200, { user: person.user, device: { id: device.id } });
  }

  onDevice({ body }) {
    const { public_key, code } = JSON.parse(new TextDecoder().decode(body));
    const enrolled = this.devices.get(this.session.device);
    if (this.codes && !enrolled && !this.codes.delete(code))
      return problem(403, code ? "code_wrong" : "code_needed", "这部手机要用登记码。");
    this.devices.set(this.session.device, [...(enrolled ?? []), public_key]);
    return json(200, { device: { id: this.session.device, how: code ? "code" : "login" }, county_key: this.countyKey });
  }

  onSealed({ method, path, body, headers }) {
    const sum = path.split("/")[4];
    if (!sum) return json(200, { receipts: this.openAll(body) });
    const part = this.parts.get(sum) ?? Buffer.alloc(0);
    if (method === "HEAD") return new Response(null, { status: 200, headers: { "upload-offset": String(part.length) } });
    if (Number(headers.get("upload-offset")) !== part.length) return problem(409, "wrong_offset", "", { "upload-offset": String(part.length) });
    if (!part.length) {
      const header = JSON.parse(new TextDecoder().decode(body.subarray(8, 8 + new DataView(body.buffer, body.byteOffset).getUint32(4))));
      if (this.photos.has(`${header.author} ${header.id}`))
        return json(200, { receipts: [{ id: header.id, kind: "photo", digest: header.id, sealed: header.digest, status: "duplicate" }] });
    }
    const next = Buffer.concat([part, body]);
    this.parts.set(sum, next);
    const at = { "upload-offset": String(next.length) };
    if (next.length < Number(headers.get("upload-length"))) return new Response(null, { status: 204, headers: at });
    this.parts.delete(sum);
    if (sha256(next) !== sum) return problem(409, "checksum", "", { "upload-offset": "0" });
    return json(200, { receipts: this.openAll(next) }, at);
  }

  /** Containers are opened for the account's sake only: here the inside is taken as the header's digest names it. */
  openAll(bytes) {
    const receipts = [];
    for (let at = 0; at < bytes.length; ) {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const beside = view.getUint32(at + 4);
      const header = JSON.parse(new TextDecoder().decode(bytes.subarray(at + 8, at + 8 + beside)));
      const length = view.getUint32(at + 8 + beside);
      const inside = bytes.subarray(at + 12 + beside, at + 12 + beside + length);
      at += 12 + beside + length;
      receipts.push({ ...this.openOne(header, Buffer.from(bytes.subarray(at - length - 12 - beside + 8, at - length - 4)), Buffer.from(inside)), kind: header.kind, sealed: header.digest });
    }
    return receipts;
  }

  openOne(header, beside, inside) {
    this.carried.push(header);
    const plain = this.open(header, beside, inside);
    if (sha256(plain) !== header.digest) return { id: header.id, status: "rejected", errors: [{ code: "wrong_content" }] };
    const person = [...this.people.values()].find((one) => one.user.id === header.author);
    const before = this.session;
    this.session = { user: person.user, device: header.device };
    try {
      if (header.kind === "command") return this.take(JSON.parse(plain));
      const key = `${header.author} ${header.id}`;
      const status = this.photos.has(key) ? "duplicate" : "stored";
      this.photos.set(key, plain);
      return { id: header.id, digest: header.id, status };
    } finally {
      this.session = before;
    }
  }

  /** As app/keys.py opens. */
  open({ epk, iv }, beside, inside) {
    const point = Buffer.from(epk, "base64url");
    const shared = this.countyPair.computeSecret(point);
    const salt = Buffer.concat([point, this.countyPair.getPublicKey()]);
    const key = hkdfSync("sha256", shared, salt, "ruhutong-sealed-1", 32);
    const cipher = createDecipheriv("aes-256-gcm", Buffer.from(key), Buffer.from(iv, "base64url"));
    cipher.setAAD(beside);
    cipher.setAuthTag(inside.subarray(-16));
    return Buffer.concat([cipher.update(inside.subarray(0, -16)), cipher.final()]);
  }

  onPush({ body, headers }) {
    const packed = headers.get("content-encoding") === "gzip";
    const text = new TextDecoder().decode(packed ? gunzipSync(body) : body);
    const { device_id, commands } = JSON.parse(text);
    if (device_id !== this.session.device) return problem(403, "device", "这部手机换人了，请重新登录。");
    if (commands.length > this.mostCommands || text.length > 1_000_000) return problem(413, "too_large", "一次太多了。");
    const big = commands.find((one) => JSON.stringify(one).length > 256_000);
    if (big) return problem(413, "command_too_big", "这条写得太长了，请删短。", {}, [{ path: big.id, code: "command_too_big", message: "" }]);
    return json(200, { receipts: commands.map((one) => this.take(one)) }, { date: new Date(this.now()).toUTCString() });
  }

  take(command) {
    const { digest, signature: _signature, ...rest } = command;
    const { id } = command;
    if (sha256(canonicalize(rest)) !== digest) return this.reject(command, "digest_mismatch");
    const key = `${this.session.user.id} ${id}`;
    const known = this.commands.get(key);
    if (known && known.digest !== digest) return this.reject(command, "id_reused");
    if (known) return { id, digest, seq: known.seq, status: known.status === "stored" ? "duplicate" : known.status };
    if (command.type === "nonsense") return this.reject(command, "unknown_type");
    const status = this.statusOf(command);
    this.seq += 1;
    this.commands.set(key, { ...command, digest, status, seq: this.seq, author: this.session.user.id });
    if (command.type === "household.add") this.arrive(command.id);
    const questions = this.asks(command);
    return { id, digest, seq: this.seq, status, ...(questions && { questions }) };
  }

  statusOf({ type, payload, base_version }) {
    if (this.outside.has(payload.household_id)) return "orphaned";
    if (type === "visit" && !this.known.has(payload.household_id)) return "held";
    return base_version !== undefined && base_version < 5 ? "conflict" : "stored";
  }

  reject(command, code) {
    this.quarantine.push(command);
    return { id: command.id, digest: command.digest, status: "rejected", errors: [{ path: "", code, message: "" }] };
  }

  /** A home becomes known: what was held for it is stored, and the phone hears of it. */
  arrive(householdId) {
    this.known.add(householdId);
    for (const one of this.commands.values())
      if (one.status === "held" && one.payload.household_id === householdId) {
        one.status = "stored";
        this.tell({ type: "receipt", id: one.id, data: { status: "stored", digest: one.digest, seq: one.seq } });
      }
  }

  tell(change) {
    this.feed = this.feed.filter((one) => one.type !== change.type || one.id !== change.id);
    this.feed.push({ version: 1, ...change, position: (this.position = (this.position ?? 0) + 1) });
  }

  /** A backup is put back: the history begins anew, and what came after it is lost. */
  restore() {
    this.epoch += 1;
    this.commands.clear();
    this.photos.clear();
    this.parts.clear();
  }

  onPull({ url }) {
    const [epoch, at] = (url.searchParams.get("cursor") || ":").split(":");
    const reset = epoch !== "" && Number(epoch) !== this.epoch;
    const from = epoch === "" || reset ? 0 : Number(at);
    const rest = this.feed.filter((one) => one.position > from);
    const changes = rest.slice(0, this.page);
    const cursor = `${this.epoch}:${changes.at(-1)?.position ?? from}`;
    const more = rest.length > changes.length;
    return json(200, {
      changes: changes.map(({ position: _position, ...one }) => one), cursor, more, safe_to: this.safeTo, ...(reset && { reset }),
    });
  }

  onPhoto({ method, path, headers, body }) {
    const sum = path.split("/").at(-1);
    const key = `${this.session.user.id} ${sum}`;
    const whole = this.photos.get(key);
    const part = this.parts.get(key) ?? { bytes: Buffer.alloc(0), length: null };
    if (method === "GET") {
      if (!whole) return problem(404, "not_found", "没有这张照片。");
      return new Response(whole, { status: 200, headers: { "content-type": "image/jpeg" } });
    }
    if (method === "HEAD") {
      const offset = whole ? whole.length : part.bytes.length;
      const length = whole ? whole.length : part.length;
      return new Response(null, { status: 200, headers: { "upload-offset": String(offset), ...(length !== null && { "upload-length": String(length) }) } });
    }
    if (whole) return new Response(null, { status: 204, headers: { "upload-offset": String(whole.length) } });
    if (Number(headers.get("upload-offset")) !== part.bytes.length) return problem(409, "wrong_offset");
    const next = { bytes: Buffer.concat([part.bytes, body]), length: Number(headers.get("upload-length")) };
    this.parts.set(key, next);
    if (next.bytes.length >= next.length) return this.finishPhoto(key, sum, next);
    return new Response(null, { status: 204, headers: { "upload-offset": String(next.bytes.length) } });
  }

  finishPhoto(key, sum, { bytes }) {
    this.parts.delete(key);
    if (sha256(bytes) !== sum) return problem(460, "checksum", "照片传坏了。");
    this.photos.set(key, bytes);
    return new Response(null, { status: 204, headers: { "upload-offset": String(bytes.length) } });
  }

  /** Visits of a person that are here with all their photos, and those that are not. */
  account(userId = "u-gao") {
    const visits = [...this.commands.values()].filter((one) => one.author === userId && one.type === "visit");
    const whole = visits.filter((one) => (one.payload.photos ?? []).every((photo) => this.photos.has(`${userId} ${photo.sha256}`)));
    return { visits: visits.length, whole: whole.length };
  }
}
