import type fc from '../support/fast-check.ts';
import type { Case } from './case.ts';

/** Something that can be called. */
export type Target = {
  readonly name: string;
  /** Whether calls change what is there, so that each that is meant needs a player of its own. */
  readonly changes: boolean;
  /** Calls that are meant: one of them at least is to succeed. */
  readonly plain: readonly Case[];
  readonly cases: fc.Arbitrary<Case>;
};
