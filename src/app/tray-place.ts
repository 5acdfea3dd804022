/** Whether the tray icon can be seen, as far as where it lies tells. Pure. */

import type { Display, Rectangle } from 'electron';

type Screen = Pick<Display, 'bounds' | 'workArea'>;

/**
 * The camera housing of a MacBook covers about this much of the middle of the menu bar, in points, and only bars around
 * one are higher than this (24 points elsewhere).
 */
const NOTCH_WIDTH = 200;
const PLAIN_BAR_HEIGHT = 30;

/**
 * False for an icon that macOS has put away: off every screen, of no size, or behind the camera housing. It can also be
 * hidden in System Settings. Where it lies is then no place for the panel.
 */
export function isTrayVisible(icon: Rectangle, screens: readonly Screen[]): boolean {
  if (icon.width < 1 || icon.height < 1) return false;
  const middle = icon.x + icon.width / 2;
  const screen = screens.find(
    ({ bounds: { x, y, width, height } }) =>
      middle > x && middle < x + width && icon.y >= y - 1 && icon.y < y + height,
  );
  if (!screen) return false;
  const { bounds, workArea } = screen;
  if (workArea.y - bounds.y <= PLAIN_BAR_HEIGHT) return true;
  return Math.abs(middle - (bounds.x + bounds.width / 2)) > NOTCH_WIDTH / 2;
}
