import { createUser, signToken, type TestApi } from './api.ts';
import type { TestDatabase } from './database.ts';

/** What its announcements give as their reason. */
export const why = 'Written by a test of announcements.';

/** The texts of a banner in English. */
export const english = (title: string) => [{ language: 'en', title, body: `${title}, in full` }];

/** An operator who announces. */
export async function createAnnouncer(db: TestDatabase, api: TestApi) {
  const operator = await signToken(await createUser(db), { role: 'operator' });
  return {
    async announce(input: Readonly<Record<string, unknown>>) {
      const answer = await api.ask(
        'mutation ($input: AnnounceInput!) { announce(input: $input) { result { id level audience endsAt texts } } }',
        { token: operator, variables: { input: { note: why, ...input } } },
      );
      return { ...answer, id: answer.data?.announce?.result.id as string };
    },
    withdraw: (announcementId: string, token = operator) =>
      api.ask(
        'mutation ($input: WithdrawAnnouncementInput!) { withdrawAnnouncement(input: $input) { result { id endsAt } } }',
        { token, variables: { input: { announcementId, note: why } } },
      ),
    /** Ends all of them. */
    endAll: () =>
      db.owner.query('update notify.announcements set ends_at = now() where ends_at is null or ends_at > now()'),
  };
}

export type Announcer = Awaited<ReturnType<typeof createAnnouncer>>;
