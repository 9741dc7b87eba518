/** The office face's few steps in the browser: leaving for the login, signing out, copying a first password. */
import { useEffect } from "react";

const LOGIN = "/login";

/** Draws nothing; goes to the login by a full load, so that the next WebSocket carries the new cookie. */
export function Leave() {
  useEffect(() => window.location.replace(LOGIN), []);
  return null;
}

/** Goes to another office page by a full load. @param {{to: string}} props */
export function Go({ to }) {
  useEffect(() => window.location.assign(to), [to]);
  return null;
}

/** Ends the session on the server, then shows the login. */
export async function signOut() {
  await fetch("/api/session", { method: "DELETE" }).catch(() => null);
  window.location.replace(LOGIN);
}
