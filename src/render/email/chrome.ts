/** The words around a notification's own, by language. */
export type Chrome = {
  readonly open: string;
  readonly confirm: string;
  readonly expiry: string;
  readonly paste: string;
  readonly because: (label: string) => string;
  readonly asked: string;
  readonly locked: string;
  readonly unsubscribe: string;
  readonly preferences: string;
  readonly initiated: string;
  readonly completed: string;
  readonly low: string;
  readonly balance: string;
  readonly threshold: string;
};

const en: Chrome = {
  open: 'Open',
  confirm: 'Confirm this address',
  expiry: 'The link works once, for 24 hours.',
  paste: 'If the button does not work, open this address:',
  because: (label) => `You get this email because you are told of “${label}” by email.`,
  asked: 'You get this email because somebody asked for email at this address.',
  locked: 'You get this email because it concerns your account; it cannot be switched off.',
  unsubscribe: 'Unsubscribe from these',
  preferences: 'All email settings',
  initiated: 'In progress',
  completed: 'Completed',
  low: 'Low balance',
  balance: 'Balance',
  threshold: 'Your threshold',
};

const fr: Chrome = {
  open: 'Ouvrir',
  confirm: 'Confirmer cette adresse',
  expiry: 'Le lien fonctionne une fois, pendant 24 heures.',
  paste: 'Si le bouton ne fonctionne pas, ouvrez cette adresse\u00a0:',
  because: (label) => `Vous recevez cet email car vous êtes informé par email de «\u00a0${label}\u00a0».`,
  asked: 'Vous recevez cet email car quelqu’un a demandé des emails à cette adresse.',
  locked: 'Vous recevez cet email car il concerne votre compte\u00a0; il ne peut pas être désactivé.',
  unsubscribe: 'Ne plus recevoir ceux-ci',
  preferences: 'Tous les réglages des emails',
  initiated: 'En cours',
  completed: 'Terminé',
  low: 'Solde bas',
  balance: 'Solde',
  threshold: 'Votre seuil',
};

/** Of a BCP 47 tag's language; English where we do not speak it. */
export function chromeOf(locale: string): { readonly language: string; readonly chrome: Chrome } {
  return locale.split('-', 1)[0] === 'fr' ? { language: 'fr', chrome: fr } : { language: 'en', chrome: en };
}
