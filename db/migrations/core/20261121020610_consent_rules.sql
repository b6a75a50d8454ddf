-- migrate:up
set local lock_timeout = '5s';

create type notify.effective_consent as (channel text, state text, regime text, text_version text, recorded_at timestamptz);
comment on type notify.effective_consent is
  'Whether promotional messages may come on a channel: given, withdrawn, missing (the region asks for consent and there is none) or not_needed (it does not). text_version and recorded_at are those of the record that decides.';

-- Starting points and no legal advice: operators change them. "*" asks first as well; these rows say why.
insert into notify.consent_rules (region, regime, note)
select region, 'opt_in', 'ePrivacy Directive 2002/58/EC art. 13(1), GDPR art. 7: https://eur-lex.europa.eu/eli/dir/2002/58/oj'
from unnest('{AT,BE,BG,HR,CY,CZ,DK,EE,FI,FR,DE,GR,HU,IE,IT,LV,LT,LU,MT,NL,PL,PT,RO,SK,SI,ES,SE,IS,LI,NO}'::text[]) as region
union all values
  ('GB', 'opt_in', 'Privacy and Electronic Communications Regulations 2003 reg. 22: https://www.legislation.gov.uk/uksi/2003/2426/regulation/22'),
  ('CH', 'opt_in', 'Unfair Competition Act (UWG) art. 3(1)(o): https://www.fedlex.admin.ch/eli/cc/1988/223_223_223/en'),
  ('CA', 'opt_in', 'Anti-Spam Legislation (CASL) s. 6: https://laws-lois.justice.gc.ca/eng/acts/E-1.6/'),
  ('BR', 'opt_in', 'LGPD, Lei 13.709/2018 art. 7 and 8: https://www.planalto.gov.br/ccivil_03/_ato2015-2018/2018/lei/l13709.htm'),
  ('JP', 'opt_in', 'Act on Regulation of Transmission of Specified Electronic Mail art. 3: https://www.japaneselawtranslation.go.jp'),
  ('KR', 'opt_in', 'Network Act art. 50: https://elaw.klri.re.kr'),
  ('AU', 'opt_in', 'Spam Act 2003 s. 16: https://www.legislation.gov.au/C2004A01214/latest/text'),
  ('NZ', 'opt_in', 'Unsolicited Electronic Messages Act 2007 s. 9: https://www.legislation.govt.nz/act/public/2007/0007/latest/whole.html'),
  ('ZA', 'opt_in', 'Protection of Personal Information Act 2013 s. 69: https://www.gov.za/documents/protection-personal-information-act')
on conflict (region) do nothing;
update notify.consent_rules
set note = 'CAN-SPAM Act, 15 U.S.C. 7701: https://www.ftc.gov/business-guidance/resources/can-spam-act-compliance-guide-business. For SMS the TCPA asks for consent: keep promotional types off SMS there, or set the rule to opt_in'
where region = 'US';

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
