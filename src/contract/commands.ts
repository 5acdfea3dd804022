/** What the panel can ask for, and the answer. */

import * as v from 'valibot';
import { id, problemSchema, text } from './fields.ts';
import { filePath, MAX_SAVED } from './files.ts';
import { preferenceEntries } from './pi.ts';
import { settingsCommands } from './settings.ts';

/** Where the page of a restore begins: with a backup, with what a job made or was restoring, or with a card. */
const beginningSchema = v.variant('with', [
  v.strictObject({ with: v.literal('backup'), backup: id }),
  v.strictObject({ with: v.literal('job'), job: id, forceUnmount: v.boolean() }),
  v.strictObject({ with: v.literal('card'), disk: id, card: id }),
]);

export const commandSchema = v.variant('command', [
  v.strictObject({
    command: v.literal('backup'),
    disk: id,
    card: id,
    /** Goes on with the backup of this card that did not finish; else it begins anew. */
    continue: v.optional(v.boolean()),
  }),
  v.strictObject({
    command: v.literal('cancel'),
    job: id,
    /** What a backup has proven stays, to be continued; else it is thrown away. */
    keep: v.optional(v.boolean()),
  }),
  v.strictObject({ command: v.literal('retry'), job: id, forceUnmount: v.boolean() }),
  v.strictObject({ command: v.literal('dismiss'), job: id }),
  v.strictObject({ command: v.literal('reveal'), job: id }),
  v.strictObject({ command: v.literal('eject'), disk: id, card: id }),
  v.strictObject({ command: v.literal('clear-leftover'), file: text }),
  v.strictObject({
    command: v.literal('open-privacy-settings'),
    /** The switch of removable volumes, if left out. */
    pane: v.optional(v.picklist(['removable-volumes', 'full-disk-access'])),
  }),
  /** The user has come back: cards that could not be opened are looked at again. */
  v.strictObject({ command: v.literal('look-again') }),
  v.strictObject({ command: v.literal('set-eject-when-done'), value: v.boolean() }),
  v.strictObject({ command: v.literal('set-show-other-external'), value: v.boolean() }),
  ...settingsCommands,
  /** Marks a disk “never touch”. */
  v.strictObject({ command: v.literal('protect'), disk: id, card: id }),
  /** Takes the mark away; `key` is that of a refused disk. */
  v.strictObject({ command: v.literal('unprotect'), key: text }),
  v.strictObject({ command: v.literal('restore-open'), from: beginningSchema }),
  /** Another backup on the open page. */
  v.strictObject({ command: v.literal('restore-choose-backup'), backup: id }),
  /** The first naming: which card is to be written over. */
  v.strictObject({ command: v.literal('restore-choose'), disk: id, card: id }),
  /** Shows what will be lost; `restore-start` is refused before. */
  v.strictObject({ command: v.literal('restore-review'), token: id }),
  /** Back to the choice. */
  v.strictObject({ command: v.literal('restore-back') }),
  /** The second naming: writes over the card that `token` stands for. */
  v.strictObject({
    command: v.literal('restore-start'),
    token: id,
    typedName: v.nullable(text),
    grow: v.picklist(['leave', 'first-boot']),
  }),
  /** Instead of writing over it: brings back what was on the card before a restore that has written only its mark. */
  v.strictObject({ command: v.literal('restore-undo'), token: id }),
  v.strictObject({ command: v.literal('restore-close') }),
  /** The same for the card of a restore that ended early. */
  v.strictObject({ command: v.literal('undo'), job: id }),
  /** What is left out stays as it is. */
  v.strictObject({
    command: v.literal('pi-set'),
    pi: id,
    change: v.partial(v.strictObject(preferenceEntries)),
  }),
  /** Puts into the trash exactly what the answer to the query "forget" with this token listed. */
  v.strictObject({ command: v.literal('forget'), token: id }),
  v.strictObject({ command: v.literal('check'), backup: id }),
  /**
   * Saves files and folders out of an image, by the paths that a query gave: the app asks for a folder, the panel in a
   * browser makes a new one in the user's Downloads.
   */
  v.strictObject({
    command: v.literal('save'),
    backup: id,
    paths: v.pipe(v.array(filePath), v.minLength(1), v.maxLength(MAX_SAVED)),
  }),
  /** After a query that was answered with NEEDS_UNPACKING. */
  v.strictObject({ command: v.literal('unpack'), backup: id }),
  v.strictObject({ command: v.literal('errand-cancel'), errand: id }),
  v.strictObject({ command: v.literal('errand-dismiss'), errand: id }),
  /** Shows what was saved. */
  v.strictObject({ command: v.literal('errand-reveal'), errand: id }),
  /** The pages of the first start were seen, or skipped. */
  v.strictObject({ command: v.literal('welcomed') }),
  /** Puts the sample card into a reader of its own; the page is about that until `sample-end`, which removes all of it. */
  v.strictObject({ command: v.literal('sample-start') }),
  v.strictObject({ command: v.literal('sample-end') }),
  /** Shows the image in its folder. */
  v.strictObject({ command: v.literal('backup-reveal'), backup: id }),
  /** Reads the library again now. */
  v.strictObject({ command: v.literal('library-look') }),
]);
export type Command = v.InferOutput<typeof commandSchema>;

/** Every command is answered with this. */
export const replySchema = v.variant('ok', [
  v.object({ ok: v.literal(true) }),
  v.object({ ok: v.literal(false), problem: problemSchema }),
]);
export type Reply = v.InferOutput<typeof replySchema>;
