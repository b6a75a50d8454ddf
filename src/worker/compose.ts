import type { Claimed } from '../database/claimed.ts';
import type { Engine } from '../database/engine.ts';
import { createEmailLinks } from '../email-links.ts';
import { createLinks, type LinkKey } from '../links.ts';
import type { Message } from '../providers/types.ts';
import { type EmailContext, renderEmail } from '../render/email/index.ts';
import { createEmailTemplate, type EmailTemplate } from '../render/email/template.ts';

export type ComposeOptions = {
  readonly keys: readonly [LinkKey, ...LinkKey[]];
  /** Where the links' routes are. */
  readonly publicUrl: string;
  /** Where buttons lead. */
  readonly appUrl: string;
  /** Has the templates. */
  readonly engine: Pick<Engine, 'emailTemplate'>;
};

/** Makes a function that renders a claimed email with its signed links; it asks the database for a template it does not have. */
export function createCompose({ keys, publicUrl, appUrl, engine }: ComposeOptions) {
  const links = createLinks(keys);
  const emailLinks = createEmailLinks(links, publicUrl);
  const templateOf = keepTemplates(engine);
  return async (claimed: Claimed): Promise<Message> => {
    const { email, ...message } = claimed;
    if (!email) return message;
    const { deliveryId } = message;
    return {
      ...message,
      mail: {
        ...renderEmail(message, email, await templateOf(email), emailLinks, appUrl),
        returnTag: links.signReturn(deliveryId),
      },
    };
  };
}

/** Compiled once: a template of the same name with another digest is another one, and takes its place. */
function keepTemplates(engine: ComposeOptions['engine']) {
  const kept = new Map<string, { readonly digest: string; readonly template: EmailTemplate }>();
  return async ({ template: name, templateDigest }: EmailContext): Promise<EmailTemplate> => {
    const known = kept.get(name);
    if (known?.digest === templateDigest) return known.template;
    // Maybe a newer one than when the mail was claimed, which is as good.
    const found = await engine.emailTemplate(name);
    if (!found) throw new Error(`there is no mail template ${name}`);
    const template = createEmailTemplate(found.html, found.texts);
    kept.set(name, { digest: found.digest, template });
    return template;
  };
}
