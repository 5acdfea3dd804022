/**
 * What the page may do, as the header `Content-Security-Policy`: its own scripts, styles and pictures, and nothing else, in
 * nobody's frame. `connects`: whether it may ask where it came from, as it does in a browser; in the app the bridge does.
 */
export function pagePolicy(connects: boolean): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src ${connects ? "'self'" : "'none'"}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
