/** Subscribes to snapshots, renders them, sends commands. Everything visible is in `view.tsx`. */

import { render } from 'preact';
import type { Asking, Command, Problem, Query, Snapshot } from '../contract/panel.ts';
import type { AppBridge } from '../contract/told.ts';
import type { Tongue } from '../language/languages.ts';
import { currentTongue, useLanguage } from '../language/use-language.ts';
import { browserBridge } from './browser-bridge.ts';
import { forgetAnswers } from './parts/use-ask.ts';
import { routeAt } from './place.ts';
import type { Route } from './route.ts';
import { Page } from './view.tsx';

declare global {
  interface Window {
    /** Put there by the preload script; missing in a browser. */
    readonly pikeep?: AppBridge;
  }
}

const bridge = window.pikeep ?? browserBridge();
const onMac = /Macintosh/.test(navigator.userAgent);
let snapshot: Snapshot | null = null;
let refused: Problem | null = null;
/** Commands given so far, and how many of them when the refusal came. */
let given = 0;
let givenBeforeRefusal = 0;
/** The language that is spoken, or was tried last. */
let learnt = tongueKey(currentTongue());
let isLearning = false;
/**
 * Where the app has led to, first by the page's address; another object each time, so that one is led to the same page
 * again.
 */
let led: { readonly route: Route } | null = ledTo(routeAt(location.hash.slice(1)));

// Before the first snapshot: the app tells what waits as soon as somebody asks for snapshots.
window.pikeep?.onTold((told) => {
  if (told.tell === 'refused') refuse(told.problem);
  else led = ledTo(routeAt(told.to));
  show();
});

bridge.subscribe((next) => {
  snapshot = next;
  void followLanguage().then(show);
});

/** Nothing is drawn before the words for it are there. English has none to wait for. */
async function followLanguage(): Promise<void> {
  if (isLearning) return;
  isLearning = true;
  while (snapshot && learnt !== tongueKey(snapshot.tool)) {
    const { language, locale } = snapshot.tool;
    learnt = tongueKey(snapshot.tool);
    // What cannot be loaded is better read in English than not at all.
    await useLanguage({ language, locale }).catch(() => useLanguage({ language: 'en', locale }));
    document.documentElement.lang = currentTongue().language;
    forgetAnswers();
  }
  isLearning = false;
}

function tongueKey({ language, locale }: Tongue): string {
  return `${language} ${locale}`;
}

function show(): void {
  const root = document.getElementById('panel');
  if (!root || !snapshot || isLearning) return;
  const page = (
    <Page
      snapshot={snapshot}
      refused={refused}
      onMac={onMac}
      send={send}
      ask={ask}
      led={led}
      onRefusalRead={forget}
    />
  );
  render(page, root);
  // For whoever drives the page and has to know that it is up to date.
  document.documentElement.dataset['revision'] = `${snapshot.revision}`;
}

/** A refusal is shown until it is read, or until a command succeeds that was given after it. */
async function send(command: Command): Promise<boolean> {
  given += 1;
  const number = given;
  const reply = await bridge.send(command);
  if (!reply.ok) refuse(reply.problem);
  else if (number > givenBeforeRefusal) refused = null;
  show();
  return reply.ok;
}

/** One and the same function for ever, so that no page asks again because of it. */
const ask = (query: Query): Asking => bridge.ask(query);

function ledTo(route: Route | null): typeof led {
  return route && { route };
}

function refuse(problem: Problem): void {
  refused = problem;
  givenBeforeRefusal = given;
}

function forget(): void {
  refused = null;
  show();
}
