import pg from 'pg';

/** A statement that the connection has prepared, and its values. */
export type Prepared = { readonly name: string; readonly values: readonly unknown[] };
type Config = { readonly text: string; readonly name: string; readonly values: unknown[]; readonly rowMode?: 'array' };
export type Result = { readonly rows: readonly unknown[]; readonly rowCount: number | null };

// What node-postgres has and its types leave out.
type Connection = {
  bind(portal: Omit<Prepared, 'name'> & { statement: string; valueMapper: (value: unknown) => unknown }): void;
  execute(portal: object): void;
  close(statement: { type: 'S'; name: string }): void;
  readonly parsedStatements: Record<string, string>;
};
type Query = pg.Submittable & {
  callback: (error: Error | null, result: Result) => void;
  prepare(connection: Connection): void;
  handleDataRow(message: object): void;
  handleCommandComplete(message: object, connection: Connection): void;
};
const Query = pg.Query as unknown as new (config: Config) => Query;
const { prepareValue: valueMapper } = (pg as unknown as { utils: { prepareValue(value: unknown): unknown } }).utils;

export type PipelineOptions = {
  /** What is executed first; what it answers is thrown away. */
  readonly before: readonly Prepared[];
  /** A statement that the connection need not keep any longer. */
  readonly forget: string | undefined;
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
    const { before, forget } = this.#options;
    if (forget !== undefined) {
      connection.close({ type: 'S', name: forget });
      delete connection.parsedStatements[forget];
    }
    for (const { name: statement, values } of before) {
      connection.bind({ statement, values, valueMapper });
      connection.execute({});
    }
    super.prepare(connection);
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
    const query = new Pipeline(config, options);
    query.callback = (error, result) => (error ? reject(error) : resolve(result));
    client.query(query);
  });
}
