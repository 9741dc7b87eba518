/** Joins the pages to the phone's engine: starts it once, and tells it at each change which page is open. */
import { useEffect, useLayoutEffect } from "react";
import { useLocation, useNavigate, useParams } from "react-router";
import { bindNavigate } from "./route.js";
import { households } from "./rows.js";
import { actions } from "./store.js";
import { applyUpdate, watchUpdates } from "./update.js";

// The homes are read while the page is still being put together; pages are drawn at build time too, where there is no store.
if (typeof indexedDB !== "undefined") void households().catch(() => {});

let started = false;

function startOnce() {
  if (started) return;
  started = true;
  actions.applyUpdate = applyUpdate;
  watchUpdates((update) => actions.noteUpdate(update));
  actions.start();
}

/** Draws nothing; belongs once into the frame of a field page (`offline.start()`). */
export function FieldStart() {
  const params = useParams();
  const { pathname, search } = useLocation();
  const go = useNavigate();
  useEffect(() => bindNavigate(go), [go]);
  useEffect(startOnce, []);
  // Before the new page is painted: it must not show what the last one was about.
  useLayoutEffect(() => {
    actions.openRoute({ path: pathname, params, query: Object.fromEntries(new URLSearchParams(search)) });
  }, [pathname, search, params]);
  return null;
}
