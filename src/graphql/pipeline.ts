import pg from 'pg';

/** A statement that the connection has prepared, and its values. */
export type Prepared = { readonly name: string; readonly values: readonly unknown[] };
type Config = { readonly text: string; readonly name: string; readonly values: readonly unknown[] };
export type Row = unknown[] | Record<string, unknown>;
export type Result = { readonly rows: readonly Row[]; readonly rowCount: number | null };
/** What the rows of a statement are like, which PostgreSQL says once. */
export type Columns = {
  readonly names: readonly string[];
  readonly parsers: readonly ((text: string) => unknown)[];
};

// What node-postgres has and its types leave out.
type Connection = {
  readonly stream: { cork(): void; uncork(): void };
  parse(statement: { name: string; text: string }): void;
  bind(portal: { statement: string; values: readonly unknown[] }): void;
  describe(portal: { type: 'P'; name: string }): void;
  execute(portal: object): void;
  close(statement: { type: 'S'; name: string }): void;
  sync(): void;
  sendCopyFail(reason: string): void;
  readonly parsedStatements: Record<string, string>;
  readonly submittedNamedStatements: Record<string, string>;
};
type Fields = readonly { readonly name: string; readonly dataTypeID: number }[];
const { prepareValue } = (pg as unknown as { utils: { prepareValue(value: unknown): unknown } }).utils;
const written = (values: readonly unknown[]): readonly unknown[] => values.map((value) => prepareValue(value));

export type PipelineOptions = {
  /** What is executed first; what it answers is thrown away. */
  readonly before: readonly Prepared[];
  /** A statement that the connection need not keep any longer. */
  readonly forget: string | undefined;
  /** Rows as lists of values, and not as objects. */
  readonly asArrays: boolean;
  /** The statement's columns, where it was executed on this connection before. */
  readonly columns: Columns | undefined;
  /** Told of them where they were not known. */
  readonly learn: (columns: Columns) => void;
};

/**
 * What node-postgres sends and hands the answers to (its `Query` knows more than is asked for here). A prepared statement cannot
 * change its columns (PostgreSQL would refuse to execute it), so they are asked for once a connection and not with each execution.
 */
class Pipeline {
  // node-postgres notes under them what a connection has prepared.
  readonly name: string;
  readonly text: string;
  readonly callback: (error: Error | null, result?: Result) => void;
  readonly #client: pg.ClientBase;
  readonly #values: readonly unknown[];
  readonly #options: PipelineOptions;
  readonly #rows: Row[] = [];
  #columns: Columns | undefined;
  #unanswered: number;
  #rowCount: number | null = null;
  #failure: Error | null = null;

  constructor(client: pg.ClientBase, config: Config, options: PipelineOptions, callback: Pipeline['callback']) {
    this.name = config.name;
    this.text = config.text;
    this.callback = callback;
    this.#client = client;
    this.#values = config.values;
    this.#options = options;
    this.#columns = options.columns;
    this.#unanswered = options.before.length;
  }

  submit(connection: Connection): Error | null {
    const { before, forget } = this.#options;
    const { name, text } = this;
    // Before anything is sent: what cannot be written down leaves the connection as it is.
    let values: readonly unknown[];
    try {
      values = written(this.#values);
    } catch (error) {
      return error as Error;
    }
    connection.stream.cork();
    try {
      if (forget !== undefined) {
        connection.close({ type: 'S', name: forget });
        delete connection.parsedStatements[forget];
      }
      for (const each of before) {
        connection.bind({ statement: each.name, values: written(each.values) });
        connection.execute({});
      }
      if (connection.parsedStatements[name] === undefined) {
        connection.parse({ name, text });
        connection.submittedNamedStatements[name] = text;
      }
      connection.bind({ statement: name, values });
      if (!this.#columns) connection.describe({ type: 'P', name: '' });
      connection.execute({});
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
    return null;
  }

  handleRowDescription({ fields }: { fields: Fields }): void {
    this.#columns = {
      names: fields.map(({ name }) => name),
      parsers: fields.map(({ dataTypeID }) => this.#client.getTypeParser(dataTypeID, 'text')),
    };
    this.#options.learn(this.#columns);
  }

  handleDataRow({ fields: values }: { fields: readonly (string | null)[] }): void {
    if (this.#unanswered > 0 || !this.#columns || this.#failure) return;
    const { names, parsers } = this.#columns;
    try {
      const row = values.map((value, column) => (value === null ? null : parsers[column]?.(value)));
      this.#rows.push(
        this.#options.asArrays ? row : Object.fromEntries(row.map((value, column) => [names[column], value])),
      );
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    if (this.#unanswered > 0) this.#unanswered -= 1;
    // `SELECT 20`, `INSERT 0 1`.
    else this.#rowCount = Number(/\d+$/.exec(text)?.[0] ?? Number.NaN);
  }

  handleReadyForQuery(): void {
    if (this.#failure) this.callback(this.#failure);
    else this.callback(null, { rows: this.#rows, rowCount: Number.isNaN(this.#rowCount) ? null : this.#rowCount });
  }

  handleError(error: Error): void {
    this.callback(error);
  }

  handleEmptyQuery(): void {}

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: Connection): void {
    connection.sendCopyFail('There is nothing to copy.');
  }

  handleCopyData(): void {}
}

/**
 * Executes a statement behind others. All are sent at once and are one transaction, which ends with the last; where one
 * fails, PostgreSQL passes over those behind it and undoes those before.
 *
 * @param config its name tells the connection whether it has prepared it before
 */
export function pipeline(client: pg.ClientBase, config: Config, options: PipelineOptions): Promise<Result> {
  return new Promise((resolve, reject) => {
    const settle: Pipeline['callback'] = (error, result) => (error ? reject(error) : resolve(result as Result));
    client.query(new Pipeline(client, config, options, settle) as unknown as pg.Submittable);
  });
}
