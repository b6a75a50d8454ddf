import type { FunctionRows } from '../generated/function-rows.ts';

/** A row of a function, in which every column is there but for those that are named: these may be null. */
export type RowOf<Name extends keyof FunctionRows, Nullable extends keyof FunctionRows[Name] = never> = {
  readonly [Column in keyof FunctionRows[Name]]: Column extends Nullable
    ? FunctionRows[Name][Column]
    : NonNullable<FunctionRows[Name][Column]>;
};
