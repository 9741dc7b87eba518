/** 照片要重拍: what the reviewer marked; the answer is another picture or a sentence, sent like any other command. */
import { discardDraft, openDraft } from "../drafts.js";
import { tell } from "../errors.js";
import { enqueue } from "../outbox.js";
import { addPhoto, payloadPhotos, photoUrl, removePhoto, settlePhotos } from "../photos.js";
import { navigate } from "../route.js";
import { households, reviews } from "../rows.js";
import { show } from "../state.js";
import { initial, isReturned, reviewOf } from "../views/review.js";
import { photoRow } from "../views/photo.js";
import { dayOf } from "../views/words.js";
import { now } from "./moment.js";
import { whatOf } from "./today.js";
import { toast } from "./toast.js";

let open = null;

function draw() {
  if (!open) return;
  const taken = open.photo ? { ...photoRow(open.photo), words: "新拍的照片" } : null;
  show("review", reviewOf(open.review, { ...open, taken, today: dayOf(now()) }));
}

/** @param {string} id the draft that owns a new picture until it is sent */
const draftFor = (id) => openDraft({ household_id: open.review.household_id, form: { code: `review:${id}`, version: 1 } });

/** @param {{params: Record<string, string>}} route @param {(done: () => void) => void} settle */
export async function loadReview(route, settle) {
  const id = route.params.id ?? "";
  const review = (await reviews()).find((one) => one.id === id);
  if (!review) {
    return settle(() => {
      open = null;
      show("review", { ...initial, phase: "gone" });
    });
  }
  const home = (await households()).find((one) => one.id === review.household_id);
  const url = await photoUrl(review.sha256).catch(() => null);
  const what = await whatOf(review);
  return settle(() => {
    const before = open?.review.id === id ? open : { photo: null, draft: null, text: "", said: {}, busy: false, problem: "", saving: false };
    open = { ...before, review, name: home?.head ?? home?.name ?? "", url: url ?? `/api/photos/${review.sha256}?size=screen`, what };
    draw();
  });
}

/** @param {Record<string, any>} facts */
function note(facts) {
  if (!open) return;
  Object.assign(open, facts);
  draw();
}

export const actions = {
  /** @param {File[]} files @param {Event} event */
  async retake(files, event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (!open || files.length === 0) return;
    note({ busy: true, problem: "" });
    try {
      open.draft ??= await draftFor(open.review.id);
      if (open.photo) await removePhoto(open.photo.sha256, open.draft.id);
      const question = open.review.question ? { question: open.review.question } : {};
      note({ photo: await addPhoto(files[0], { draft_id: open.draft.id, ...question }) });
    } catch (error) {
      note({ problem: tell(error).message });
    }
    input.value = "";
    note({ busy: false });
  },

  async dropRetake() {
    if (open?.photo) await removePhoto(open.photo.sha256, open.draft.id);
    note({ photo: null });
  },

  /** @param {string} text */
  writeReview(text) {
    if (open) open.text = text;
  },

  /** @param {string} id @param {string} text */
  writeAnswer(id, text) {
    if (open) open.said[id] = text;
  },

  /** Sends the new picture, the sentence, or both. */
  async answerReview() {
    if (!open || open.saving) return;
    const text = open.text.trim();
    const answers = Object.entries(open.said).map(([id, words]) => ({ id, text: words.trim() })).filter((one) => one.text);
    if (!open.photo && !text && answers.length === 0) {
      return note({ problem: isReturned(open.review) ? "拍一张，或者写一句为什么不用重拍。" : "写一句就行。" });
    }
    note({ saving: true, problem: "" });
    try {
      const payload = { review_id: open.review.id, ...(text ? { text } : {}), ...(answers.length > 0 ? { answers } : {}) };
      if (open.draft && open.photo) {
        await settlePhotos(open.draft.id);
        const [photo] = await payloadPhotos(open.draft.id);
        payload.photo = photo;
      }
      const photos = payload.photo ? [payload.photo.sha256] : [];
      await enqueue({ type: "photo.answer", payload, photos, ...(open.draft ? { draft_id: open.draft.id } : {}) });
      if (open.draft && !open.photo) await discardDraft(open.draft.id).catch(() => {});
      open = null;
      navigate("/", { replace: true });
      toast("已存在手机");
    } catch (error) {
      note({ saving: false, problem: tell(error).message });
    }
  },
};
