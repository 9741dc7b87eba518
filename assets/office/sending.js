/** Sending a spreadsheet from an office page, and asking again every few seconds while the server works on it. */
import { createElement as h, useEffect, useRef, useState } from "react";

/** Calls `onTick` every `every` milliseconds while the page is looked at. @param {{every: number, onTick: () => void}} props */
export function Tick({ every, onTick }) {
  const latest = useRef(onTick);
  latest.current = onTick;
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && latest.current?.(), every);
    return () => clearInterval(timer);
  }, [every]);
  return null;
}

/**
 * Sends one file; the server's own sentence comes back when it will not do.
 * @param {File} file @param {(part: number) => void} onPart how much has gone, 0 to 1
 * @returns {Promise<string>} the id of what was received, or what came of it in words
 */
export function send(file, onPart, Request = XMLHttpRequest, to = "/api/imports") {
  return new Promise((resolve, reject) => {
    const request = new Request();
    request.open("POST", `${to}?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && onPart(event.loaded / event.total);
    request.onerror = () => reject(new Error("没有传上去，请看看网络，再试一次。"));
    request.onload = () => {
      const answer = answerOf(request.responseText);
      if (request.status === 201 && (answer?.words || answer?.id)) resolve(answer.words ?? answer.id);
      else reject(new Error(answer?.error?.message ?? "没有传上去，请再试一次。"));
    };
    request.send(file);
  });
}

/** @param {string} text */
function answerOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * A button whose whole face is a file input. Says how much has gone; a refusal stands below it as a sentence.
 * @param {{words: string, accept: string, most: number, kind: string, to?: string, onSent: (id: string) => void}} props
 */
export function FilePick({ words, accept, most, kind, to, onSent }) {
  const [part, setPart] = useState(/** @type {number | null} */ (null));
  const [problem, setProblem] = useState("");
  /** @param {import("react").ChangeEvent<HTMLInputElement>} event */
  const picked = async (event) => {
    const input = event.target;
    const file = input.files?.[0];
    if (!file) return;
    setProblem("");
    if (file.size > most) {
      setProblem(`文件超过 ${Math.round(most / 1048576)} MB，请按乡镇或村分开再传。`);
    } else {
      setPart(0);
      await send(file, setPart, XMLHttpRequest, to || undefined).then(onSent, (error) => setProblem(error.message));
      setPart(null);
    }
    input.value = "";
  };
  const busy = part !== null;
  const field = h("input", {
    type: "file", accept, disabled: busy, onChange: picked, "aria-label": words, "data-testid": "import-file",
  });
  const said = busy ? `正在传 ${Math.round(part * 100)}%` : words;
  const button = h("span", { className: `btn pick ${kind}`, "aria-live": "polite" }, said, field);
  const wrong = problem && h("p", { className: "error", role: "alert", "data-testid": "import-problem" }, problem);
  return h("div", { className: "stack" }, button, wrong);
}
