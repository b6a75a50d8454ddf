import * as documents from './documents.ts';
import type {
  PreferencesQuery,
  ResetPreferenceInput,
  SetCategoryPreferenceInput,
  SetPreferenceInput,
  SetTypePreferencesInput,
  SettingName,
  UpdatePersonalSettingsInput,
} from './generated/operations.ts';
import type { RequestOptions, Send } from './send.ts';

export type Preference = PreferencesQuery['myPreferences'][number];
export type PersonalSettings = NonNullable<PreferencesQuery['mySettings']>;
export type { SettingName };
export type Preferences = {
  /** One for each type and channel. */
  readonly types: readonly Preference[];
  /** Null while the application has not written the person down. */
  readonly settings: PersonalSettings | null;
};

const isRepeatable = true;

/** What a person wants to hear of, and how: docs/preferences.md. Changes say what shall hold, so they may be sent twice. */
export function createPreferences(send: Send) {
  return {
    /** @param at an instant in the past: what held then */
    async read({ at }: { readonly at?: string } = {}, options?: RequestOptions): Promise<Preferences> {
      const answer = await send(documents.preferences, { at: at ?? null }, options);
      return { types: answer.myPreferences, settings: answer.mySettings };
    },

    /** One type on one channel; null where the type is switched off. */
    async set(input: SetPreferenceInput, options?: RequestOptions): Promise<Preference | null> {
      return (await send(documents.setPreference, { input }, { isRepeatable, ...options })).setPreference.result;
    },

    /** One type on exactly these channels, and how often. */
    async setType(input: SetTypePreferencesInput, options?: RequestOptions): Promise<readonly Preference[]> {
      return (await send(documents.setTypePreferences, { input }, { isRepeatable, ...options })).setTypePreferences
        .result;
    },

    /** All types of a category, on one channel or on all of them. */
    async setCategory(input: SetCategoryPreferenceInput, options?: RequestOptions): Promise<readonly Preference[]> {
      return (await send(documents.setCategoryPreference, { input }, { isRepeatable, ...options }))
        .setCategoryPreference.result;
    },

    /** Back to what would hold otherwise: one type, on one channel or on all of them, or everything. */
    async reset(input?: ResetPreferenceInput, options?: RequestOptions): Promise<void> {
      if (input) await send(documents.resetPreference, { input }, { isRepeatable, ...options });
      else await send(documents.resetPreferences, {}, { isRepeatable, ...options });
    },

    /** Quiet hours, a pause, the cap, digest times, the time zone. What is not given stays. */
    async updateSettings(input: UpdatePersonalSettingsInput, options?: RequestOptions): Promise<PersonalSettings> {
      return (await send(documents.updatePersonalSettings, { input }, { isRepeatable, ...options }))
        .updatePersonalSettings.result;
    },

    /** Those settings back to the operators', or all of them; naming `paused_until` ends a pause. */
    async resetSettings(names?: readonly SettingName[], options?: RequestOptions): Promise<PersonalSettings> {
      const input = names ? { settings: names } : {};
      return (await send(documents.resetPersonalSettings, { input }, { isRepeatable, ...options }))
        .resetPersonalSettings.result;
    },
  };
}
