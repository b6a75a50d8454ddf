import { csvLine } from './csv.ts';

/** A row of a list, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** How a list is written, a piece at a time. */
export type Format = {
  readonly name: 'csv' | 'json';
  readonly contentType: string;
  readonly piece: (
    rows: readonly Row[],
    columns: readonly string[],
    place: { readonly isFirst: boolean; readonly isLast: boolean },
  ) => string;
};

export const formats: readonly Format[] = [
  {
    name: 'csv',
    contentType: 'text/csv; charset=utf-8; header=present',
    piece: (rows, columns, { isFirst }) =>
      (isFirst ? csvLine(columns) : '') + rows.map((row) => csvLine(columns.map((column) => row[column]))).join(''),
  },
  {
    name: 'json',
    contentType: 'application/json; charset=utf-8',
    piece(rows, _columns, { isFirst, isLast }) {
      const lines = rows.map((row, n) => `${isFirst && n === 0 ? '' : ','}\n${JSON.stringify(row)}`).join('');
      const isEmpty = isFirst && rows.length === 0;
      return `${isFirst ? '[' : ''}${lines}${isLast ? `${isEmpty ? '' : '\n'}]\n` : ''}`;
    },
  },
];
