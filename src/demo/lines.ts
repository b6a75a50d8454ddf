import { circle, people } from './people.ts';

/** Lines for a shell that make the demo's phones ring: Ada starts a trip, her circle hears of it. */
export type DemoLines = {
  /** A plain insert, as any service would write it. */
  readonly sql: string;
  /** The same through the API, as Ada's app would do it. */
  readonly curl: string;
};

/**
 * @param psql a command that opens psql as the owner
 * @param apiUrl base address of the API, without a slash at its end
 */
export function demoLines({ psql, apiUrl }: { readonly psql: string; readonly apiUrl: string }): DemoLines {
  const ada = people[0]?.id;
  const values = `'${circle.id}', 'Lisbon in May', '${ada}', '${ada}'`;
  const mutation = `mutation { createTrip(input: {circleId: \\"${circle.id}\\", name: \\"Lisbon in May\\"}) { result { id } } }`;
  return {
    sql: `${psql} -c "insert into trips.trips (circle_id, name, creator_id, leader_id) values (${values})"`,
    curl: [
      `curl -sS ${apiUrl}/graphql -H 'content-type: application/json'`,
      `-H "authorization: Bearer $(npm run --silent token -- --user ${ada})"`,
      `-d '{"query":"${mutation}"}'`,
    ].join(' '),
  };
}
