export type Places = {
  readonly apiUrl: string;
  readonly sandboxUrl: string;
  readonly psql: string;
  readonly watching: boolean;
};

/** What a newcomer needs to see first: where things are, and one line that makes phones ring. */
export function welcome(places: Places): string {
  const lines = [
    ['GraphQL', `${places.apiUrl}/graphql`],
    ['Explorer', `${places.apiUrl}/graphiql`],
    ['Sandbox', `${places.sandboxUrl} (what each phone, browser and mailbox received)`],
    ['SQL', places.psql],
    ['Token', 'npm run --silent token -- --user <id of notify.users>'],
    ['Try', tryThis(places)],
    ['End', places.watching ? 'Ctrl-C; until then, saved files take effect' : 'Ctrl-C; the next start resumes'],
  ];
  const body = lines.map(([label = '', text = '']) => `  ${label.padEnd(9)} ${text}`).join('\n');
  return `\nRowbell is running.\n\n${body}\n\n`;
}

/** One line for the shell that inserts a row and makes the sandbox's phones ring. */
function tryThis(places: Places): string {
  return `${places.psql} -c "select notify.emit('hello', '{}')"`;
}
