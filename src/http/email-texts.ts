/** What the pages behind links in emails say, by language. */
export type Texts = {
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

const en: Texts = {
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
};

const fr: Texts = {
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
};

/** Of a BCP 47 tag's language; English where we do not speak it. */
export function textsOf(locale: string | null | undefined): { readonly language: string; readonly texts: Texts } {
  return locale?.split('-', 1)[0] === 'fr' ? { language: 'fr', texts: fr } : { language: 'en', texts: en };
}
