/**
 * How long a test waits for a page, a process or a desk: only a fault makes it last that long. On a busy machine everything
 * is many times slower, so no test has a shorter patience of its own.
 */
export const patience = { timeout: 60_000, interval: 20 };
