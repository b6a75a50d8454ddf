/** What stands around a notification's own words in its email. */
export type MailTexts = {
  readonly open: string;
  readonly confirm: string;
  readonly expiry: string;
  readonly paste: string;
  readonly because: (label: string) => string;
  readonly asked: string;
  readonly locked: string;
  readonly unsubscribe: string;
  readonly preferences: string;
  /** Under a digest that has more than it shows. */
  readonly more: (count: number) => string;
};

/** What the pages behind links in emails say. */
export type PageTexts = {
  readonly invalid: string;
  readonly invalidWhy: string;
  readonly leave: (label: string | null) => string;
  readonly leaveWhy: string;
  readonly unsubscribe: string;
  readonly leaveAll: string;
  readonly left: (label: string | null) => string;
  readonly leftAll: string;
  readonly leftWhy: string;
  readonly settings: string;
  readonly settingsWhy: string;
  readonly choices: Readonly<Record<'instant' | 'daily' | 'weekly' | 'never', string>>;
  readonly locked: string;
  readonly track: string;
  readonly save: string;
  readonly saved: string;
  readonly confirm: string;
  readonly confirmWhy: string;
  readonly confirmButton: string;
  readonly confirmed: string;
  readonly expired: string;
  readonly expiredWhy: string;
  readonly changed: string;
  readonly changedWhy: string;
};

/** What Rowbell itself says to people, in one language. */
export type EmailTexts = {
  /** BCP 47 tag. */
  readonly language: string;
  readonly mail: MailTexts;
  readonly page: PageTexts;
};

const en: EmailTexts = {
  language: 'en',
  mail: {
    open: 'Open',
    confirm: 'Confirm this address',
    expiry: 'The link works once, for 24 hours.',
    paste: 'If the button does not work, open this address:',
    because: (label) => `You get this email because you are told of “${label}” by email.`,
    asked: 'You get this email because somebody asked for email at this address.',
    locked: 'You get this email because it concerns your account; it cannot be switched off.',
    unsubscribe: 'Unsubscribe from these',
    preferences: 'All email settings',
    more: (count) => `and ${count} more in the inbox`,
  },
  page: {
    invalid: 'This link does not work',
    invalidWhy: 'It is damaged or its time is over. The newest email has a fresh one.',
    leave: (label) => (label ? `Stop emails about “${label}”?` : 'Stop these emails?'),
    leaveWhy: 'Nothing has changed yet.',
    unsubscribe: 'Unsubscribe',
    leaveAll: 'Unsubscribe from all email',
    left: (label) => (label ? `No more emails about “${label}”` : 'No more of these emails'),
    leftAll: 'No more email',
    leftWhy: 'What concerns the security of your account still comes.',
    settings: 'Email settings',
    settingsWhy: 'How often you get email about…',
    choices: { instant: 'at once', daily: 'once a day', weekly: 'once a week', never: 'never' },
    locked: 'cannot be switched off',
    track: 'Note when I open an email or follow a link in it',
    save: 'Save',
    saved: 'Saved.',
    confirm: 'Is this address yours?',
    confirmWhy: 'Confirm it to get email here.',
    confirmButton: 'Yes, confirm',
    confirmed: 'Your address is confirmed',
    expired: 'The time of this link is over',
    expiredWhy: 'Ask for a new one where you entered your address.',
    changed: 'This address has been replaced',
    changedWhy: 'The link was for an address you do not use here any more.',
  },
};

const fr: EmailTexts = {
  language: 'fr',
  mail: {
    open: 'Ouvrir',
    confirm: 'Confirmer cette adresse',
    expiry: 'Le lien fonctionne une fois, pendant 24 heures.',
    paste: 'Si le bouton ne fonctionne pas, ouvrez cette adresse\u00a0:',
    because: (label) => `Vous recevez cet email car vous êtes informé par email de «\u00a0${label}\u00a0».`,
    asked: 'Vous recevez cet email car quelqu’un a demandé des emails à cette adresse.',
    locked: 'Vous recevez cet email car il concerne votre compte\u00a0; il ne peut pas être désactivé.',
    unsubscribe: 'Ne plus recevoir ceux-ci',
    preferences: 'Tous les réglages des emails',
    more: (count) =>
      count === 1 ? 'et une autre dans la boîte de réception' : `et ${count} autres dans la boîte de réception`,
  },
  page: {
    invalid: 'Ce lien ne fonctionne pas',
    invalidWhy: 'Il est abîmé ou n’est plus valable. Le dernier email en contient un nouveau.',
    leave: (label) => (label ? `Arrêter les emails «\u00a0${label}\u00a0»\u00a0?` : 'Arrêter ces emails\u00a0?'),
    leaveWhy: 'Rien n’a encore changé.',
    unsubscribe: 'Se désabonner',
    leaveAll: 'Se désabonner de tous les emails',
    left: (label) => (label ? `Plus d’emails «\u00a0${label}\u00a0»` : 'Plus de ces emails'),
    leftAll: 'Plus d’emails',
    leftWhy: 'Ce qui concerne la sécurité de votre compte arrive toujours.',
    settings: 'Réglages des emails',
    settingsWhy: 'À quel rythme vous recevez des emails…',
    choices: { instant: 'tout de suite', daily: 'une fois par jour', weekly: 'une fois par semaine', never: 'jamais' },
    locked: 'ne peut pas être désactivé',
    track: 'Noter quand j’ouvre un email ou suis un de ses liens',
    save: 'Enregistrer',
    saved: 'Enregistré.',
    confirm: 'Cette adresse est-elle la vôtre\u00a0?',
    confirmWhy: 'Confirmez-la pour y recevoir des emails.',
    confirmButton: 'Oui, confirmer',
    confirmed: 'Votre adresse est confirmée',
    expired: 'Ce lien n’est plus valable',
    expiredWhy: 'Demandez-en un nouveau là où vous avez saisi votre adresse.',
    changed: 'Cette adresse a été remplacée',
    changedWhy: 'Le lien concernait une adresse que vous n’utilisez plus ici.',
  },
};

const languages: ReadonlyMap<string, EmailTexts> = new Map([en, fr].map((texts) => [texts.language, texts]));

/** In a BCP 47 tag's language; English where we do not speak it. */
export function emailTextsOf(locale: string | null | undefined): EmailTexts {
  return languages.get(languageOf(locale)) ?? en;
}

/** The language of a BCP 47 tag: `fr` of `fr-CA`. */
export function languageOf(locale: string | null | undefined): string {
  return /^[a-z]+/i.exec(locale ?? '')?.[0].toLowerCase() ?? '';
}
