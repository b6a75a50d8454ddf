/** What a server's words speak of. `for_now` says it of the mailbox itself, `later` may be no more than advice. */
export type Word = 'sender' | 'blocked' | 'large' | 'too_many' | 'full' | 'for_now' | 'unknown' | 'later' | 'policy';

const person =
  '(?:user ?name|user|recipient|mailbox|account|addressee|address|alias|customer|person|inbox|local[- ]part)\\b(?! (?:cred|auth|agent|pass|polic|book|data))';
const kind = '(?:e-?mail |mail |local |virtual |valid |such |destination )*';
const gone =
  "(?:unknown|not known|not found|inactive|deactivated|disabled|discontinued|deleted|closed|terminated|expired|non-?existent|invalid|not valid|no longer|not listed|not recogni[sz]ed|not a valid|(?:could not|cannot|can't) be found)\\b";
/** A name may stand between ("user ada not found"), but not what would make it another thing ("user agent invalid"). */
const name = '(?: (?!auth|cred|pass|head|agent|domain|host|sess|polic|data|list|name server)[^ ]+)?';

/**
 * In this order, since a text may have several: who speaks of us does not speak of the mailbox ("sender verify failed: no
 * such user"), who counts ("too many unknown users") speaks of no single one.
 */
const words: readonly (readonly [Word, readonly RegExp[]])[] = [
  [
    'blocked',
    [
      /\b(?:black|block|deny)[- ]?list|\bblackhole|\bblock(?:ed|ing)?\b|\bbanned\b|\breputation\b|\bdelist|\bipremoval\b/,
      /\b(?:rbl|dnsbl|rhsbl|sbl|xbl|pbl|surbl|uribl|ipbl)\b|spamhaus|spamcop|barracuda|sorbs|uceprotect|abuseat|spamrats|mailspike/,
      /\bclient host\b|\b(?:ip|network|server|mta)s?\b[^.;]{0,60}\b(?:listed|refused|denied|rejected|not accepted|not allowed)\b/,
      /\b(?:dy-00\d|rp-00\d|oc-00\d|sc-00\d|cs01|s3140|s3150)\b|(?<!not )\blisted (?:in|on|at|by)\b|\bpoor [^ ]+ (?:reputation|hygiene)/,
      /\b(?:no|missing|invalid|without|bad) (?:reverse dns|rdns|ptr)\b|\bptr record|\breverse (?:dns|hostname|lookup)\b/,
    ],
  ],
  [
    'sender',
    [
      /\bsender(?:'s)?(?: [^ ]+){0,2}? (?:verif|rejected|denied|unknown|invalid|not found|is not|does ?n[o']t|refused|blocked)/,
      /\b(?:unknown|invalid|bad|unverified|forged|unverifiable) (?:[^ ]+ )?sender\b/,
      /\bsender (?:address|domain|verif|id\b)|\bverif[a-z]+ (?:of )?(?:the )?sender\b/,
      /\b(?:mail|envelope)[- ]from\b(?!: ?<>)|\breturn[- ]?path\b|\bfrom (?:address|header|domain)\b|\bcall-?out\b|\breverse-path\b/,
    ],
  ],
  [
    'large',
    [
      /\b(?:message|mail)(?: [^ ]+)? (?:size|too (?:large|big|long))|\btoo (?:large|big)\b|\bmaximum (?:message )?size\b/,
    ],
  ],
  [
    'too_many',
    [
      /\btoo (?:many|much|quickly|fast|frequent)|\brate[- ]?limit|\bat a rate\b|\bthrottl|\bslow(?:ing)? down\b/,
      /\b(?:hourly|daily|per (?:hour|day|minute)|this hour)\b|\b(?<!size )limit (?:reached|exceeded)|\bexceed[a-z]* (?:[^ ]+ ){0,4}limit\b/,
    ],
  ],
  [
    'full',
    [
      /\bover ?-?quota\b|\bquota\b|\bexceed[a-z]* (?:[^ ]+ ){0,4}(?:storage|space)\b|\bdisk full\b/,
      /\b(?:mail ?box|inbox|mail ?folder|mail ?dir|storage|disk|account)(?: [^ ]+)? (?:is |are )?(?:almost |now )?(?:full|exceeded)\b/,
      /\b(?:insufficient|not enough|no|out of) (?:[^ ]+ )?(?:storage|space|disk)\b/,
    ],
  ],
  [
    'for_now',
    [
      /\btemporar(?:y|ily) (?:[^ ]+ )?(?:disabled|unavailable|suspended|locked|unknown|rejected|deferred|inactive|closed|failure)/,
    ],
  ],
  [
    'unknown',
    [
      new RegExp(
        `\\bno such ${kind}(?:${person}|name|destination)|\\bno ${kind}${person} (?:here|by|with|found|of)\\b`,
      ),
      new RegExp(
        `\\b(?:unknown|invalid|non-?existent|inactive|deactivated|disabled|expired|bad destination) ${kind}${person}`,
      ),
      new RegExp(`\\b${person}(?: name)?${name},? (?:is |was |has been |seems |appears )?(?:currently )?${gone}`),
      new RegExp(`\\b${person}(?: [^ ]+){0,6}? (?:does ?n[o']t|do not|did not|doesnt) (?:seem to )?exist`),
      new RegExp(`\\b${person}(?: [^ ]+){0,6}? (?:is|has been) (?:disabled|deactivated|inactive|discontinued)\\b`),
      /\b(?:user|recipient|mailbox|account)[: -]+(?:unknown|not found|does not exist|doesn't exist)\b/,
      /\bdoes(?: not|n't) have an? [^ ]+ account|\bnot (?:a |our |one of our )(?:known |valid |existing )?(?:user|customer|mailbox|recipient|subscriber)s?\b/,
      /\bnot listed in [^.;]*(?:directory|address book)|\bunknown or illegal alias\b|\buser not local\b|\bnot a local (?:user|mailbox|recipient)\b/,
      /\brecipientnotfound\b|\bnosuchuser\b|\bunknownuser\b|\buserunknown\b|\bno account by (?:that|this) name\b|\bno longer (?:exists|in use|on this server)\b/,
      /(?:utilisateur|destinataire|adresse) (?:[^ ]+ ){0,6}(?:inconnu|inexistant|invalide)|empf(?:ä|ae)nger (?:[^ ]+ )?(?:unbekannt|existiert nicht)/,
      /(?:usuario|cuenta|destinatario|utente|casella) (?:[^ ]+ )?(?:desconocid|no existe|inesistente|sconosciut|inexistente)/,
    ],
  ],
  [
    'policy',
    [
      /\bspam|\bjunk\b|\bvirus|\bmalware|\bphish|\bpolic(?:y|ies)\b|\bprohibited\b|\bsuspicious\b|\bunsolicited\b|\bbulk\b|\babus(?:e|ive)\b|\bcontent\b/,
      /\b(?:spf|dkim|dmarc|arc|helo|ehlo)\b|\bauthenticat|\bauthori[sz]|\bdenied\b|\bnot (?:allowed|permitted|accepted)\b|\brelay/,
    ],
  ],
  ['later', [/\btry(?:ing)? (?:[^ ]+ )?(?:later|again)\b|\btemporar|\bgr[ea]y-?list|\bat this time\b|\blater\b/]],
];

/** What of a link counts. */
const linked = /nosuchuser|spamhaus|spamcop|barracuda|sorbs|uceprotect|abuseat|(?:black|block)list|ipremoval|delist/;

/** Addresses say nothing, however they are spelled (`<no-such-user@example.com>`); links only as far as they lead to a list. */
const spoken = (text: string) =>
  text
    .toLowerCase()
    .replace(/[\u2018\u2019`\u00b4]/g, "'")
    .replace(/[^\s<>;:,"()]{1,64}@[^\s<>;,"()]{1,255}/g, ' ')
    .replace(/\bhttps?:\/\/\S+/g, (link) => ` ${linked.exec(link)?.[0] ?? ''} `)
    .replace(/[\s<>"()]+/g, ' ');

/** Servers say what they have to say in a few lines. */
const maxRead = 2_000;

/** What a refusal's text speaks of; null where it says nothing that is known. */
export function wordOf(text: string): Word | null {
  const said = spoken(text.slice(0, maxRead));
  return words.find(([, patterns]) => patterns.some((pattern) => pattern.test(said)))?.[0] ?? null;
}
