import { createRowbell, toResult } from '@rowbell/client';

const { ROWBELL_URL = 'http://127.0.0.1:5678/graphql', ROWBELL_TOKEN } = process.env;
const rowbell = createRowbell({ url: ROWBELL_URL, getToken: () => ROWBELL_TOKEN ?? null, locale: 'fr' });

const show = (message: string, more: { beside?: string | undefined; againInSeconds?: number | undefined } = {}) =>
  console.log(JSON.stringify({ message, ...more }));

const result = await toResult(rowbell.preferences.updateSettings({ timeZone: 'Nowhere' }));
if (!result.ok) {
  const { error } = result;
  switch (error.code) {
    case 'INVALID_INPUT':
      show(error.message, { beside: error.field });
      break;
    case 'RATE_LIMITED':
      show(error.message, { againInSeconds: error.retryAfter });
      break;
    case 'NO_CONNECTION':
    case 'NO_ANSWER':
      show('You are offline.');
      break;
    default:
      show(error.message);
  }
}
