import { describeDatabaseError } from '../database/errors.ts';
import type { RowOf } from '../database/rows.ts';
import { emailTextsOf } from '../email-texts.ts';
import { RowbellError } from '../errors.ts';
import type { Origin } from '../graphql/request-origin.ts';
import type { Claim, Links, Purpose } from '../links.ts';
import { mediaType, readBody } from './body.ts';
import { type Html, html, sendPage } from './page.ts';
import { type Request, type Response, send } from './respond.ts';
import type { Route } from './router.ts';
import type { Queries } from './shared-pool.ts';

const maxBytes = 65_536;
/** How long the link to the settings works that a page shows. */
const settingsMs = 3_600_000;
/** The smallest picture there is: one transparent pixel. */
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

type Choice = 'instant' | 'daily' | 'weekly' | 'never';
type Choices = {
  readonly locale: string;
  readonly tracked: boolean;
  readonly types: readonly {
    readonly key: string;
    readonly label: string;
    readonly locked: boolean;
    readonly choice: Choice;
  }[];
};
type Verification = RowOf<'notify_private.confirm_email', 'locale'> & {
  readonly state: 'open' | 'confirmed' | 'expired' | 'changed' | 'unknown';
};

export type EmailPagesOptions = {
  readonly links: Links;
  /** Where these pages are; no slash at the end. */
  readonly publicUrl: string;
  /** The share of a link's, by what it names, in connections as `rowbell_http`. */
  readonly queriesOf: (named: string) => Queries;
  readonly originOf: (request: Request) => Origin;
};

/**
 * What links in emails lead to: `/email/unsubscribe/…` (also RFC 8058's one-click), `/email/preferences/…`,
 * `/email/verify/…`, `/email/click/…`, `/email/open/…`. The signature in the link is all the proof there is: no log-in, no
 * cookie, hence nothing another site could use. GET shows and changes nothing, since mail scanners follow every link; only
 * opens and clicks are noted by it, of those who agreed.
 */
export function createEmailRoutes({ links, publicUrl, queriesOf, originOf }: EmailPagesOptions): readonly Route[] {
  const value = async <T>(sql: string, parameters: readonly [named: string, ...unknown[]]): Promise<T | null> => {
    const queries = queriesOf(parameters[0]);
    const { rows } = await queries.query<{ value: T }>(sql, [...parameters]).catch((error: unknown) => {
      throw describeDatabaseError(error);
    });
    return rows[0]?.value ?? null;
  };
  const choicesOf = (userId: string) =>
    value<Choices>('select notify_private.email_preferences($1) as value', [userId]);
  /** What a person changes is recorded with where they did so: a select list is worked off from left to right. */
  const change = (request: Request, call: string, parameters: readonly [named: string, ...unknown[]]) => {
    const { ipAddress, userAgent } = originOf(request);
    return value<boolean>(
      `select set_config('rowbell.ip_address', $4, true), set_config('rowbell.user_agent', $5, true), ${call}($1, $2, $3) as value`,
      [...parameters, ipAddress, userAgent],
    );
  };
  const leave = (request: Request, userId: string, typeKey: string | null, deliveryId: string | null) =>
    change(request, 'notify_private.unsubscribe', [userId, typeKey, deliveryId]);
  const verification = (id: string, confirms: boolean) =>
    value<Verification>('select to_jsonb(c) as value from notify_private.confirm_email($1, $2) as c', [id, confirms]);
  const settingsLink = (userId: string) => {
    const token = links.sign('preferences', { id: userId, text: '' }, new Date(Date.now() + settingsMs));
    return `${publicUrl}/email/preferences/${token}`;
  };

  /** A route that hands on what its link says, and answers a link that says nothing with a page. */
  const linked = (
    method: Route['method'],
    purpose: Purpose,
    handle: (request: Request, response: Response, claim: Claim) => Promise<void>,
  ): Route => ({
    method,
    path: `/email/${purpose}/:id`,
    async handle(request, response, token) {
      const claim = links.read(purpose, token);
      if (claim) await handle(request, response, claim);
      else sendInvalid(response, request.headers['accept-language']);
    },
  });

  const labelOf = (choices: Choices, typeKey: string) =>
    choices.types.find(({ key }) => key === typeKey)?.label ?? null;

  return [
    linked('GET', 'unsubscribe', async (_request, response, { id: userId, text }) => {
      const { typeKey } = parseUnsubscribeTarget(text);
      const choices = await choicesOf(userId);
      if (!choices) return sendInvalid(response);
      const { language, page: texts } = emailTextsOf(choices.locale);
      sendPage(
        response,
        200,
        language,
        texts.leave(labelOf(choices, typeKey)),
        html`<p>${texts.leaveWhy}</p>
          <form method="post"><button name="scope" value="type">${texts.unsubscribe}</button>
          <button class="second" name="scope" value="all">${texts.leaveAll}</button></form>
          <p><a href="${settingsLink(userId)}">${texts.settings}</a></p>`,
      );
    }),
    linked('POST', 'unsubscribe', async (request, response, { id: userId, text }) => {
      const { typeKey, deliveryId } = parseUnsubscribeTarget(text);
      const form = await readForm(request);
      const isAll = form.get('scope') === 'all';
      // RFC 8058 §3.2: the body says so, that a click alone could not have made it.
      if (form.get('List-Unsubscribe') !== 'One-Click' && !isAll && form.get('scope') !== 'type') {
        throw new RowbellError('RBINV', 'Send List-Unsubscribe=One-Click.');
      }
      const [choices, left] = [
        await choicesOf(userId),
        await leave(request, userId, isAll ? null : typeKey, deliveryId),
      ];
      if (!choices || !left) return sendInvalid(response);
      const { language, page: texts } = emailTextsOf(choices.locale);
      const title = isAll ? texts.leftAll : texts.left(labelOf(choices, typeKey));
      sendPage(
        response,
        200,
        language,
        title,
        html`${isAll && html`<p>${texts.leftWhy}</p>`}<p><a href="${settingsLink(userId)}">${texts.settings}</a></p>`,
      );
    }),
    linked('GET', 'preferences', async (_request, response, { id: userId }) => {
      const choices = await choicesOf(userId);
      if (choices) sendChoices(response, choices, false);
      else sendInvalid(response);
    }),
    linked('POST', 'preferences', async (request, response, { id: userId }) => {
      const form = await readForm(request);
      const chosen = Object.fromEntries(
        [...form].flatMap(([name, choice]) => (name.startsWith('choice.') ? [[name.slice(7), choice]] : [])),
      );
      const isKnown =
        form.get('scope') === 'all'
          ? await leave(request, userId, null, null)
          : await change(request, 'notify_private.save_email_preferences', [
              userId,
              chosen,
              form.get('tracked') === 'yes',
            ]);
      const choices = isKnown ? await choicesOf(userId) : null;
      if (choices) sendChoices(response, choices, true);
      else sendInvalid(response);
    }),
    linked('GET', 'verify', async (_request, response, { id }) => {
      sendVerification(response, await verification(id, false));
    }),
    linked('POST', 'verify', async (request, response, { id }) => {
      await readForm(request);
      sendVerification(response, await verification(id, true));
    }),
    linked('GET', 'open', async (request, response, { id }) => {
      if (request.method === 'GET')
        await value('select notify_private.record_engagement($1, $2) as value', [id, 'opened']);
      response.setHeader('cross-origin-resource-policy', 'cross-origin');
      send(response, 200, { 'content-type': 'image/gif' }, pixel);
    }),
    linked('GET', 'click', async (request, response, { id, text: target }) => {
      if (request.method === 'GET')
        await value('select notify_private.record_engagement($1, $2) as value', [id, 'clicked']);
      send(response, 302, { location: headerSafe(target) });
    }),
  ];
}

