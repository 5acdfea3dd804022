/** The file that carries the secret into the browser: readable by its owner alone, gone once it has been used. */

import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RedirectFile {
  readonly path: string;
  /** May be called twice. */
  remove(): Promise<void>;
}

const SUBMIT = 'document.forms[0].submit()';

/** Writes a page that posts `token` to `url` as soon as it is opened; POST, so that no history keeps the token. */
export async function writeRedirectFile(
  url: string,
  token: string,
  parent = tmpdir(),
): Promise<RedirectFile> {
  const folder = await mkdtemp(join(parent, 'pikeep-open-'));
  const path = join(folder, 'PiKeep.html');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await writeFile(path, page(url, token), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, remove };
}

function page(url: string, token: string): string {
  const hash = createHash('sha256').update(SUBMIT).digest('base64');
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; form-action ${url}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<title>PiKeep</title>
<form method="post" action="${url}">
<input type="hidden" name="token" value="${token}">
<button>Open PiKeep</button>
</form>
<script>${SUBMIT}</script>
</html>
`;
}
