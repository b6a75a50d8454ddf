import { beforeAll, beforeEach } from 'vitest';
import { pass } from './wall-clock.ts';

/**
 * Days end, months begin and clocks are set at quarters of an hour of UTC, whatever the zone. No test is begun shortly before
 * one, so that what it calls today, this month or in two hours stays so; tests that take longer have people live where it is noon.
 */
const passQuarter = () => pass({ everyMs: 15 * 60_000, enoughMs: 20_000 });

beforeAll(passQuarter);
beforeEach(passQuarter);
