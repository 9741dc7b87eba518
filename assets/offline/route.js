/** Lets an action open another page of the field face; it knows no React. */

let go = null;

/**
 * @param {((to: string, options?: {replace?: boolean}) => void) | null} navigateFunction the router's own
 */
export function bindNavigate(navigateFunction) {
  go = navigateFunction;
}

/**
 * Opens another page of the field face without a page load and without the network.
 * @param {string} to
 * @param {{replace?: boolean}} [options]
 */
export function navigate(to, options) {
  if (go) go(to, options);
  else window.location.assign(to);
}
