/** Work on images that needs no card: how it begins, goes on and ends. Pure. */

import type { ErrandState } from '../contract/panel.ts';
import { isPiKeepError } from '../engine/errors.ts';
import { diskTitle } from '../engine/words/disk-title.ts';
import { say } from '../language/say.ts';
import { sayAgain } from '../language/say-again.ts';
import type { ExtractResult } from '../worker/file-results.ts';
import type { DeskEvent } from './event.ts';
import { plainText, saidText } from './plain-text.ts';
import { problemOf } from './problem.ts';
import type { DeskInput, DeskState, Errand, ErrandResult } from './state.ts';

interface Step {
  readonly state: DeskState;
  readonly events: readonly DeskEvent[];
}

type ErrandInput = Extract<DeskInput, { input: `errand-${string}` }>;

const MAX_OUTCOMES = 10;
const MAX_TROUBLE = 8;
const MAX_REMARKS = 12;
const MAX_SENTENCE = 400;
const MAX_TITLE = 120;

export function changeErrands(state: DeskState, input: ErrandInput): Step {
  switch (input.input) {
    case 'errand-added':
      return quiet(add(state, input));
    case 'errand-begun':
      return quiet(change(state, input.errand, begin));
    case 'errand-progressed':
      return quiet(change(state, input.errand, (one) => advance(one, input.progress)));
    case 'errand-cancelling':
      return quiet(change(state, input.errand, cancel));
    case 'errand-finished':
      return finish(state, input);
    case 'errand-failed':
      return fail(state, input);
    case 'errand-dismissed':
      return quiet({
        ...state,
        errands: state.errands.filter(({ id, state }) => id !== input.errand || isUnderWay(state)),
      });
  }
}

export function isUnderWay({ is }: ErrandState): boolean {
  return is === 'waiting' || is === 'working';
}

function add(
  state: DeskState,
  { order }: Extract<ErrandInput, { input: 'errand-added' }>,
): DeskState {
  const errandsAdded = state.errandsAdded + 1;
  const errand: Errand = {
    ...order,
    title: plainText(order.title, MAX_TITLE),
    id: `errand-${errandsAdded}`,
    state: { is: 'waiting' },
    place: null,
    end: null,
  };
  const tried = order.isScheduled ? { ...state.tried, [order.image]: state.now } : state.tried;
  // What came of the same work before has had its day.
  const others = state.errands.filter(
    (one) => isUnderWay(one.state) || one.kind !== order.kind || one.image !== order.image,
  );
  return { ...state, errandsAdded, tried, errands: [...others, errand] };
}

function change(state: DeskState, id: string, next: (errand: Errand) => ErrandState): DeskState {
  const errand = state.errands.find((one) => one.id === id && isUnderWay(one.state));
  if (!errand) return state;
  const changed = { ...errand, state: next(errand) };
  return { ...state, errands: state.errands.map((one) => (one === errand ? changed : one)) };
}

function begin(): ErrandState {
  return {
    is: 'working',
    bytes: 0,
    total: 0,
    bytesPerSecond: null,
    secondsLeft: null,
    cancelling: false,
  };
}

function advance(
  { state }: Errand,
  progress: Extract<ErrandInput, { input: 'errand-progressed' }>['progress'],
): ErrandState {
  if (state.is !== 'working') return state;
  const { bytes, total, bytesPerSecond, secondsLeft } = progress;
  return { ...state, bytes, total, bytesPerSecond, secondsLeft };
}

/** One that waits is over at once. */
function cancel({ state }: Errand): ErrandState {
  return state.is === 'working' ? { ...state, cancelling: true } : { is: 'cancelled' };
}

function finish(state: DeskState, input: Extract<ErrandInput, { input: 'errand-finished' }>): Step {
  const { errand: id, result } = input;
  const errand = state.errands.find((one) => one.id === id && isUnderWay(one.state));
  if (!errand) return quiet(state);
  const next = forgetOld(change(state, id, () => lastState(input)));
  const errands = next.errands.map((one) =>
    one.id === id
      ? { ...one, end: input, place: result.task === 'extract' ? (result.made[0] ?? null) : null }
      : one,
  );
  return { state: { ...next, errands }, events: told(errand, result) };
}

