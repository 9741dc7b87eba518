/**
 * Which drawing of the open screen counts, and when news may draw it again. A new address overtakes whatever is being
 * drawn. News never do: what comes meanwhile is drawn once the screen stands, after as long a pause as drawing it took,
 * so that news in a stream leave a slow phone half of its time.
 */
import { after, now } from "./clock.js";

/** Several news of one moment redraw once. */
const SOON = 60;

/** The longest pause: a screen that took minutes on a phone asleep does not make news wait for minutes. */
const MOST = 5_000;

/**
 * @param {() => void} redraw draws the screen that is open once more
 */
export function turns(redraw) {
  let last = 0;
  /** The turn that is being drawn, 0 when the screen stands. */
  let drawing = 0;
  let began = 0;
  /** Until when news wait after a drawing. */
  let pause = 0;
  let late = false;
  let waits = false;

  const soon = () => {
    if (waits) return;
    waits = true;
    after(Math.max(SOON, pause - now()), () => {
      waits = false;
      redraw();
    });
  };

  return {
    /** There is something new to draw. */
    news() {
      if (drawing) late = true;
      else soon();
    },

    /**
     * @param {boolean} again because of news, not of a new address
     * @returns {number} the turn; 0 where it has to wait for the one before
     */
    begin(again) {
      if (again && drawing) {
        late = true;
        return 0;
      }
      [drawing, began] = [(last += 1), now()];
      return drawing;
    },

    /** @param {number} turn whether nothing newer is being drawn */
    holds: (turn) => turn === last,

    /** @param {number} turn */
    end(turn) {
      if (drawing !== turn) return;
      drawing = 0;
      pause = now() + Math.min(MOST, now() - began);
      if (late) soon();
      late = false;
    },
  };
}

/**
 * Work that news ask for: one at a time, with as long a pause as it took; what comes meanwhile is done once afterwards.
 * @param {() => Promise<any>} work
 * @returns {() => void} says that there are news
 */
export function onceEach(work) {
  const its = turns(() => {
    const turn = its.begin(true);
    if (turn) void work().finally(() => its.end(turn));
  });
  return its.news;
}
