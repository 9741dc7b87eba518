/** Day or night, and 大字: kept on this phone, read before the first paint by app/shell/appearance.py. */

/**
 * @param {"theme" | "size"} key
 * @param {"" | "dark" | "large" | "huge"} value empty for the ordinary look
 */
export function setAppearance(key, value) {
  if (value) {
    document.documentElement.dataset[key] = value;
    localStorage.setItem(`ruhutong.${key}`, value);
  } else {
    delete document.documentElement.dataset[key];
    localStorage.removeItem(`ruhutong.${key}`);
  }
}

/** @returns {{theme: string, size: string}} */
export function appearance() {
  return { theme: localStorage.getItem("ruhutong.theme") ?? "", size: localStorage.getItem("ruhutong.size") ?? "" };
}
