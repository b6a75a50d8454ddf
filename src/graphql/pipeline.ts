import pg from 'pg';

/** A statement that the connection has prepared, and its values. */
export type Prepared = { readonly name: string; readonly values: readonly unknown[] };
type Config = {
  readonly text: string;
  readonly name: string;
  readonly values: readonly unknown[];
  readonly rowMode?: 'array';
};
export type Result = { readonly rows: readonly unknown[]; readonly rowCount: number | null };
/** What the rows of a statement are like, as PostgreSQL says it. */
export type Columns = readonly object[];

// What node-postgres has and its types leave out.
type Connection = {
  bind(portal: { readonly statement: string; readonly values: readonly unknown[] }): void;
  execute(portal: object): void;
  close(statement: { type: 'S'; name: string }): void;
  sync(): void;
  readonly parsedStatements: Record<string, string>;
};
type Description = { readonly fields: Columns };
type Query = pg.Submittable & {
  readonly name: string;
  readonly values: readonly unknown[];
  callback: (error: Error | null, result: Result) => void;
  prepare(connection: Connection): void;
  handleRowDescription(message: Description): void;
  handleDataRow(message: object): void;
  handleCommandComplete(message: object, connection: Connection): void;
};
const Query = pg.Query as unknown as new (config: Config) => Query;
const { prepareValue } = (pg as unknown as { utils: { prepareValue(value: unknown): unknown } }).utils;
const written = (values: readonly unknown[]): readonly unknown[] => values.map((value) => prepareValue(value));

export type PipelineOptions = {
  /** What is executed first; what it answers is thrown away. */
  readonly before: readonly Prepared[];
  /** A statement that the connection need not keep any longer. */
  readonly forget: string | undefined;
  /** The statement's columns, where it was executed on this connection before. */
  readonly columns: Columns | undefined;
  /** Told of them where they were not known. */
  readonly learn: (columns: Columns) => void;
};

class Pipeline extends Query {
  readonly #options: PipelineOptions;
  #unanswered: number;

  constructor(config: Config, options: PipelineOptions) {
    super(config);
    this.#options = options;
    this.#unanswered = options.before.length;
  }

  override prepare(connection: Connection): void {
    const { before, forget, columns } = this.#options;
    if (forget !== undefined) {
      connection.close({ type: 'S', name: forget });
      delete connection.parsedStatements[forget];
    }
    for (const { name: statement, values } of before) {
      connection.bind({ statement, values: written(values) });
      connection.execute({});
    }
    if (!columns) {
      super.prepare(connection);
      return;
    }
    // A prepared statement cannot change its columns, as PostgreSQL would refuse to execute it: they are asked for once a connection.
    super.handleRowDescription({ fields: columns });
    connection.bind({ statement: this.name, values: this.values });
    connection.execute({});
    connection.sync();
  }

  override handleRowDescription(message: Description): void {
    this.#options.learn(message.fields);
    super.handleRowDescription(message);
  }

  override handleDataRow(message: object): void {
    if (this.#unanswered === 0) super.handleDataRow(message);
  }

  override handleCommandComplete(message: object, connection: Connection): void {
    if (this.#unanswered === 0) super.handleCommandComplete(message, connection);
    else this.#unanswered -= 1;
  }
}

/**
 * Executes a statement behind others. All are sent at once and are one transaction, which ends with the last; where one
 * fails, PostgreSQL passes over those behind it and undoes those before.
 *
 * @param config its name tells the connection whether it has prepared it before
 */
export function pipeline(client: pg.ClientBase, config: Config, options: PipelineOptions): Promise<Result> {
  return new Promise((resolve, reject) => {
    // Before anything is sent: what cannot be written down leaves the connection as it is.
    const query = new Pipeline({ ...config, values: written(config.values) }, options);
    query.callback = (error, result) => (error ? reject(error) : resolve(result));
    client.query(query);
  });
}
