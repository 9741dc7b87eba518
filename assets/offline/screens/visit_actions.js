/** What can be done on the visit page. Each touch goes through `change`, and so is on the phone at once. */
import { discardDraft, restoreDraft } from "../drafts.js";
import { tell } from "../errors.js";
import { enqueue } from "../outbox.js";
import { addPhoto, locate, payloadPhotos, removePhoto, restorePhoto, settlePhotos } from "../photos.js";
import { navigate } from "../route.js";
import { answersOf, startAnswers, toSend } from "../rules.js";
import { shown } from "../state.js";
import { keyOf, leftOf, partsOf, pathOf } from "../views/visit.js";
import { drawn, now } from "./moment.js";
import { toast } from "./toast.js";
import { change, changeMode, current, endVisit, markSaving, markStored, note, readPhotos, sectionsOf, sendable, showProblem } from "./visit.js";

/** @param {string} key @param {object} draft @returns {object} the answers of one section, made when missing */
function answersFor(draft, key) {
  const { code, personId } = partsOf(key);
  const section = (draft.answers[code] ??= {});
  return personId === null ? section : (section[personId] ??= {});
}

/** @param {object} draft @param {string} key */
function dropAnswers(draft, key) {
  const { code, personId } = partsOf(key);
  if (personId === null) delete draft.answers[code];
  else if (draft.answers[code]) delete draft.answers[code][personId];
}

/** @param {object} draft @param {string} key */
function dropUnchanged(draft, key) {
  const { code, personId } = partsOf(key);
  draft.unchanged = draft.unchanged.filter((one) => !(one.section === code && (one.person_id ?? null) === personId));
}

/** @param {string} key */
const stateOf = (key) => sectionsOf().find((section) => keyOf(section) === key);

/** A value as the form's type wants it. @param {string} type @param {string} value */
function typed(type, value) {
  const text = value.trim();
  if (type === "integer" || type === "decimal") return text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
  return type === "text" ? value : text;
}

/** @param {object} draft @param {string} key @param {string} code @param {unknown} value */
function setAnswer(draft, key, code, value) {
  const answers = answersFor(draft, key);
  if (value === "" || value === null || (Array.isArray(value) && value.length === 0)) delete answers[code];
  else answers[code] = value;
  dropUnchanged(draft, key);
  draft.ui.opened[key] = true;
  (draft.ui.lines[key] ??= {})[code] = true;
}

/** After a change of many words, the page looks at the first of them. @param {string} id */
function goTo(id) {
  requestAnimationFrame(() => {
    const place = document.getElementById(id);
    place?.scrollIntoView({ block: "center" });
    /** @type {HTMLElement | null | undefined} */ (place?.querySelector("input, textarea, button"))?.focus({ preventScroll: true });
  });
}

/** A correction keeps the pictures that were sent before, beside the new ones. @param {object} draft */
async function allPhotos(draft) {
  await settlePhotos(draft.id);
  const taken = await payloadPhotos(draft.id);
  return [...draft.sent_photos.filter((photo) => !taken.some((other) => other.sha256 === photo.sha256)), ...taken];
}

/** The payload of the open draft; without `photos` the outbox takes those of the draft. @param {object} draft */
async function payloadOf(draft) {
  const { program, input } = sendable();
  const { answers, unchanged } = toSend(program, input);
  const payload = {
    household_id: draft.household_id, form: draft.form, mode: draft.mode, met: draft.met, started_at: draft.started_at,
    finished_at: draft.finished_at ?? now(), answers, unchanged, issues: draft.issues,
  };
  if (draft.sent_photos?.length > 0) payload.photos = await allPhotos(draft);
  if (draft.location) payload.location = draft.location;
  if (draft.next_on) payload.next_on = draft.next_on;
  if (draft.corrects && draft.why?.trim()) payload.reason = draft.why.trim();
  return payload;
}

