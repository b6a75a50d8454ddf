import { demoLines } from '../demo/lines.ts';

export type Places = {
  readonly apiUrl: string;
  readonly sandboxUrl: string;
  readonly psql: string;
  readonly analystPsql: string | null;
  /** Whether the demo's people are there to try it with. */
  readonly demo: boolean;
  /** Whether there is a trip for them to plan. */
  readonly hasTrips: boolean;
  readonly watching: boolean;
};

/** What a newcomer needs to see first: where things are, and one line that makes phones ring. */
export function welcome(places: Places): string {
  const demo = demoLines(places);
  const lines = [
    ['GraphQL', `${places.apiUrl}/graphql`],
    ['Explorer', `${places.apiUrl}/graphiql`],
    ['Sandbox', `${places.sandboxUrl} (what each phone, browser and mailbox received)`],
    ['SQL', places.psql],
    ...(places.analystPsql ? [['Figures', `${places.analystPsql} (reads the schema analytics, nothing else)`]] : []),
    ['Token', 'npm run --silent token -- --user <id of notify.users>'],
    ...(places.demo && places.hasTrips
      ? [
          ['Try', demo.sql],
          ['or', demo.curl],
          ['Story', 'npm run story (a trip and a week of coaching calls, in two minutes)'],
        ]
      : []),
    ['End', places.watching ? 'Ctrl-C; until then, saved files take effect' : 'Ctrl-C; the next start resumes'],
  ];
  const body = lines.map(([label = '', text = '']) => `  ${label.padEnd(9)} ${text}`).join('\n');
  return `\nRowbell is running.\n\n${body}\n\n`;
}
