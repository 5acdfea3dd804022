/** Start of the worker as a program of its own: forked from a checkout, or bundled for the app's utility process. */

import { runWorker } from './main.ts';

runWorker();
