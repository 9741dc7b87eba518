/** 我的: how the app looks on this phone, how much room is left, who is signed in, and what it never does. */
import { dotted, sizeWords, whenWords } from "./words.js";

export const ROLES = {
  village: "村干部", paired: "帮扶责任人", town_clerk: "镇办事员", town_approver: "镇审批人", section: "县股室",
  supervisor: "督查", leader: "领导", admin: "管理员", auditor: "审计员",
};

export const initial = {
  phase: "loading", name: "", line: "", sizes: [], dark: false, homes: "", room: { words: "手机空间", line: "", short: false, open: false },
  update: null, kept: "", office: false, password: { open: false, busy: false, problem: "", first: false }, leaving: false,
  begun: 0, sure: false, late: "",
};

/** @param {string} chosen */
export const sizesOf = (chosen) => [["", "关"], ["large", "大"], ["huge", "特大"]]
  .map(([value, label]) => ({ value, label, on: chosen === value }));

/**
 * @param {{user: import("../types.js").User | null, size: string, theme: string, homes: number, at: string | null, now: string,
 *   village: string, space: import("../types.js").Space | null, counts: import("../types.js").Counts, begun?: number,
 *   days?: number | null, update: string,
 *   ui: object}} facts
 */
export function meOf({ user, size, theme, homes, at, now, village, space, counts, begun = 0, days = null, update, ui }) {
  return {
    phase: "ready",
    name: user?.name ?? "",
    line: user ? dotted([user.name, workWords(village, ROLES[user.role] ?? "")]) : "",
    sizes: sizesOf(size),
    dark: theme === "dark",
    homes: homes > 0 ? `${homes} 户，${at ? `${whenWords(at, now)} 更新` : "已存在手机"}` : "等第一次更新",
    room: roomOf(space, ui.room ?? false),
    update: updateOf(update),
    kept: keptWords(counts.all, begun),
    begun,
    sure: ui.sure ?? false,
    late: days !== null && days <= SOON ? `再过 ${days} 天连不上县里，这部手机上的资料会清掉。` : "",
    office: user?.role === "town_clerk" || user?.role === "town_approver",
    password: passwordOf(user, ui.password),
    leaving: ui.leaving ?? false,
  };
}

/** How many days before the phone is emptied one is told. */
const SOON = 3;

/** What becomes of what lies here when somebody leaves. @param {number} waiting @param {number} begun */
function keptWords(waiting, begun) {
  const sent = waiting > 0 ? `还有 ${waiting} 条没上传，退出后仍会留着。` : "写过的都已经到县里。";
  return begun > 0 ? `${sent}写了一半的 ${begun} 份会没有。` : sent;
}

const FIRST = "第一次登录，先把密码改成自己的。";

/** A password that somebody else has made up is changed before all else. @param {any} user @param {object | undefined} shown */
function passwordOf(user, shown) {
  const password = { ...initial.password, ...shown };
  if (!user?.must_change_password) return { ...password, first: false };
  return { ...password, first: true, open: true, problem: password.problem || FIRST };
}

/** 毛安村干部, not 毛安村村干部. @param {string} village @param {string} role */
const workWords = (village, role) => (village.endsWith("村") && role.startsWith("村") ? village + role.slice(1) : village + role);

/** @param {import("../types.js").Space | null} space @param {boolean} open */
function roomOf(space, open) {
  if (!space || space.used === null) return { words: "占用多少，这个浏览器不告诉", line: "", short: false, open, sentence: space?.sentence ?? "" };
  const left = roomWords(space.photos_left);
  return { words: `占用 ${sizeWords(space.used)}`, line: left, short: space.short, open, sentence: space.sentence };
}

const PLENTY = 2000;

/** @param {number | null} photos */
function roomWords(photos) {
  if (photos === null) return "";
  if (photos >= PLENTY) return "空间很够";
  return `还够存约 ${photos >= 20 ? Math.floor(photos / 10) * 10 : photos} 张照片`;
}

/** @param {string} state */
function updateOf(state) {
  if (state === "ready") return { title: "有新版本", line: "写了一半的不会丢。", word: "现在换上" };
  if (state === "elsewhere") return { title: "新版本已换上", line: "这个窗口还是旧的。", word: "重新打开" };
  if (state === "unsupported") return { title: "没有信号时打不开", line: "请用 https 开头的地址，在手机自带的浏览器里打开。", word: "" };
  return null;
}
