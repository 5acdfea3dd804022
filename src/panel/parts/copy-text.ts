/** Copies text, in the app as in a browser. */

/**
 * `shown` holds the same text, and is selected where the modern way is not allowed: the app denies pages every permission, that
 * for the clipboard too, while what was selected and asked for by a click may always be copied. Resolves false when neither
 * works; then it is selected, and the keys of the system copy it.
 */
export async function copyText(text: string, shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return document.execCommand('copy');
  }
}
