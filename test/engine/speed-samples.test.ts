import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_POINTS, SpeedSamples, sparkline } from '../../src/engine/speed-samples.ts';

describe('speed over time', () => {
  it('loses no byte and never grows beyond its bound', () => {
    const steps = fc.array(
      fc.record({ seconds: fc.double({ min: 0.01, max: 500, noNaN: true }), bytes: fc.nat() }),
    );
    fc.assert(
      fc.property(steps, (parts) => {
        const samples = new SpeedSamples();
        let at = 0;
        let total = 0;
        for (const { seconds, bytes } of parts) {
          samples.add(at, at + seconds, bytes);
          at += seconds;
          total += bytes;
        }
        const { points, stepSeconds } = samples.curve();
        expect(points.length).toBeLessThanOrEqual(MAX_POINTS);
        const sum = points.reduce((one, other) => one + other, 0) * stepSeconds;
        expect(Math.abs(sum - total)).toBeLessThanOrEqual(
          1 + total * 1e-6 + MAX_POINTS * stepSeconds,
        );
      }),
    );
  });

  it('shows where it became slow', () => {
    const samples = new SpeedSamples(1);
    for (let second = 0; second < 20; second += 1) {
      samples.add(second, second + 1, second < 10 ? 80_000_000 : 10_000_000);
    }
    expect(samples.curve().points[0]).toBe(80_000_000);
    expect(sparkline(samples.curve(), 10)).toBe('█████▂▂▂▂▂');
  });

  it('draws nothing out of nothing', () => {
    const samples = new SpeedSamples();
    samples.add(0, 0, 5);
    samples.add(3, 2, 5);
    samples.add(0, Number.POSITIVE_INFINITY, 5);
    samples.add(0, 1, Number.NaN);
    expect(samples.curve()).toEqual({ stepSeconds: 0, points: [] });
    expect(sparkline(samples.curve())).toBe('');
  });
});
