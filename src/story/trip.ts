import { circle, people } from '../demo/people.ts';
import type { Stage } from './stage.ts';

const [ada, ben, chloe, dilan, eva] = people.map(({ id }) => id) as [string, string, string, string, string];
const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

/** Every day has a cap of its own; here one passes at once. */
export const passADay = (stage: Stage) =>
  stage.time('delete from notify_private.daily_counters where recipient_id = any ($1)', [people.map(({ id }) => id)]);

/** A circle plans a trip, from the first row to the day it begins. */
export async function planTrip(stage: Stage): Promise<void> {
  let tripId = '';
  let windowId = '';
  await stage.scene('Ada starts a trip', async () => {
    tripId = await stage.as(ada, 'createTrip', { circleId: circle.id, name: 'Lisbon in May' });
  });
  await stage.scene('Ben suggests dates, Chloé likes them', async () => {
    windowId = await stage.as(ben, 'suggestDates', { tripId, startOn: day(60), endOn: day(64) });
    await stage.as(chloe, 'supportDates', { dateWindowId: windowId });
  });
  await stage.scene(
    'It is night where Eva is: quiet hours around now. Dilan wants to hear nothing of expenses',
    async () => {
      await stage.as(eva, 'updatePersonalSettings', { quietHours: quietAroundNow('Pacific/Auckland') });
      await stage.as(dilan, 'setPreference', { typeKey: 'expense_added', channel: 'push', enabled: false });
    },
  );
  await stage.scene('Ada proposes the dates; Ben, Chloé and Dilan say they work', async () => {
    await stage.as(ada, 'proposeDates', { dateWindowId: windowId });
    for (const traveler of [ben, chloe, dilan]) await stage.as(traveler, 'reactToProposal', { tripId, works: true });
  });
  await stage.scene('Ada confirms them', () => stage.as(ada, 'lockDates', { tripId }));
  await passADay(stage);
  await stage.scene('The next day Chloé shares an idea, and Ada publishes an itinerary', async () => {
    await stage.as(chloe, 'shareIdea', { tripId, title: 'Sunset at the Miradouro' });
    await stage.as(ada, 'publishItinerary', { tripId, summary: 'Alfama, Belém, and a day by the sea' });
  });
  await stage.scene('Ben adds three expenses for everyone', async () => {
    for (const title of ['Flights', 'Train to Sintra', 'Dinner'])
      await stage.as(ben, 'addExpense', {
        tripId,
        title,
        amount: '120.00',
        currency: 'EUR',
        sharedBy: [ada, ben, chloe, dilan, eva],
      });
  });
  await stage.scene('Eva wakes up: no quiet hours any more, so what waited is asked again', () =>
    stage.as(eva, 'resetPersonalSettings', {}),
  );
  await passADay(stage);
  await stage.scene('A week before it begins, Chloé opens the trip', async () => {
    await stage.service('update trips.trips set locked_start_on = $2, locked_end_on = $3 where id = $1', [
      tripId,
      day(6),
      day(10),
    ]);
    await stage.as(chloe, 'openTrip', { tripId });
  });
  await passADay(stage);
  await stage.scene('The day has come, and Ben opens it', async () => {
    await stage.service('update trips.trips set locked_start_on = $2, locked_end_on = $3 where id = $1', [
      tripId,
      day(0),
      day(4),
    ]);
    await stage.as(ben, 'openTrip', { tripId });
  });
}

function quietAroundNow(timeZone: string) {
  const clock = (offsetHours: number) =>
    new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
      Date.now() + offsetHours * 3_600_000,
    );
  return Array.from({ length: 7 }, (_, weekday) => ({
    weekday: weekday + 1,
    startsAt: `${clock(-2)}:00`,
    endsAt: `${clock(5)}:00`,
  }));
}