/** Puts the visit into the outbox and closes its draft. @param {string[]} stood what was asked about, and is saved as it is */
async function saveNow(stood) {
  const { draft } = current();
  markSaving(true);
  try {
    const order = { payload: await payloadOf(draft), draft_id: draft.id, stood };
    const saved = await enqueue(draft.corrects ? { ...order, ...draft.order, replaces: draft.corrects } : { ...order, type: "visit" });
    endVisit();
    markStored();
    toast(saved.lost.length > 0 ? saved.sentence : "已存在手机");
    // Said as soon as it is true: the next page takes a slow phone longer to draw than this word.
    await drawn();
    navigate(draft.corrects ? "/outbox" : "/", { replace: true });
  } catch (error) {
    markSaving(false);
    showProblem(tell(error).message);
  }
}

export const actions = {
  /** @param {string} mode */
  setMode: (mode) => changeMode(mode),

  /** @param {string} id */
  toggleMet: (id) => change((draft) => {
    draft.met = draft.met.includes(id) ? draft.met.filter((one) => one !== id) : [...draft.met, id];
  }),

  openContact: () => change((draft) => {
    draft.ui.contact = true;
  }),

  /** 「无变化」 stands for the whole section. @param {string} key @param {boolean} on */
  toggleUnchanged: (key, on) => change((draft) => {
    if (!on) return dropUnchanged(draft, key);
    const { code, personId } = partsOf(key);
    const since = answersOf(current().home.last, code, personId)?.visit_id ?? null;
    dropAnswers(draft, key);
    dropUnchanged(draft, key);
    draft.unchanged.push(personId === null ? { section: code, since } : { section: code, person_id: personId, since });
    delete draft.ui.opened[key];
    delete draft.ui.lines[key];
    return undefined;
  }),

  /** 有变化, or 改: the section's questions, beginning with last time's answers. @param {string} key */
  async openSection(key) {
    const state = stateOf(key);
    await change((draft) => {
      const { code, personId } = partsOf(key);
      const last = answersOf(current().home.last, code, personId) ?? null;
      if (state?.state !== "changed") {
        dropUnchanged(draft, key);
        Object.assign(answersFor(draft, key), startAnswers(state.section, last));
      }
      draft.ui.opened[key] = true;
      if (draft.met.length > 0) draft.ui.contact = false;
    });
  },

  /** @param {string} key */
  foldSection: (key) => change((draft) => {
    delete draft.ui.opened[key];
    delete draft.ui.lines[key];
  }),

  /** 都达标, on a first visit. @param {string} key */
  allOk: (key) => change((draft) => {
    for (const question of stateOf(key)?.questions ?? []) {
      const good = (question.options ?? []).find((option) => option.tone === "ok");
      if (good && question.type === "choice") setAnswer(draft, key, question.code, good.code);
    }
    delete draft.ui.opened[key];
    delete draft.ui.lines[key];
  }),

  /** @param {string} key @param {string} code @param {boolean} open */
  toggleLine: (key, code, open) => change((draft) => {
    (draft.ui.lines[key] ??= {})[code] = open;
    draft.ui.opened[key] = true;
  }),

  /** @param {string} key @param {string} code @param {string} value */
  choose: (key, code, value) => change((draft) => {
    const question = stateOf(key)?.questions.find((one) => one.code === code);
    if (!question) return;
    const before = answersFor(draft, key)[code];
    if (question.type === "choices") {
      const chosen = Array.isArray(before) ? before : [];
      setAnswer(draft, key, code, chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]);
    } else setAnswer(draft, key, code, question.type === "yesno" ? value === "yes" : value);
  }),

  /** @param {string} key @param {string} code @param {string} value */
  write: (key, code, value) => change((draft) => {
    const question = stateOf(key)?.questions.find((one) => one.code === code);
    setAnswer(draft, key, code, typed(question?.type ?? "text", value));
  }),

  /** One picture: its bytes are copied before anything else. @param {string} question @param {File[]} files @param {Event} event */
  async addPhoto(question, files, event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const { draft } = current();
    note({ busy: question, photo_note: "" });
    try {
      for (const file of files) {
        const to = { draft_id: draft.id, ...(question ? { question } : {}), ...(draft.location ? { location: draft.location } : {}) };
        const photo = await addPhoto(file, to);
        await change(() => {});
        if (photo.notice) note({ photo_note: photo.notice });
      }
    } catch (error) {
      note({ photo_note: tell(error).message });
    }
    input.value = "";
    note({ busy: null });
    await readPhotos();
  },

  /** @param {string} sha256 */
  async dropPhoto(sha256) {
    const { draft } = current();
    const before = draft.sent_photos ?? [];
    if (before.some((photo) => photo.sha256 === sha256)) {
      await change((open) => (open.sent_photos = before.filter((photo) => photo.sha256 !== sha256)));
      return toast("照片拿掉了", { action: () => change((open) => (open.sent_photos = before)) });
    }
    await removePhoto(sha256, draft.id);
    await readPhotos();
    return toast("照片拿掉了", { action: () => restorePhoto(sha256, draft.id).then(readPhotos) });
  },

  openIssue: () => change((draft) => {
    draft.ui.issue = true;
  }).then(() => goTo("issue")),

  /** Kept while it is written, so that a closed browser loses none of it. @param {string} text */
  writeIssue: (text) => change((draft) => {
    draft.issue_text = text;
    draft.ui.issue = true;
  }),

  addIssue: () => change((draft) => {
    const text = (draft.issue_text ?? "").trim();
    if (text) draft.issues.push({ text });
    draft.issue_text = "";
    draft.ui.issue = false;
  }),

  /** @param {number} index */
  async dropIssue(index) {
    const gone = current()?.draft.issues[index];
    await change((draft) => draft.issues.splice(index, 1));
    toast("这条困难拿掉了", { action: () => change((draft) => draft.issues.splice(index, 0, gone)) });
  },

  openNext: () => change((draft) => {
    draft.ui.next = !draft.ui.next;
  }),

  /** @param {string} day */
  setNext: (day) => change((draft) => {
    draft.next_on = day || null;
  }),

  /** Why the visit is corrected, in few words. @param {string} words */
  setWhy: (words) => change((draft) => {
    draft.why = words.slice(0, 200);
  }),

  openTimes: () => change((draft) => {
    draft.ui.times = !draft.ui.times;
  }),

  /** When the visit that is corrected began or ended, as the field gives it: without an offset, in China. @param {"started_at" | "finished_at"} which @param {string} typed */
  setTime: (which, typed) => change((draft) => {
    if (typed) draft[which] = `${typed.slice(0, 16)}:00+08:00`;
  }),

  /** One point, only when tapped; a second tap forgets it. */
  async markPlace() {
    if (current()?.draft.location) {
      return change((draft) => {
        delete draft.location;
      });
    }
    note({ spot: { busy: true } });
    try {
      const place = await locate();
      note({ spot: {} });
      return change((draft) => {
        draft.location = place;
      });
    } catch (error) {
      return note({ spot: { problem: tell(error).message } });
    }
  },

  /** Saves; what is not right or not looked at is shown first, and a second tap saves all the same. */
  async saveVisit() {
    if (!current() || current().saving) return;
    if (current().draft.issue_text?.trim()) await actions.addIssue();
    const left = leftOf(sectionsOf());
    if (left.length > 0 && !shown("visit").again) {
      await change((draft) => {
        draft.ui.problems = true;
        for (const { key, question } of left) if (question) draft.ui.opened[key] = true;
      });
      const [{ key, question }] = left;
      return goTo(question ? `${key}-${question}` : key);
    }
    return saveNow(left.map(pathOf));
  },

  /** 不要了, which can be taken back. @param {string} id */
  async dropDraft(id) {
    await discardDraft(id);
    if (current()?.draft.id === id) endVisit();
    toast("不要了", { action: () => restoreDraft(id) });
  },
};