/** An address as a header can carry it; what is escaped already stays as it is (RFC 3986). */
const headerSafe = (target: string) =>
  target.replace(/[^\x21-\x7e]+/gu, (signs) => encodeURIComponent(signs.toWellFormed()));

/** What an unsubscribe link leaves, and which mail it stands in; links of before that was said name no mail. */
function parseUnsubscribeTarget(text: string): { readonly typeKey: string; readonly deliveryId: string | null } {
  const [typeKey = '', deliveryId = null] = text.split(' ');
  return { typeKey, deliveryId };
}

function sendInvalid(response: Response, languages?: string): void {
  const { language, page: texts } = emailTextsOf(languages);
  sendPage(response, 403, language, texts.invalid, html`<p>${texts.invalidWhy}</p>`);
}

function sendChoices(response: Response, choices: Choices, isSaved: boolean): void {
  const { language, page: texts } = emailTextsOf(choices.locale);
  const option = (choice: Choice, chosen: Choice): Html =>
    html`<option value="${choice}"${choice === chosen && html` selected`}>${texts.choices[choice]}</option>`;
  const rows = choices.types.map(({ key, label, locked, choice }) =>
    locked
      ? html`<label><span>${label}</span><em>${texts.locked}</em></label>`
      : html`<label><span>${label}</span><select name="choice.${key}">${(
          ['instant', 'daily', 'weekly', 'never'] as const
        ).map((each) => option(each, choice))}</select></label>`,
  );
  sendPage(
    response,
    200,
    language,
    texts.settings,
    html`${isSaved && html`<p role="status"><strong>${texts.saved}</strong></p>`}
      <form method="post"><p>${texts.settingsWhy}</p>${rows}
      <label class="check"><input type="checkbox" name="tracked" value="yes"${choices.tracked && html` checked`}>
      <span>${texts.track}</span></label><button>${texts.save}</button></form>
      <form method="post"><button class="second" name="scope" value="all">${texts.leaveAll}</button></form>`,
  );
}

function sendVerification(response: Response, verification: Verification | null): void {
  const { language, page: texts } = emailTextsOf(verification?.locale);
  const say = (status: number, title: string, body: Html) => sendPage(response, status, language, title, body);
  switch (verification?.state) {
    case 'open':
      say(
        200,
        texts.confirm,
        html`<p>${texts.confirmWhy}</p><form method="post"><button>${texts.confirmButton}</button></form>`,
      );
      break;
    case 'confirmed':
      say(200, texts.confirmed, html``);
      break;
    case 'expired':
      say(410, texts.expired, html`<p>${texts.expiredWhy}</p>`);
      break;
    case 'changed':
      say(410, texts.changed, html`<p>${texts.changedWhy}</p>`);
      break;
    default:
      sendInvalid(response);
  }
}

/** RFC 8058 §3.2 lets a mail service send either form; a button sends the first. */
async function readForm(request: Request): Promise<URLSearchParams> {
  const type = mediaType(request);
  const body = await readBody(request, maxBytes);
  if (type === 'application/x-www-form-urlencoded' || body === '') return new URLSearchParams(body);
  if (type !== 'multipart/form-data') throw new RowbellError('RBINV', 'Send a form.');
  const field = /name="?List-Unsubscribe"?\r?\n(?:[^\r\n]+\r?\n)*\r?\nOne-Click\r?\n/i.exec(body);
  return new URLSearchParams(field ? { 'List-Unsubscribe': 'One-Click' } : {});
}