/** How an errand ended, in the language of now. */
export function lastState(
  input: Extract<ErrandInput, { input: 'errand-finished' | 'errand-failed' }>,
): ErrandState {
  if (input.input === 'errand-finished') return outcome(input.result, input.place);
  const { error } = input;
  return isPiKeepError(error, 'INTERRUPTED')
    ? { is: 'cancelled' }
    : { is: 'failed', problem: problemOf(error) };
}

function outcome(result: ErrandResult, place: string): ErrandState {
  switch (result.task) {
    case 'check': {
      const { verdict, seconds } = result;
      const trouble = [...troubleOf(result, 'fail'), ...troubleOf(result, 'remark')];
      const sentence = saidText(result.sentence, MAX_SENTENCE);
      return { is: 'checked', verdict, sentence, trouble: trouble.slice(0, MAX_TROUBLE), seconds };
    }
    case 'extract':
      return saved(result, place);
    case 'list-files':
      return { is: 'unpacked' };
  }
}

function troubleOf(
  { checks }: Extract<ErrandResult, { task: 'check' }>,
  wanted: 'fail' | 'remark',
): string[] {
  return checks
    .filter(({ state }) => state === wanted)
    .map(({ detail }) => saidText(detail, MAX_SENTENCE));
}

function saved(result: ExtractResult, place: string): ErrandState {
  const { files, folders, links, bytes } = result;
  const remarks = [
    ...result.skipped.map(({ path, why, kept }) =>
      kept
        ? say`${path} has zeros in it, because ${sayAgain(why)}.`
        : say`${path} is missing, because ${sayAgain(why)}.`,
    ),
    ...result.renamed.map(({ path, name }) => say`${path} is called ${name} here.`),
    ...result.outward.map(
      ({ path, target }) => say`The link ${path} leads to ${target}, which was not saved.`,
    ),
  ];
  const unnamed = result.moreSkipped + result.moreRenamed + result.moreOutward;
  return {
    is: 'saved',
    place,
    ...{ files, folders, links, bytes },
    remarks: remarks.slice(0, MAX_REMARKS).map((one) => plainText(one, MAX_SENTENCE)),
    moreRemarks: Math.max(0, remarks.length - MAX_REMARKS) + unnamed,
  };
}

/** Damage that nobody was looking for is worth a notice; so is what somebody waits for. */
function told(errand: Errand, result: ErrandResult): readonly DeskEvent[] {
  if (result.task !== 'check') return [];
  const { verdict, sentence } = result;
  const isBad = verdict === 'damaged' || verdict === 'unfinished';
  if (!isBad && errand.isScheduled) return [];
  return [
    {
      happened: 'checked',
      errand: errand.id,
      title: plainText(diskTitle(errand.title), MAX_TITLE),
      image: errand.image,
      isBad,
      sentence: saidText(sentence, MAX_SENTENCE),
    },
  ];
}

function fail(state: DeskState, input: Extract<ErrandInput, { input: 'errand-failed' }>): Step {
  const next = change(state, input.errand, () => lastState(input));
  const errands = next.errands.map((one) =>
    one.id === input.errand && !isUnderWay(one.state) ? { ...one, end: input } : one,
  );
  return quiet(forgetOld({ ...next, errands }));
}

function forgetOld(state: DeskState): DeskState {
  const ended = state.errands.filter((one) => !isUnderWay(one.state));
  const old = new Set(ended.slice(0, Math.max(0, ended.length - MAX_OUTCOMES)));
  return old.size === 0
    ? state
    : { ...state, errands: state.errands.filter((one) => !old.has(one)) };
}

function quiet(state: DeskState): Step {
  return { state, events: [] };
}
