/** A picture of a draft as a strip shows it. */

/** @param {import("../types.js").Photo} photo */
export const photoRow = (photo) => ({
  sha256: photo.sha256, url: photo.thumb_url ?? "", words: "刚拍的照片", caption: photo.notice || "已存",
});
